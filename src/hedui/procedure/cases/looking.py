"""
查阅 (looking): to see a family's data is an act, and leaves its entry before it is seen.

Pages do not call these acts themselves: `seen` enters what a page is about to show. The same page
of the same case, looked at again by the same officer within ten minutes, is one entry: a page that
refreshes itself, or a form that is corrected, is one look.
"""

import json
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from hedui.procedure.cases.models import Case
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment

ONE_LOOK = timedelta(minutes=10)
READERS = {Role.INTAKE, Role.COMMISSION, Role.VERIFY, Role.COUNTERSIGN}
LOOK, LOOK_THROUGH = "cases.look", "cases.look_through"


@act("查阅案件", article="个人信息保护法 第51条", roles=READERS)
def look(*, case: Case, page: str, member: str, by: Actor) -> None:  # noqa: ARG001
    """
    See what lies in a case.

    page: name of the page; member: key of the one member it is about, "" for the whole family
    """
    note(case=case.id, page=page, member=member, purpose=case.programme)


@act("查阅案件列表", article="个人信息保护法 第51条", roles=READERS)
def look_through(*, page: str, rows: int, by: Actor) -> None:  # noqa: ARG001
    """See a list of cases: numbers and masked names of applicants, no more."""
    note(page=page, rows=rows)


def seen(cases: Collection[UUID], *, page: str, member: str, by: Actor) -> None:
    """Enter that `by` sees these cases on a page now; all of them or, if that fails, none."""
    for case in Case.objects.filter(pk__in=cases):
        if not _looked(LOOK, case.id, by, page=page, member=member):
            look(case=case, page=page, member=member, by=by)


@act("本人查看", article="个人信息保护法 第45条", roles={Role.MACHINE})
def look_at_own(*, case: Case, page: str, by: Actor) -> None:  # noqa: ARG001
    """See one's own on a public page: whoever holds its address did."""
    note(case=case.id, page=page)


def own_seen(cases: Collection[UUID], *, page: str, by: Actor) -> None:
    """Enter that somebody sees their own on a public page now."""
    for case in Case.objects.filter(pk__in=cases):
        if not _looked("cases.look_at_own", case.id, by, page=page):
            look_at_own(case=case, page=page, by=by)


def list_seen(rows: int, *, page: str, by: Actor) -> None:
    """Enter that `by` sees a list of so many cases now."""
    if rows and not _looked(LOOK_THROUGH, None, by, page=page):
        look_through(page=page, rows=rows, by=by)


def _looked(act_name: str, case: UUID | None, by: Actor, **told: str) -> bool:
    """Tell whether the same look was entered within `ONE_LOOK`."""
    since = moment() - ONE_LOOK
    before = Entry.objects.filter(act=act_name, case=case, actor=by.identifier, at__gt=since)
    agency = str(by.agency) if by.agency else None
    written = [json.loads(content) for content in before.values_list("content", flat=True)]
    return any(one["agency"] == agency and told.items() <= one["detail"].items() for one in written)
