"""What the audit administrator finds in the ledger: all that fits, and nobody else anything."""

from datetime import timedelta
from uuid import uuid4

import pytest

from hedui.procedure.record import queries
from hedui.procedure.record.actor import INSTALLER, Actor, Role
from hedui.procedure.record.checkpoints import make_checkpoint
from hedui.procedure.record.models import Cosignature, Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.queries import newest_checkpoints, search
from tests import cast

AUDITOR = Actor("officer:9", "审", None, frozenset({Role.AUDIT_ADMIN}))


def found(**wanted) -> list[int]:
    return [line.index for line in search(AUDITOR, **wanted)]


@pytest.fixture
def case(county):
    return cast.declared(county)


def test_each_word_narrows_what_is_found_and_the_newest_come_first(county, case, monkeypatch):
    cast.declared(county)
    everything = list(Entry.objects.order_by("-index").values_list("index", flat=True))
    monkeypatch.setattr(queries, "PAGE", len(everything))
    assert found() == everything
    of_case = list(Entry.objects.filter(case=case.id).values_list("index", flat=True))
    assert found(case=case.id) == of_case[::-1]
    assert found(act="cases.declare", case=case.id) == of_case[1:2]
    by_intake = found(actor=county.intake.identifier)
    assert set(of_case) < set(by_intake) < set(everything)
    installed = Entry.objects.filter(actor=INSTALLER.identifier).order_by("-index")
    assert found(actor=INSTALLER.identifier) == [entry.index for entry in installed]
    assert not set(found(actor=INSTALLER.identifier)) & set(by_intake)
    assert found(before=of_case[0]) == [n for n in everything if n < of_case[0]]
    assert found(before=0) == found(case=uuid4()) == found(actor="nobody") == []
    assert found(day=today()) == everything
    assert found(day=today() - timedelta(days=1)) == found(day=today() + timedelta(days=1)) == []
    monkeypatch.setattr(queries, "PAGE", 2)
    assert found() == everything[:2]


def test_checkpoints_are_shown_with_who_has_seen_them(county, case):
    checkpoint = make_checkpoint()
    for name in ("甲", "乙"):
        Cosignature.objects.create(
            checkpoint=checkpoint, witness=name, line=f"— {name} AA==\n", at=moment()
        )
    assert newest_checkpoints(AUDITOR) == [(checkpoint, ["甲", "乙"])]


def test_nobody_else_finds_anything(county, case):
    make_checkpoint()
    for reader in (county.intake, county.countersigns, county.stranger):
        assert search(reader) == []
        assert newest_checkpoints(reader) == []
