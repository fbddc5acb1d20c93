"""What `hedui bench` measures: the main job and its floor, side by side in one run."""

import http.client  # noqa: TID251
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from uuid6 import uuid7

from hedui.batch import sample
from hedui.faces.cli import place
from hedui.faces.cli.installing import install
from hedui.faces.cli.processes import Processes
from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.budgets import set_budget
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record import keys
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.acts import together
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, process_clock, today
from hedui.procedure.reports import acts
from hedui.procedure.reports.documents import report_pdf
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.queries import confirmation_url
from hedui.values.periods import Period
from hedui.wire.inquiry import InquiryElement, build_search

WARMING, SINGLES = 20, 100
Measures = dict[str, float]


def measure(folder: Path, households: int) -> Measures:
    """Set a county up in `folder`, verify `households`, and return what it took."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that children are stopped
    install()
    place.settle(folder, first_day=today() - timedelta(days=400))
    everything = WARMING + SINGLES + households
    set_budget(agency=None, per_officer=everything, per_agency=everything, by=INSTALLER)
    people = sample.many(
        everything,
        1,
        applied_on=today().replace(day=1),
        as_of=today() - timedelta(days=1),
    )
    departments = folder / "departments"
    sample.write_sources(people, departments)
    officer = actor_of(Officer.objects.get(username="jiedao"))
    cases = [take_in(one.case, scans=one.scans, by=officer) for one in people]
    environment = {"HEDUI_DATA_DIR": str(folder)}
    with Processes(folder / "logs", environment) as processes:
        key = Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC
        place.start_departments(processes, departments, key, answer_within=120)
        processes.start("worker", "worker")
        latency, floor = _latency_and_floor(cases[: WARMING + SINGLES], officer)
        rate = _throughput(cases[WARMING + SINGLES :], officer)
    pdf = _pdf(Report.objects.all()[:20])
    return {
        "latency_ms": latency * 1000,
        "floor_ms": floor * 1000,
        "latency_ratio": latency / floor,
        "households_per_second": rate,
        "commits": _commits(),
        "pdf_ms": pdf * 1000,
        "pdf_of_latency": pdf / latency,
    }


def _latency_and_floor(cases: list[Case], officer: object) -> tuple[float, float]:
    """
    Verify one household at a time, each beside one round of the floor: what else the machine does
    falls on both.

    Latency runs in seconds from the entry of one act to that of the other. The first households
    warm up what is measured and tell what the floor is made of, and how long one is to be left
    alone: who looks whether it is done takes the processor from what is looked at.
    """
    alone = statistics.median(_verified(case, officer, 0) for case in cases[:WARMING])
    _count_rows()
    floor = _floor(_commits())
    taken, least = [], []
    for case in cases[WARMING:]:
        taken.append(_verified(case, officer, alone))
        least.append(floor())
    return statistics.median(taken), statistics.median(least)


def _count_rows() -> None:
    """Have PostgreSQL count its tables, as a server that is left alone does by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _verified(case: Case, officer: object, alone: float) -> float:
    commission = acts.request(case=case, by=officer)  # type: ignore[arg-type]
    time.sleep(alone)
    _wait(commission.reports.exists)
    at = dict(Entry.objects.filter(case=case.pk).values_list("act", "at"))
    return float((at["reports.draft"] - at["commissions.commission"]).total_seconds())


def _commits() -> int:
    """Count the commits between commission and draft of a household, in the middle."""
    verified = Commission.objects.filter(reports__isnull=False).values_list("case", flat=True)
    entries = Entry.objects.filter(case__in=list(verified), act="inquiries.receive")
    receives = Counter(entries.values_list("case", flat=True))
    return statistics.median_low(receives.values()) + len(("claim of the task", "inquire", "draft"))


def _throughput(cases: list[Case], officer: object) -> float:
    """Commission all households at once; households drafted per second by one worker."""
    with together():
        commissions = [acts.request(case=case, by=officer) for case in cases]  # type: ignore[arg-type]
        started = moment()
    done = Report.objects.filter(drafted_at__gt=started)
    _wait(lambda: done.count() == len(commissions), 0.1)
    last = Entry.objects.filter(act="reports.draft").latest("index").at
    return len(cases) / (last - started).total_seconds()


def _floor(commits: int) -> Callable[[], float]:
    """
    Return what measures the least that the job must do: six round trips in parallel, and commits.

    The messages are real and fresh (a department would answer a repeated one from memory) and
    signed beforehand; the commits write one small row each.
    """
    lanes = [_lane(inquiries) for inquiries in _middling_household().values()]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (n integer)")
    pool = ThreadPoolExecutor(len(lanes))

    def once() -> float:
        sends = [prepare() for prepare in lanes]
        started = time.perf_counter()
        for sent in [pool.submit(send) for send in sends]:
            sent.result()
        for _ in range(commits):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench_floor VALUES (1)")
        return time.perf_counter() - started

    return once


def _middling_household() -> dict[str, list[Inquiry]]:
    """Return the inquiries about a household of median size, by source."""
    sizes = Commission.objects.annotate(asked=Count("inquiries")).filter(asked__gt=0)
    ordered = list(sizes.order_by("asked", "id"))
    asked = ordered[len(ordered) // 2].inquiries.select_related(
        "department", "member__case", "authorization__case"
    )
    by_source: dict[str, list[Inquiry]] = {}
    for inquiry in asked:
        by_source.setdefault(inquiry.source, []).append(inquiry)
    return by_source


def _lane(inquiries: list[Inquiry]) -> Callable[[], Callable[[], None]]:
    """Return what prepares one fresh message to a department and gives the sending of it."""
    department = inquiries[0].department
    elements = [_element(inquiry) for inquiry in inquiries]
    address = urlsplit(department.base_url)
    # not our client: the floor must not use what it is the floor of
    link = http.client.HTTPConnection(  # noqa: TID251
        str(address.hostname), address.port, timeout=10
    )

    def prepare() -> Callable[[], None]:
        body = build_search(
            elements,
            message_id=str(uuid7()),
            sender=f"{place.DIVISION}-hedui",
            receiver=department.receiver_id,
            at=process_clock(),
            signer=keys.signer(),
        )

        def send() -> None:
            link.request(
                "POST", "/registry/sync/search", body, {"content-type": "application/json"}
            )
            answer = link.getresponse()
            assert answer.status == 200, answer.status
            answer.read()

        return send

    return prepare


def _element(inquiry: Inquiry) -> InquiryElement:
    held, person = inquiry.authorization, inquiry.member.opened
    return InquiryElement(
        reference_id=str(inquiry.pk),
        source=inquiry.source,
        subject_name=person["name"],
        subject_number=person["id_number"],
        items=tuple(inquiry.items),
        period=Period(held.period_first, held.period_last),
        as_of=held.period_last,
        purpose=inquiry.purpose,
        consent_jws=held.artefact,
    )


def _pdf(reports: object) -> float:
    taken = []
    for report in reports:  # type: ignore[attr-defined]
        started = time.perf_counter()
        report_pdf(report.opened, verify_url=confirmation_url(report))
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _wait(done: Callable[[], bool], pause: float = 0.02, seconds: float = 600) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise SystemExit("测量超时")
        time.sleep(pause)
