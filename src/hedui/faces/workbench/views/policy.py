"""政策参数 (parameters): what holds at a place on a day, how it came to be, what differs."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from hedui.faces.workbench import charts
from hedui.faces.workbench.desk import desk_of, page, show
from hedui.faces.workbench.forms.policy import Asked, Looked, Pair
from hedui.faces.workbench.parameters import Row, courses, place_name, places_with_own, rows
from hedui.policy import PolicyError
from hedui.policy.history import history
from hedui.policy.programme import programme
from hedui.procedure.record.moment import today
from hedui.values.divisions import DivisionError, division, named

MOST_FOUND = 60


@page
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """List the places that have parameters of their own, and find any other."""
    text = request.GET.get("q", "").strip()[:40]
    found = [(one.code, place_name(one.code)) for one in named(text, MOST_FOUND)] if text else []
    division = desk_of(request).division
    return show(
        request,
        "policy_places",
        text=text,
        here=(division, place_name(division)) if division else None,
        found=found,
        is_cut=len(found) == MOST_FOUND,
        own=places_with_own(),
    )


@page
@require_GET
def place(request: HttpRequest, division: str) -> HttpResponse:
    """Show every parameter of a programme as it holds at a place on a day."""
    form = Looked(request.GET or None, today=today())
    asked = form.asked
    message, listed = "", list[Row]()
    try:
        held = rows(division=division, programme=asked.programme, on=asked.on)
        listed = [row for row in held if form.text in row.label or form.text in row.name]
    except PolicyError as error:
        message = str(error)
    own = [row for row in listed if row.is_local]
    return show(
        request,
        "policy_place",
        form=form,
        code=division,
        name=_name(division),
        asked=asked,
        programme_label=programme(asked.programme).label,
        message=message,
        text=form.text,
        listed=listed,
        own=own,
        national=[row for row in listed if row.is_recorded and not row.is_local],
        missing=[row for row in listed if not row.is_recorded],
        courses=courses(own, division=division, programme=asked.programme, today=today()),
        status=422 if form.errors else 200,
    )


@page
@require_GET
def parameter(request: HttpRequest, division: str, parameter: str) -> HttpResponse:
    """Show how one parameter went at a place, as a chart and as the table behind it."""
    form = Asked(request.GET or None, today=today())
    asked = form.asked
    try:
        spans = history(parameter, division=division, programme=asked.programme)
    except PolicyError as error:
        raise Http404(str(error)) from None
    entry = programme(asked.programme).parameters[parameter]
    return show(
        request,
        "policy_parameter",
        code=division,
        name=_name(division),
        entry=entry,
        asked=asked,
        programme_label=programme(asked.programme).label,
        spans=[Row.of_span(span) for span in reversed(spans)],
        chart=charts.steps(spans, today=today()),
    )


@page
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Show what differs between two places or two days."""
    here = {"division": desk_of(request).division}
    form = Pair(request.GET or None, today=today(), initial=here)
    message, pairs = "", list[tuple[Row, Row]]()
    if form.is_valid():
        try:
            pairs = _differing(form)
        except PolicyError as error:
            message = str(error)
    given = form.cleaned_data if form.is_valid() else {}
    return show(
        request,
        "policy_compare",
        form=form,
        pairs=pairs,
        message=message,
        sides=_sides(form) if given else [],
        status=422 if form.errors else 200,
    )


def _sides(form: Pair) -> list[tuple[str, date, str]]:
    """Name both sides, and each by what alone differs, for where there is no room."""
    (first, _), (second, _) = form.sides
    return [
        (place_name(code), on, f"{on:%Y-%m-%d}" if first == second else _short(code))
        for code, on in form.sides
    ]


def _short(code: str) -> str:
    try:
        return division(code).name
    except DivisionError:  # the nation, or a sample place
        return place_name(code) or code


def _differing(form: Pair) -> list[tuple[Row, Row]]:
    (first, on), (second, and_on) = form.sides
    asked = form.cleaned_data["programme"]
    one = rows(division=first, programme=asked, on=on)
    other = rows(division=second, programme=asked, on=and_on)
    return [(a, b) for a, b in zip(one, other, strict=True) if a.text != b.text]


def _name(division: str) -> str:
    name = place_name(division)
    if not name:
        raise Http404
    return name
