"""T13: more is asked than the programme needs, or than was signed for."""

from random import Random
from types import SimpleNamespace
from uuid import uuid4

import pytest

from hedui import catalogue, policy
from hedui.procedure.authorizations.acts import ItemNotNeeded
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment
from tests import cast
from tests.procedure import raw

ALL = sorted(f"{s}.{i}" for s, source in catalogue.sources().items() for i in source.items)
COMBINATIONS = 12


@pytest.mark.parametrize("seed", range(COMBINATIONS))
def test_what_is_asked_is_within_what_was_signed_and_what_is_needed(county, monkeypatch, seed):
    """Random programmes against random signatures, also such as `authorize` would refuse."""
    random = Random(seed)
    needed = tuple(i for i in ALL if random.random() < 0.5)
    ordered = cast.commissioned(county)
    signed = {}
    for held in list(ordered.case.authorizations.select_related("member")):
        raw.update(held, revoked_at=moment())
        signed[held.member_id] = {i for i in ALL if random.random() < 0.4}
        raw.insert(held, id=uuid4(), revoked_at=None, items=sorted(signed[held.member_id]))
    monkeypatch.setattr("hedui.policy.programme", lambda name: SimpleNamespace(allowed=needed))
    inquire(commission=ordered, by=WORKER)
    departments = set(cast.SOURCES)
    for member_id, items in signed.items():
        asked = {
            item for inquiry in ordered.inquiries.filter(member=member_id) for item in inquiry.items
        }
        assert asked == {i for i in items & set(needed) if i.split(".")[0] in departments}


def test_a_signature_for_more_than_is_needed_is_not_taken(county, monkeypatch):
    case = cast.declared(county)
    lean = SimpleNamespace(allowed=("bank.balance_fen",))
    monkeypatch.setattr("hedui.policy.programme", lambda name: lean)
    for items in (("bank",), ("tax",), ("bank.balance_fen", "vehicle.vehicle_class")):
        with pytest.raises(ItemNotNeeded, match="不是本项目需要的查询项"):
            cast.authorize(county, case.members.get(key="a"), items=items)


def test_no_programme_needs_what_is_never_to_be_asked():
    assert policy.known_programmes()
    for name in policy.known_programmes():
        assert set(catalogue.whole(policy.programme(name).allowed)) <= set(ALL)
