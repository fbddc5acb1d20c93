"""接入系统: one proposes, another approves; the database lets its account do nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest

from hedui.procedure.agencies import clients
from hedui.procedure.agencies.client_models import Client, FirstAnswer, Token
from hedui.procedure.agencies.clients import (
    NotAdmitted,
    approve_client,
    client_with,
    end_client,
    end_token,
    first_answer,
    give_token,
    keep_first_answer,
    propose_client,
)
from hedui.procedure.agencies.models import Agency, Officer, Post
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.procedure import raw

FIXED = "client: never changed, only approved once, by another, and ended"
BEGINS = "client: it begins as an officer's proposal"
POSTS = "client: it takes in and commissions, no more"
ACCOUNT = "client: its account holds the posts that were approved, no other"
GIVEN = "token: it is given to an approved client, by an officer, for a year at most"
ENDS = "token: never changed, only ended"


def proposed(county, **changes):
    terms = {
        "name": "系统",
        "agency": county.street,
        "roles": [Role.INTAKE],
        "contact": "信息科",
        "last_day": today() + timedelta(days=30),
    }
    return propose_client(**terms | changes, by=cast.administrators()[0])


def test_a_proposal_may_do_nothing_and_an_admitted_client_what_was_approved(county):
    held = proposed(county, roles=[Role.INTAKE, Role.COMMISSION])
    assert actor_of(held.officer).roles == frozenset()
    with pytest.raises(NotAdmitted):
        give_token(client=held, days=1, by=cast.administrators()[0])
    approve_client(client=held, by=cast.administrators()[1])
    actor = actor_of(Officer.objects.get(pk=held.officer_id))
    assert set(actor.roles) == {Role.INTAKE, Role.COMMISSION}
    assert actor.agency == county.street.pk
    assert {post.last_day for post in held.officer.posts.all()} == {held.last_day}
    assert not held.officer.has_usable_password()


def test_who_proposed_does_not_approve(county):
    both = Actor("officer:7", "双", None, frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}))
    terms = {"agency": county.street, "roles": [Role.INTAKE], "contact": "c", "last_day": today()}
    own = propose_client(name="s", **terms, by=both)
    with pytest.raises(NotAdmitted, match="提出人不能自己批准"):
        approve_client(client=own, by=both)
    with pytest.raises(NotAllowed):
        approve_client(client=own, by=cast.administrators()[0])
    with pytest.raises(NotAllowed):
        propose_client(name="s", **terms, by=cast.administrators()[1])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"contact": ""}, "contact"),
        ({"roles": []}, "roles"),
        ({"roles": [Role.VERIFY]}, "roles"),
        ({"roles": [Role.INTAKE, Role.SECURITY_ADMIN]}, "roles"),
        ({"last_day": -1}, "last_day"),
        ({"last_day": 733}, "last_day"),
    ],
)
def test_it_refuses_what_cannot_be_admitted(county, changes, field):
    if "last_day" in changes:
        changes = {"last_day": today() + timedelta(days=changes["last_day"])}
    before = Officer.objects.count()
    with pytest.raises(NotAdmitted) as refused:
        proposed(county, **changes)
    assert refused.value.field == field
    assert Officer.objects.count() == before


def test_a_token_is_kept_as_a_digest_and_taken_until_it_ends(county):
    admitted, secret = cast.client(county)
    assert client_with(secret) == admitted
    assert not Token.objects.filter(digest=secret).exists()
    assert not Entry.objects.filter(content__contains=secret).exists()
    assert client_with("") is None
    end_token(token=admitted.tokens.get(), by=cast.administrators()[1])
    assert client_with(secret) is None
    with pytest.raises(NotAdmitted):
        end_token(token=admitted.tokens.get(), by=cast.administrators()[1])


def test_the_token_before_stands_for_a_day_or_ends_at_once(county, monkeypatch):
    admitted, first = cast.client(county)
    by = cast.administrators()[0]
    second = give_token(client=admitted, days=366, by=by).secret
    assert client_with(first) == client_with(second) == admitted
    day_later = moment() + timedelta(hours=24, minutes=1)
    monkeypatch.setattr(clients, "moment", lambda: day_later)
    assert client_with(first) is None
    assert client_with(second) == admitted
    monkeypatch.undo()
    third = give_token(client=admitted, days=1, at_once=True, by=by).secret
    assert client_with(second) is None
    assert client_with(third) == admitted
    for days in (0, 367):
        with pytest.raises(NotAdmitted):
            give_token(client=admitted, days=days, by=by)


def test_a_client_that_is_over_is_not_taken(county, monkeypatch):
    admitted, secret = cast.client(county)
    late = moment() + timedelta(days=301)
    monkeypatch.setattr(clients, "moment", lambda: late)
    assert client_with(secret) is None
    monkeypatch.undo()
    end_client(client=admitted, by=cast.administrators()[1])
    assert client_with(secret) is None
    assert not Officer.objects.get(pk=admitted.officer_id).is_active
    for act in (end_client, approve_client):
        with pytest.raises(NotAdmitted):
            act(client=admitted, by=cast.administrators()[1])


def row(county, **changes):
    account = cast.account(f"c-{uuid4()}", "c")
    entry = Entry.objects.earliest("index").pk
    terms = {
        "officer": account,
        "agency": county.street,
        "roles": ["intake"],
        "contact": "c",
        "last_day": today(),
        "proposed_by": "officer:1",
        "proposed_at": moment(),
        "entry_id": entry,
    }
    return Client(**terms | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"proposed_by": "machine:installer"}, BEGINS),
        ({"approved_at": moment, "approved_by": "officer:2"}, BEGINS),
        ({"approved_by": "officer:2"}, BEGINS),
        ({"ended_at": moment}, BEGINS),
        ({"ended_by": "officer:2"}, BEGINS),
        ({"roles": []}, POSTS),
        ({"roles": ["verify"]}, POSTS),
        ({"roles": ["intake", "countersign"]}, POSTS),
    ],
)
def test_the_database_refuses_a_client_that_does_not_begin_as_a_proposal(county, changes, message):
    made = row(county, **{n: v() if callable(v) else v for n, v in changes.items()})
    with raw.refused(message):
        raw.insert(made)


def test_the_database_refuses_an_officer_with_posts_as_a_client(county):
    with raw.refused(POSTS):
        raw.insert(row(county, officer=county.officers["liu"]))


@pytest.mark.parametrize("by", ["officer:9001", "machine:worker", ""])
def test_the_database_refuses_an_approval_by_who_proposed_or_by_no_officer(county, by):
    held = proposed(county)
    with raw.refused(FIXED):
        raw.update(held, approved_by=by, approved_at=moment())


def test_the_database_refuses_to_begin_again_what_has_ended(county):
    held = proposed(county)
    end_client(client=held, by=cast.administrators()[0])
    for changes in (
        {"ended_at": None, "ended_by": ""},
        {"approved_by": "officer:5", "approved_at": moment()},
        {"ended_at": moment(), "ended_by": "officer:5"},
    ):
        with raw.refused(FIXED):
            raw.update(held, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "verify"},
        {"role": "security_admin"},
        {"role": "commission"},
        {"last_day": None},
        {"last_day": 31},
        {"agency": "外滩街道"},
    ],
)
def test_the_database_refuses_any_other_post_of_its_account(county, changes):
    held = proposed(county)
    approve_client(client=held, by=cast.administrators()[1])
    terms = {
        "officer_id": held.officer_id,
        "agency_id": held.agency_id,
        "role": "intake",
        "first_day": today() - timedelta(days=9),
        "last_day": held.last_day,
    }
    if isinstance(changes.get("last_day"), int):
        changes = {"last_day": today() + timedelta(days=changes["last_day"])}
    if "agency" in changes:
        changes = {"agency_id": Agency.objects.get(name=changes["agency"]).pk}
    with raw.refused(ACCOUNT):
        raw.insert(Post(id=9_000, **terms | changes))
    raw.insert(Post(id=9_000, **terms))


def test_the_database_refuses_a_post_before_the_approval_and_after_the_end(county):
    held = proposed(county)
    terms = {
        "officer_id": held.officer_id,
        "agency_id": held.agency_id,
        "role": "intake",
        "first_day": today(),
        "last_day": held.last_day,
    }
    with raw.refused(ACCOUNT):
        raw.insert(Post(id=9_000, **terms))
    end_client(client=held, by=cast.administrators()[0])
    with raw.refused(ACCOUNT):
        raw.insert(Post(id=9_000, **terms))


def token(client, **changes):
    terms = {
        "client": client,
        "digest": uuid4().hex * 2,
        "given_by": "officer:1",
        "given_at": moment(),
        "expires_at": moment() + timedelta(days=5),
        "entry_id": client.entry_id,
    }
    return Token(**terms | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"given_by": "machine:worker"},
        {"digest": "hedui_in-clear"},
        {"ended_at": 1},
        {"expires_at": -1},
        {"expires_at": 369},
    ],
)
def test_the_database_refuses_a_token_that_is_not_to_be_given(county, changes):
    admitted, _ = cast.client(county)
    days = {
        n: moment() + timedelta(days=v) if isinstance(v, int) else v for n, v in changes.items()
    }
    with raw.refused(GIVEN):
        raw.insert(token(admitted, **days))
    raw.insert(token(admitted))


def test_the_database_refuses_a_token_before_the_approval_and_after_the_end(county):
    with raw.refused(GIVEN):
        raw.insert(token(proposed(county)))
    admitted, _ = cast.client(county)
    end_client(client=admitted, by=cast.administrators()[0])
    with raw.refused(GIVEN):
        raw.insert(token(admitted))


def test_the_database_lets_a_token_end_earlier_and_never_later(county):
    admitted, _ = cast.client(county)
    held = admitted.tokens.get()
    at = moment()
    assert raw.update(held, ended_at=at + timedelta(hours=24)) == 1
    assert raw.update(held, ended_at=at) == 1
    for later in (None, at, at + timedelta(hours=1)):
        with raw.refused(ENDS):
            raw.update(held, ended_at=later)


def test_what_was_answered_first_stands(county):
    admitted, _ = cast.client(county)
    told = {"commission": "WT-1"}
    entry = admitted.entry_id
    keep_first_answer(client=admitted, key="k", asked="a", content=told, entry=entry)
    assert first_answer(admitted, "k").content == told
    assert first_answer(admitted, "other") is None
    assert not FirstAnswer.objects.filter(key="k").exists()  # its digest is
