"""
What one process does at its own time, which `faketime` gives it: `python moved_clock.py STEP`.

begin: a report is handed over, and something against the family is proposed; confirm: the second
officer confirms it, by the act and by SQL of their own; object: a person of the household signs in
with a code and objects themselves, in both ways. What came of it is printed.
"""

import os
import sys
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hedui.config.settings")
django.setup()

from django.db import DatabaseError, transaction  # noqa: E402

from hedui.procedure.agencies.models import Officer  # noqa: E402
from hedui.procedure.agencies.queries import actor_of  # noqa: E402
from hedui.procedure.authorizations import electronic, totp  # noqa: E402
from hedui.procedure.determinations.acts import confirm  # noqa: E402
from hedui.procedure.determinations.models import Determination  # noqa: E402
from hedui.procedure.determinations.standing import stands  # noqa: E402
from hedui.procedure.objections.acts import object_to  # noqa: E402
from hedui.procedure.objections.models import Objection  # noqa: E402
from hedui.procedure.record.actor import in_person  # noqa: E402
from hedui.procedure.record.keys import make_keys  # noqa: E402
from hedui.procedure.record.moment import moment, today  # noqa: E402
from hedui.procedure.record.outcome import Refusal  # noqa: E402
from tests import cast  # noqa: E402
from tests.databases import make_tables  # noqa: E402
from tests.procedure import raw  # noqa: E402


def begin() -> None:
    """Hand a report over today, and propose to refuse."""
    make_keys()
    make_tables()
    county = cast.county()
    report = cast.doubted(county)
    print(cast.delivered(county, report).objections_until)
    cast.proposed_against(county, report)


def attempt() -> None:
    """Try to confirm, in both ways."""
    held = Determination.objects.select_related("report__commission__case").get()
    by = actor_of(Officer.objects.get(username="lv"))
    print(
        today(),
        stands(held.report.commission.case, today()).urgency(today()),
        tried(lambda: confirm(determination=held, by=by)),
        tried(lambda: raw.update(held, confirmed_by=by.identifier, confirmed_at=moment())),
    )


def objecting() -> None:
    """Sign in with a code and object in person, in both ways; the sign-in itself stays."""
    report = Determination.objects.select_related("report__commission__case").get().report
    member = report.commission.case.members.get(key="a")
    intake = actor_of(Officer.objects.get(username="wang"))
    enrolment = electronic.enrol(member=member, by=intake).enrolment
    secret = report.commission.case.key.open_bytes(enrolment.secret)
    code = totp.code(secret, int(moment().timestamp()) // totp.STEP)
    assert electronic.sign_in(enrolment=enrolment, code=code, by=electronic.PORTAL).sign_in
    items = {cast.finding_on(report, "bank.balance_fen"): "是赔偿款"}
    terms = {"report": report, "member": member, "received_on": today()}
    row = Objection(
        **terms,
        number="YY-1",
        content=b"x",
        resolve_by=today(),
        taken_in_by=in_person(member.pk).identifier,
        taken_in_at=moment(),
        entry=report.entry,
    )
    print(
        today(),
        tried(lambda: object_to(**terms, items=items, by=in_person(member.pk))),
        tried(lambda: raw.insert(row)),
    )


def tried(way: Callable[[], object]) -> str:
    """Try something and undo it, so that another day can be tried; tell what came of it."""
    try:
        with transaction.atomic():
            way()
            transaction.set_rollback(True)
    except (Refusal, DatabaseError):
        return "refused"
    return "done"


if __name__ == "__main__":
    {"begin": begin, "confirm": attempt, "object": objecting}[sys.argv[1]]()
