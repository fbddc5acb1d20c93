"""Absence (不在家中): who of those written down is no member of the household.

Regime: 《最低生活保障审核确认办法》 (2021-07-01): whoever serves a sentence, is in compulsory
rehabilitation or was declared missing, and religious staff away for three years on end, are no
members; others by the place (a conscript, 湖南). What they earn and own is left out with them.
"""

from collections.abc import Collection
from dataclasses import replace

from hedui.policy.case import Absence, Case, Obligor
from hedui.policy.facts import full_months
from hedui.policy.vocabulary import word
from hedui.policy.written import CaseError


def without_absent(
    case: Case, reasons: Collection[str], religious_months: int
) -> tuple[Case, list[str]]:
    """Leave out who is no member by the rule of the place, and say of each why.

    religious_months: how long somebody of the religious staff must have been away

    :raises CaseError: nobody is left
    """
    away = {
        member.key: member.absence
        for member in case.members
        if member.absence is not None
        and member.absence.reason in reasons
        and (
            member.absence.reason != "religious" or _is_long(member.absence, case, religious_months)
        )
    }
    members = tuple(member for member in case.members if member.key not in away)
    if not members:
        raise CaseError("案例:没有共同生活的家庭成员,各成员都不在家中。")
    left = replace(case, members=members, obligors=_obligors(case, away))
    return left, [
        f"成员 {key}:{word(absence.reason, 'absences')},不计入共同生活的家庭成员。"
        for key, absence in away.items()
    ]


def _is_long(absence: Absence, case: Case, months: int) -> bool:
    return absence.since is not None and full_months(absence.since, case.as_of) >= months


def _obligors(case: Case, away: Collection[str]) -> tuple[Obligor, ...]:
    """Leave out whom nobody supports any more; an obligor of everybody stays one."""
    kept = []
    for obligor in case.obligors:
        supports = tuple(key for key in obligor.supports if key not in away)
        if supports or not obligor.supports:
            kept.append(replace(obligor, supports=supports))
    return tuple(kept)
