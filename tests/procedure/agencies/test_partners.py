"""合作方 in the database: proposed by one, approved by another, and nothing else."""

import pytest
from django.db import IntegrityError, transaction

from hedui.procedure.agencies.partner_models import Partner, PartnerMessage, Subscription
from hedui.procedure.agencies.partners import (
    NotAPartner,
    approve_partner,
    end_partner,
    partner_named,
    propose_partner,
)
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.moment import moment
from hedui.wire.seals import generate_key
from tests import cast
from tests.faces.registry import terms
from tests.procedure import raw

FIXED = "partner: never changed, only approved once, by another, and ended"
BEGINS = "partner: it begins as an officer's proposal"


@pytest.fixture
def proposed(county, tmp_path):
    generate_key(tmp_path / "key.pem")
    return propose_partner(terms=terms(tmp_path), by=cast.administrators()[0])


def test_an_agreement_stands_from_the_approval_of_another_to_its_end(proposed):
    assert partner_named(proposed.sender_id) is None
    with pytest.raises(NotAllowed):
        approve_partner(partner=proposed, by=cast.administrators()[0])
    approve_partner(partner=proposed, by=cast.administrators()[1])
    assert partner_named(proposed.sender_id) == proposed
    end_partner(partner=proposed, by=cast.administrators()[0])
    assert partner_named(proposed.sender_id) is None
    for act in (approve_partner, end_partner):
        with pytest.raises(NotAPartner):
            act(partner=proposed, by=cast.administrators()[1])


def test_who_proposed_does_not_approve(county, tmp_path):
    generate_key(tmp_path / "key.pem")
    both = Actor("officer:7", "双", None, frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}))
    own = propose_partner(terms=terms(tmp_path), by=both)
    with pytest.raises(NotAPartner, match="提出人不能自己批准"):
        approve_partner(partner=own, by=both)


@pytest.mark.parametrize(
    "changes",
    [
        {"proposed_by": "machine:installer"},
        {"approved_at": moment, "approved_by": "officer:2"},
        {"approved_by": "officer:2"},
        {"ended_at": moment},
        {"ended_by": "officer:2"},
    ],
)
def test_the_database_refuses_a_partner_that_does_not_begin_as_a_proposal(proposed, changes):
    fields = {f.attname: getattr(proposed, f.attname) for f in Partner._meta.concrete_fields}
    fields |= {"id": Partner().pk, "sender_id": "other"}
    fields |= {name: v() if callable(v) else v for name, v in changes.items()}
    with raw.refused(BEGINS):
        raw.insert(Partner(**fields))


@pytest.mark.parametrize("by", ["officer:9001", "machine:worker", ""])
def test_the_database_refuses_an_approval_by_who_proposed_or_by_no_officer(proposed, by):
    with raw.refused(FIXED):
        raw.update(proposed, approved_by=by, approved_at=moment())


def test_the_database_refuses_another_scope_and_another_beginning(proposed):
    approve_partner(partner=proposed, by=cast.administrators()[1])
    for changes in (
        {"programmes": ["dibao", "tekun"]},
        {"division": "310000"},
        {"callback_url": "https://elsewhere.example"},
        {"public_key": "k"},
        {"cursor": -1},
        {"approved_by": "officer:8", "approved_at": moment()},
        {"ended_at": moment(), "ended_by": "machine:worker"},
    ):
        with raw.refused(FIXED):
            raw.update(proposed, **changes)
    end_partner(partner=proposed, by=cast.administrators()[0])
    for again in ({"ended_at": None, "ended_by": ""}, {"cursor": 10**9}):
        with raw.refused(FIXED):
            raw.update(proposed, **again)


def test_the_database_keeps_messages_and_subscriptions_as_they_were(proposed):
    terms_ = {"partner": proposed, "entry_id": proposed.entry_id}
    message = PartnerMessage.objects.create(
        message_id="m", transaction_id="t", action="search", answer={}, at=moment(), **terms_
    )
    assert raw.update(message, attempts=1, next_at=moment()) == 1
    assert raw.update(message, sent_at=moment()) == 1
    with raw.refused("partner: what it was answered is never changed"):
        raw.update(message, sent_at=None)
    with raw.refused("partner: what it was answered is never changed"):
        raw.update(message, about={"r": None})
    subscribed = {"person": "p", "programme": "dibao", "reference_id": "r", "began_at": moment()}
    subscription = Subscription.objects.create(code="c", **subscribed, **terms_)
    with pytest.raises(IntegrityError), transaction.atomic():
        raw.insert(Subscription(code="d", **subscribed, **terms_))
    assert raw.update(subscription, ended_at=moment()) == 1
    with raw.refused("partner: a subscription is never changed, only ended once"):
        raw.update(subscription, ended_at=None)
