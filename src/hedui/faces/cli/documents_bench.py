"""What `hedui bench --documents` measures: a report on a page and on paper, and a thousand."""

import hashlib
import json
import multiprocessing
import re
import signal
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import typst
from django.conf import settings
from django.test import Client
from django.urls import reverse

from hedui import catalogue
from hedui.batch import sample
from hedui.faces.cli import place
from hedui.faces.cli.bringing_up import bring_up
from hedui.faces.cli.installing import install
from hedui.faces.cli.processes import Processes
from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.commissions.budgets import set_budget
from hedui.procedure.papers.printing import copy_of, printed_alone
from hedui.procedure.record import guards, keys
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.moment import today
from hedui.procedure.reports import acts
from hedui.procedure.reports.documents import fonts, report_document, typeset, typesetting
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.queries import confirmation_url
from hedui.wire.canonical import digest

MEMBERS, SOURCES = 12, 20
TIMES, ROUND, PILE, VERIFIED = 15, 10, 50, 40
PROCESSES = 2
WAIT_S = 3600
Body = dict[str, Any]
_CENTS = re.compile(r"(?<=\")([1-9][0-9]*)[.]([0-9]{2})(?=\")")


def measure_documents(folder: Path, number: int) -> dict[str, float]:
    """Print `number` reports beside the bare library, and a large one alone."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that children are stopped
    _verify(folder)
    reports = _many(number)
    ours, bare, cpu = _beside_the_library(folder, reports)
    pile, began = [_described(one) for one in reports[:PILE]], time.perf_counter()
    typeset(*pile)
    piled = time.perf_counter() - began
    return {
        **_large_one(max(reports, key=lambda one: len(one.body))),
        "reports": len(reports),
        "reports_s": ours,
        "bare_s": bare,
        "reports_of_bare": ours / bare,
        "own_cpu_ms": cpu * 1000,
        "pile_s": piled,
    }


def _verify(folder: Path) -> None:
    """Set a county up and verify a few households, by the departments' own answers."""
    install()
    place.settle(folder, first_day=today() - timedelta(days=400))
    set_budget(agency=None, per_officer=VERIFIED, per_agency=VERIFIED, by=INSTALLER)
    as_of = today() - timedelta(days=1)
    people = sample.many(VERIFIED, 1, applied_on=today().replace(day=1), as_of=as_of)
    departments = folder / "departments"
    sample.write_sources(people, departments)
    officer = actor_of(Officer.objects.get(username="jiedao"))
    with Processes(folder / "logs", {"HEDUI_DATA_DIR": str(folder)}) as processes:
        key = Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC
        place.start_departments(processes, departments, key, answer_within=120)
        processes.start("worker", "worker")
        for one in people:
            acts.request(case=take_in(one.case, scans=one.scans, by=officer), by=officer)
        _wait(lambda: Report.objects.count() == VERIFIED)


def _many(number: int) -> list[Report]:
    """
    Write the drafts on as many rows as are to be printed, each with other names and amounts.

    Straight into the table, which on this throwaway database has no guards any more.
    """
    drafts = list(Report.objects.select_related("commission__case").order_by("id"))
    guards.lift()
    written = []
    for at in range(number):
        model = drafts[at % len(drafts)]
        body = varied(model.opened, at)
        row = Report(
            commission=model.commission,
            number=body["number"],
            version=2 + at // len(drafts),
            code=f"{at:020d}",
            body=model.commission.case.key.seal(body),
            digest=digest(body),
            signature=model.signature,
            drafted_at=model.drafted_at,
            entry_id=model.entry_id,
        )
        written.append(row)
    Report.objects.bulk_create(written)
    return written


def varied(body: Body, at: int) -> Body:
    """Write a report with other amounts, names and numbers, so that no page is set twice."""
    told = json.dumps(body, ensure_ascii=False)
    told = _CENTS.sub(lambda found: f"{int(found[1]) + at}.{found[2]}", told)
    other: Body = json.loads(told)
    for member in other["members"]:
        member["name"] = f"{member['name'][0]}{chr(0x4E00 + at * 7 % 5000)}"
    return {**other, "number": f"{body['number']}-{at}"}


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not done():
        if time.monotonic() > until:
            raise SystemExit("测量超时")
        time.sleep(0.2)


# ------------------------------------------------------------------ one large report


def _large_one(report: Report) -> dict[str, float]:
    """Show a report of 12 members and 20 sources, as page and PDF; milliseconds in the server."""
    officer, body = Officer.objects.get(username="jingban"), widened(report.opened)
    Report.objects.filter(pk=report.pk).update(body=report.commission.case.key.seal(body))
    client = Client(SERVER_NAME="localhost")
    client.force_login(officer)
    measured: dict[str, float] = {}
    for figure, name in (("page", "report"), ("page_pdf", "report_pdf")):
        path = reverse(f"workbench:{name}", kwargs={"number": report.number})
        wall, cpu = _median(client, path)
        measured |= {f"{figure}_ms": wall * 1000, f"{figure}_cpu_ms": cpu * 1000}
    return measured


