"""模拟 (simulation): a registry under the parameters in force and under changed ones.

It runs while one waits; so the page takes small registries, and the command the others. Of what is
uploaded nothing is kept, and the result holds counts alone.
"""

import csv
import io
import json
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from hedui.faces.workbench import simulated
from hedui.faces.workbench.desk import desk_of, page, refused, show
from hedui.faces.workbench.forms.simulation import Changes, Options, People, Where, options
from hedui.faces.workbench.parameters import place_name
from hedui.policy import PolicyError
from hedui.policy.lock import place_parameters
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal

MOST_SCENARIOS = 10
_SALT = "hedui.simulation"


@page
@require_http_methods(["GET", "POST"])
def simulation(request: HttpRequest) -> HttpResponse:
    """Ask what to change, and show what it would do."""
    given = request.POST if request.method == "POST" else request.GET
    where = Where({"on": today(), **given.dict()} if "division" in given else None,
                  initial={"on": today(), "division": desk_of(request).division})  # fmt: skip
    if not where.is_valid():
        return show(request, "simulation", where=where, status=422 if where.errors else 200)
    division, on = where.cleaned_data["division"], where.cleaned_data["on"]
    try:
        known = options(division=division, on=on)
    except PolicyError as error:
        where.add_error("division", str(error))
        return show(request, "simulation", where=where, status=422)
    count = _count(request)
    scenarios = _scenarios(request, count, division, known)
    people = People(request.POST or None, request.FILES or None)
    context = {
        "where": where,
        "name": place_name(division),
        "people": people,
        "scenarios": scenarios,
        "count": count,
        "is_full": count == MOST_SCENARIOS,
    }
    runs = request.method == "POST" and "add" not in request.POST
    context["runs"] = runs
    is_well = runs and all([one.is_valid() for one in (people, *scenarios)])
    if is_well:
        try:
            context |= _run(where, people, scenarios)
        except PolicyError as error:
            people.add_error(None, str(error))
            is_well = False
    return show(request, "simulation", **context, status=422 if runs and not is_well else 200)


def _count(request: HttpRequest) -> int:
    try:
        count = int(request.POST.get("count", "1"))
    except ValueError:
        count = 1
    return max(1, min(MOST_SCENARIOS, count + ("add" in request.POST)))


def _scenarios(request: HttpRequest, count: int, division: str, known: Options) -> list[Changes]:
    """Give the forms of the scenarios; while one is being added, none is found fault with."""
    is_run = request.method == "POST" and "add" not in request.POST
    kept = {name: value for name, value in request.POST.items() if name.startswith("s")}
    return [
        Changes(
            request.POST if is_run else None,
            prefix=f"s{number}",
            division=division,
            options=known,
            initial={"title": f"方案{number + 1}"}
            | {name.partition("-")[2]: value for name, value in kept.items()
               if name.startswith(f"s{number}-")},
        )
        for number in range(count)
    ]  # fmt: skip


def _run(where: Where, people: People, scenarios: list[Changes]) -> dict[str, Any]:
    from hedui.batch import simulation as batch  # noqa: PLC0415 - loads DuckDB
    from hedui.batch import trying  # noqa: PLC0415 - loads DuckDB

    division, on = where.cleaned_data["division"], where.cleaned_data["on"]
    if people.cleaned_data["source"] == "files":
        declared = trying.delivered(people.tables)
    else:
        declared = trying.drawn(people.cleaned_data["size"], division=division, on=on)
    wanted = [
        batch.Scenario(one.cleaned_data["title"], one.cleaned_data["changes"]) for one in scenarios
    ]
    outcome = batch.side_by_side(declared, wanted, place_parameters())
    return {
        "outcome": outcome,
        "shown": [
            simulated.shown(one, number) for number, one in enumerate(outcome["scenarios"], 1)
        ],
        "is_sample": people.cleaned_data["source"] == "sample",
        "signed": signing.dumps(outcome, salt=_SALT, compress=True),
    }


@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """Give a result that this page has shown as a file; the page carries it, nothing is kept."""
    try:
        outcome = signing.loads(request.POST.get("result", ""), salt=_SALT)
    except signing.BadSignature:
        return refused(request, Refusal("结果已失效，请重新模拟。"), "workbench:simulation")
    if request.POST.get("format") == "json":
        written, kind = json.dumps(outcome, ensure_ascii=False, indent=1), "json"
    else:
        made = io.StringIO()
        csv.writer(made).writerows(simulated.table(outcome))
        written, kind = "\ufeff" + made.getvalue(), "csv"
    return HttpResponse(
        written,
        content_type=f"{'application/json' if kind == 'json' else 'text/csv'}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="simulation.{kind}"'},
    )
