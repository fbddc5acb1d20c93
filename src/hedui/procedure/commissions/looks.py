"""
Looks 查阅 at cases that are not one's own work: how many today, and what goes beyond the budget.

What somebody has done something in is their work, by the ledger; what they only saw is counted,
and the guard of the ledger refuses more than the budget of the day has.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.commissions.budgets import GROUND
from hedui.procedure.commissions.models import BreakGlass
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.seeing import SEEING

READERS = {Role.INTAKE, Role.COMMISSION, Role.VERIFY, Role.COUNTERSIGN}


@dataclass(frozen=True, slots=True)
class Seen:
    """How many cases an officer saw today and has done nothing in."""

    officer: str
    cases: int


@act("超限查阅", article=GROUND, roles=READERS)
def break_glass(*, case: Case, reason: str, by: Actor) -> BreakGlass:
    """
    See one case today beyond the budget of looks, for a reason that another person reviews.

    :raises NotYours: it is not within the officer's reach
    :raises Refusal: the reason is none of those there are
    """
    if not visible_to(by).filter(pk=case.pk).exists():
        raise NotYours
    assert by.agency is not None  # who sees a case sits somewhere
    if reason not in BreakGlass.Looking.values:
        raise Refusal("请选择查阅的理由。", "reason")
    return BreakGlass.objects.create(
        case=case,
        agency_id=by.agency,
        officer=by.identifier,
        lifts=BreakGlass.Lifts.LOOKS,
        reason=reason,
        opened_at=moment(),
        entry_id=note(case=case.pk, looking=reason),
    )


def seen_today(reader: Actor) -> list[Seen]:
    """Return who saw cases today that they have done nothing in, for who sets budgets."""
    if Role.SECURITY_ADMIN not in reader.roles:
        return []
    since = moment().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    done = Entry.objects.filter(case=OuterRef("case"), actor=OuterRef("actor"))
    looks = (
        Entry.objects.filter(act__in=SEEING, at__gte=since, actor__startswith="officer:")
        .exclude(Exists(done.exclude(act__in=SEEING)))
        .exclude(case=None)
        .order_by()
        .values_list("actor", "case")
        .distinct()
    )
    found: dict[str, int] = {}
    for officer, _ in looks:
        found[officer] = found.get(officer, 0) + 1
    return [Seen(officer, n) for officer, n in sorted(found.items(), key=lambda one: -one[1])]