def _median(client: Client, path: str) -> tuple[float, float]:
    walls, cpus = [], []
    for _ in range(TIMES):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = client.get(path)
        assert answer.status_code == 200, answer.status_code
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus)


def widened(body: Body) -> Body:
    """Write a report to 12 members, each asked about in 20 sources, by repeating what it says."""
    asked = {one["member"] for one in body["findings"]}
    first = [one for one in body["members"] if one["key"] in asked]
    members = [{**first[at % len(first)], "key": f"m{at:02d}"} for at in range(MEMBERS)]
    of = {one["key"]: first[at % len(first)]["key"] for at, one in enumerate(members)}
    spoken = sorted({one["source"] for one in body["findings"] if one["source"]})
    names = list(catalogue.sources())[:SOURCES]
    model = {name: spoken[at % len(spoken)] for at, name in enumerate(names)}
    findings = list(_repeated(body["findings"], of, model))
    return {
        **body,
        "members": members,
        "findings": [{**one, "id": f"F{at:03d}"} for at, one in enumerate(findings, start=1)],
        "sources": list(_repeated(body["sources"], of, model)),
        "not_asked": [],
        "left_out": [],
        "assessment": {
            basis: {**told, "steps": list(_stepped(told["steps"], of))} if told else None
            for basis, told in (body["assessment"] or {}).items()
        }
        or None,
    }


def _repeated(lines: Sequence[Body], of: dict[str, str], model: dict[str, str]) -> Iterable[Body]:
    for key, was in of.items():
        for name, like in model.items():
            label = catalogue.sources()[name].label
            for line in lines:
                if (line["member"], line["source"]) == (was, like):
                    more = {"label": label} if "outcome" in line else {"source_label": label}
                    yield {**line, "member": key, "source": name, **more}


def _stepped(steps: Sequence[Body], of: dict[str, str]) -> Iterable[Body]:
    for step in steps:
        owners = [key for key, was in of.items() if was == step["subject"]]
        yield from ({**step, "subject": key} for key in owners or [step["subject"]])


# ------------------------------------------------------------------ a thousand


def _beside_the_library(folder: Path, reports: Sequence[Report]) -> tuple[float, float, float]:
    """
    Print every report as the program does, and set the same pages by the bare library, in turns.

    Ours: read, open, enter in the ledger, describe, typeset. Bare: what was described before is
    typeset. Each by two processes of its own, so that neither finds the other's work done; both
    must give the same bytes. Returns seconds of both, and our own work on one report.
    """
    ours = bare = 0.0
    own: list[float] = []
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(PROCESSES, spawn, bring_up, (folder,)) as printing,
        ProcessPoolExecutor(PROCESSES, spawn, bring_up, (folder,)) as setting,
    ):
        _warmed(printing, setting, reports[0])
        for start in range(0, len(reports), ROUND):
            part = reports[start : start + ROUND]
            began = time.process_time()
            described = [_described(one) for one in part]
            own.append((time.process_time() - began) / len(part))
            given = [(typesetting.inputs([one], _title(one)), one.at) for one in described]
            began = time.perf_counter()
            printed = list(printing.map(_print, [one.pk for one in part]))
            middle = time.perf_counter()
            plain = list(setting.map(_set, given))
            ours, bare = ours + middle - began, bare + time.perf_counter() - middle
            assert printed == plain, "not the same pages"
    return ours, bare, statistics.median(own)


def _warmed(printing: ProcessPoolExecutor, setting: ProcessPoolExecutor, report: Report) -> None:
    one = _described(report)
    for _ in range(2 * PROCESSES):
        printing.submit(_print, report.pk).result()
        setting.submit(_set, (typesetting.inputs([one], _title(one)), one.at)).result()


def _described(report: Report) -> typesetting.Document:
    by = actor_of(Officer.objects.get(username="jingban"))
    return report_document(report.opened, verify_url=confirmation_url(report), copy=copy_of(by))


def _title(document: typesetting.Document) -> str:
    return f"{document.title} {document.number}"


def _print(report: UUID) -> str:
    held = Report.objects.select_related("commission__case").get(pk=report)
    by = actor_of(Officer.objects.get(username="jingban"))
    return hashlib.sha256(printed_alone(held, by=by)).hexdigest()


def _set(given: tuple[dict[str, str], datetime]) -> str:
    inputs, at = given
    made = typst.compile(
        typesetting.TEMPLATES / "printed.typ",
        root=typesetting.TEMPLATES,
        font_paths=fonts.faces(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=typesetting.STANDARDS,
        timestamp=at,
    )
    return hashlib.sha256(made).hexdigest()
