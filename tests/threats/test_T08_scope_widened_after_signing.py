"""T08: scope, period or validity is widened once the paper is signed."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.commissions.acts import commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment
from hedui.wire import artefact
from hedui.wire.seals import Verifier, load_public
from tests import cast
from tests.procedure import raw

NEVER = "authorization: never changed, only revoked once"
WIDER: dict[str, dict[str, Any]] = {
    "more items": {"items": ["bank.balance_fen", "tax.amount_fen"]},
    "a longer period": {"period_first": date(2000, 1, 1)},
    "a later end": {"valid_until": datetime(2099, 1, 1, tzinfo=UTC)},
    "an earlier beginning": {"valid_from": datetime(2000, 1, 1, tzinfo=UTC)},
    "another purpose": {"purpose": "dibao_edge"},
    "another paper": {"evidence": "sha256:" + "0" * 64},
    "another artefact": {"sealed_artefact": b"forged"},
}


@pytest.fixture
def signed(county) -> Authorization:
    case = cast.declared(county)
    return cast.authorize(county, case.members.get(key="a"), items=("bank.balance_fen",))


@pytest.mark.parametrize("what", WIDER)
def test_the_database_refuses(signed, what):
    with raw.refused(NEVER):
        raw.update(signed, **WIDER[what])
    with raw.refused(NEVER):
        raw.update(signed, revoked_at=moment(), **WIDER[what])


@pytest.mark.parametrize("what", ["more items", "a longer period", "a later end"])
def test_where_the_guard_was_dropped_the_department_still_reads_what_was_signed(
    county, signed, what
):
    """An administrator can widen the row, not the artefact that travels with the question."""
    raw.drop_triggers("authorizations_authorization_only_is_revoked")
    raw.update(signed, **WIDER[what])
    ordered = commission(case=signed.case, by=county.intake)
    tickets = [t for e in inquire(commission=ordered, by=WORKER) for t in e.tickets]
    assert tickets
    key = Verifier.of(load_public(Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC))
    for ticket in tickets:
        inquiry = ticket.inquiry
        issued = artefact.read(inquiry.authorization.artefact, key)
        covered = artefact.covers(
            issued,
            subject_number=cast.ZHANG_SAN,
            source=inquiry.source,
            items=inquiry.items,
            purpose="dibao",
            at=moment(),
        )
        assert covered == (None if inquiry.source == "bank" else "scope_exceeds_policy")
        assert issued.exp < datetime(2099, 1, 1, tzinfo=UTC)
        assert issued.period.first > date(2000, 1, 1)


def test_wider_is_a_new_signature(county, signed):
    again = cast.authorize(county, signed.member, items=("bank", "tax"))
    assert again.pk != signed.pk
    assert Authorization.objects.get(pk=signed.pk).items == ["bank.balance_fen"]
    inquire(commission=commission(case=signed.case, by=county.intake), by=WORKER)
    asked = {i.source: i.authorization_id for i in signed.member.inquiries.all()}
    assert asked == {"bank": again.pk, "tax": again.pk}
