"""Ask for a value 问数额, where less than it was answered and does not decide (最少够用)."""

from collections.abc import Collection, Iterator
from uuid import UUID

from hedui import catalogue, comparison, policy
from hedui.policy.asking import Question, next_question
from hedui.procedure.agencies.queries import agreements_for
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.reverifying import asked_whole, order_whole, ordered_again
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import today
from hedui.procedure.reports.assessment import Stated, as_case
from hedui.procedure.reports.heard import Heard
from hedui.values.money import fen_from_yuan


def asks_further(commission: Commission, stated: Stated, told: Heard) -> bool:
    """
    Order the next value that is needed to decide; tell whether there is something to ask.

    One at a time: what it says may make the others needless.
    """
    if not any(catalogue.is_minimal(item) for one in told.every for item in one.items):
        return False
    if ordered_again(commission):
        return True
    if isinstance(stated.assessed, policy.PolicyError):
        return False
    case = as_case(stated.declared, told.found)
    may_ask = _may_ask(commission, told, asked_whole(commission))
    question = next_question(case, told.unknown, may_ask)
    if question is None:
        return False
    (member,) = (one for one in told.members if one.key == question.member)
    order_whole(commission=commission, member=member, source=question.source, by=WORKER)
    return True


def _may_ask(
    commission: Commission, told: Heard, whole: Collection[tuple[UUID, str]]
) -> Iterator[Question]:
    """List what was told less than the value, and whose value may be asked under the agreement."""
    agreements = agreements_for(commission.case.division, today())
    for one in told.inquiries:
        agreement = agreements.get(one.source)
        if (one.member, one.source) in whole or agreement is None:
            continue
        if any(
            f"{one.source}.{form.of}" in agreement.items
            for form in catalogue.sources()[one.source].forms_in(one.items)
        ):
            answer = told.answers[one.member_key][one.source]
            yield from _questions(one.member_key, answer, catalogue.sources()[one.source])


def _questions(
    member: str, answer: comparison.SourceAnswer, source: catalogue.Source
) -> Iterator[Question]:
    """Say what a source that has found something has left open; nothing found leaves nothing."""
    if answer.outcome != "FOUND":
        return
    lines, unknown = comparison.minimal_lines(answer, source)
    for line in lines:
        most = fen_from_yuan(line["at_most"]) if "at_most" in line else None
        least = fen_from_yuan(line["at_least"])
        yield Question(member, source.name, line["class"], least, most)
    for class_ in sorted(unknown):
        yield Question(member, source.name, class_)
