from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.catalogue import expand
from hedui.values.periods import Period
from hedui.wire import artefact
from hedui.wire.canonical import canonical
from hedui.wire.checks import CHECKS, WireError
from hedui.wire.seals import Verifier
from tests.wire.made import LI, LOOK_BACK, NOW, SHA, ZHANG, permission


def covers(given_permission, **changes):
    asked: dict[str, Any] = {
        "subject_number": ZHANG,
        "source": "bank",
        "items": ("bank.balance_fen",),
        "purpose": "dibao",
        "at": NOW,
    }
    return artefact.covers(given_permission, **(asked | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"guardian": artefact.Guardian("parent", "ab" * 16, SHA)},
        {"fetch": artefact.Fetch("periodic", "P90D")},
    ],
)
def test_it_reads_what_was_issued(keys, changes):
    issued = permission(**changes)
    assert artefact.read(artefact.issue(issued, keys.platform), keys.trusted()) == issued


def test_it_carries_no_number_in_clear(keys):
    jws = artefact.issue(permission(), keys.platform)
    assert ZHANG not in keys.trusted().verify(jws, typ=artefact.TYP).decode()


def test_the_digest_of_a_person_differs_with_the_salt():
    assert artefact.grantor_digest("aa" * 16, ZHANG) != artefact.grantor_digest("bb" * 16, ZHANG)
    assert artefact.new_salt() != artefact.new_salt()


def test_it_refuses_a_forged_artefact(keys):
    forged = artefact.issue(permission(), keys.stranger)
    with pytest.raises(artefact.ArtefactError) as refused:
        artefact.read(forged, keys.trusted())
    assert refused.value.code == "unknown_partner"


def test_it_refuses_an_artefact_of_another_issuer_than_the_key_belongs_to(keys):
    jws = artefact.issue(permission(iss="320101-hedui"), keys.platform)
    with pytest.raises(artefact.ArtefactError) as refused:
        artefact.read(jws, keys.trusted("310101-hedui"))
    assert refused.value.code == "unknown_partner"


def test_it_refuses_a_message_signature_in_place_of_an_artefact(keys):
    jws = artefact.issue(permission(), keys.platform)
    payload = keys.trusted().verify(jws, typ=artefact.TYP)
    with pytest.raises(artefact.ArtefactError):
        artefact.read(keys.platform.sign(payload, typ="hedui-message+jws"), keys.trusted())


@pytest.mark.parametrize(
    "changes",
    [
        {"jti": ""},
        {"iss": "somebody"},
        {"items": ()},
        {"items": ("*",)},
        {"items": ("bank.balance_fen", "bank.balance_fen")},
        {"declaration": "sha256:short"},
        {"retention": "forever"},
        {"fetch": artefact.Fetch("periodic")},
        {"fetch": artefact.Fetch("oneshot", "P1D")},
    ],
)
def test_it_does_not_issue_what_no_department_would_read(keys, changes):
    with pytest.raises(WireError) as refused:
        artefact.issue(permission(**changes), keys.platform)
    assert refused.value.code == "malformed_object"


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"exp": "2025-01-01"},
        {"exp": -1},
        {"exp": 10**15},
        {"exp": True},
        {"period": {"from": "2024-07-31", "to": "2023-08-01"}},
        {"period": {"from": "2024-02-30", "to": "2024-08-01"}},
        {"grantor": {"salt": "zz", "digest": SHA}},
    ],
)
def test_it_refuses_claims_that_are_not_as_published(keys, change):
    claims = {**artefact._claims(permission()), **change}
    with pytest.raises(artefact.ArtefactError) as refused:
        artefact.read(keys.platform.sign(canonical(claims), typ=artefact.TYP), keys.trusted())
    assert refused.value.code == "malformed_object"


def test_it_covers_what_was_signed():
    assert covers(permission()) is None
    assert covers(permission(), items=expand(["bank"]), period=LOOK_BACK) is None
    assert covers(permission(), source="vehicle", items=("vehicle.vehicle_class",)) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject_number": LI}, "subject_not_allowed"),
        ({"purpose": "housing"}, "purpose_not_allowed"),
        ({"items": ()}, "scope_exceeds_policy"),
        ({"items": ("vehicle.vehicle_class",)}, "scope_exceeds_policy"),
        ({"source": "vehicle", "items": ("vehicle.brand",)}, "scope_exceeds_policy"),
        ({"source": "tax", "items": ("tax.amount_fen",)}, "scope_exceeds_policy"),
        ({"period": Period(date(2023, 7, 31), date(2024, 7, 31))}, "scope_exceeds_policy"),
        ({"period": Period(date(2023, 8, 1), date(2024, 8, 1))}, "scope_exceeds_policy"),
        ({"at": NOW - timedelta(days=1, seconds=1)}, "not_yet_valid"),
        ({"at": NOW + timedelta(days=364)}, "expired"),
    ],
)
def test_it_does_not_cover_anything_else(changes, code):
    assert covers(permission(), **changes) == code


def test_it_is_in_force_from_the_first_moment_until_just_before_the_last():
    edge = permission()
    assert covers(edge, at=edge.nbf) is None
    assert covers(edge, at=edge.exp - timedelta(microseconds=1)) is None
    assert covers(edge, at=edge.exp) == "expired"


def test_no_permission_runs_for_ever():
    longest = permission().nbf + artefact.LONGEST_VALIDITY
    assert covers(permission(exp=longest)) is None
    assert covers(permission(exp=longest + timedelta(seconds=1))) == "validity_exceeds_policy"


def test_a_source_name_permits_no_other_source_that_begins_like_it():
    narrow = permission(items=("bank",))
    assert artefact.covered_items(narrow, ("bank.bank", "bankx.bank", "tax.payer")) == (
        "bank.bank",
    )


WRONG = [
    {"subject_number": LI},
    {"purpose": "housing"},
    {"items": ("tax.payer",)},
    {"at": datetime(2030, 1, 1, tzinfo=UTC)},
]
CODES = ["subject_not_allowed", "purpose_not_allowed", "scope_exceeds_policy", "expired"]


@given(st.sets(st.sampled_from(range(4)), min_size=1))
def test_the_first_check_that_fails_names_the_error(wrong):
    changes = {key: value for each in wrong for key, value in WRONG[each].items()}
    assert covers(permission(), **changes) == CODES[min(wrong)]


def test_its_codes_stand_in_the_order_of_the_profile():
    order = list(CHECKS)
    assert [order.index(code) for code in CODES] == sorted(order.index(code) for code in CODES)


def test_the_signature_is_checked_before_anything_in_the_artefact_is_read(keys):
    nonsense = keys.stranger.sign(b"not even JSON", typ=artefact.TYP)
    with pytest.raises(artefact.ArtefactError) as refused:
        artefact.read(nonsense, Verifier({}))
    assert refused.value.code == "unknown_partner"
