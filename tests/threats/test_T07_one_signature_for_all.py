"""T07: one adult's signature is used for the whole household."""

from itertools import combinations
from typing import Any

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.cases import acts as cases
from hedui.procedure.commissions.acts import commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.procedure import raw


def household(place: cast.County, size: int) -> Any:
    """Return the case of a household of so many adults, declared."""
    day = today().replace(day=1)
    content = cast.zhang_family(day)
    content["members"] = content["members"][:1] + [
        {
            "key": f"m{n}",
            "name": "张" + "一二三四五六七八"[n],
            "relation": "sibling",
            "id_number": cast.number("19800101", f"{100 + n}"),
        }
        for n in range(size - 1)
    ]
    case = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=day, by=place.intake
    )
    cases.declare(case=case, content=content, by=place.intake)
    return case


def asked_about(place: cast.County, case: Any) -> set[str]:
    envelopes = inquire(commission=commission(case=case, by=place.intake), by=WORKER)
    return {t.inquiry.member.key for e in envelopes for t in e.tickets}


@pytest.mark.parametrize("size", [2, 3, 5, 8])
def test_without_one_signature_exactly_that_person_is_not_asked_about(county, size):
    for missing in range(size):
        case = household(county, size)
        members = list(case.members.order_by("position"))
        for position, member in enumerate(members):
            if position != missing:
                cast.authorize(county, member)
        everybody = {member.key for member in members}
        assert asked_about(county, case) == everybody - {members[missing].key}


def test_nobodys_signature_serves_for_anybody_else_by_sql(county):
    case = household(county, 4)
    members = list(case.members.order_by("position"))
    for member in members:
        cast.authorize(county, member)
    ordered = commission(case=case, by=county.intake)
    bank = Department.objects.get(source="bank")
    for one, other in combinations(members, 2):
        for person, signer in ((one, other), (other, one)):
            with raw.refused("gate: no authorization of this person for this purpose"):
                raw.insert(
                    Inquiry(
                        commission=ordered,
                        member=person,
                        authorization=signer.authorizations.get(),
                        department=bank,
                        source="bank",
                        purpose="dibao",
                        items=["bank.balance_fen"],
                        due_at=moment(),
                        entry_id=ordered.entry_id,
                    )
                )


def test_a_guardians_signature_for_a_child_is_not_their_own(county):
    case = cast.declared(county)
    cast.authorize(county, case.members.get(key="c"), guardian="a")
    assert asked_about(county, case) == {"c"}
