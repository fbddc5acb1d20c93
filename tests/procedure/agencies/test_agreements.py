"""信息共享协议: one proposes, another approves; the database lets nothing else be done to it."""

from datetime import UTC, datetime, time, timedelta
from time import sleep
from uuid import uuid4

import pytest
from django.db import connection

from hedui import policy
from hedui.catalogue import sources
from hedui.procedure.agencies import agreements
from hedui.procedure.agencies.agreements import (
    NotAgreed,
    Standing,
    approve_agreement,
    end_agreement,
    standing_of,
)
from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.agencies.queries import agreements_for, askable
from hedui.procedure.authorizations.acts import ItemNotNeeded
from hedui.procedure.authorizations.texts import publish
from hedui.procedure.record.actor import INSTALLER, Actor, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment, today
from tests import cast
from tests.procedure import raw

FIXED = "agreement: never changed, only approved once, by another, and ended"
BEGINS = "agreement: it begins as an officer's proposal"
ITEMS = "agreement: it names items of what the department holds"
ENDS = "agreement: it ends, after five years at most"


@pytest.fixture
def bank(county):
    return Department.objects.get(source="bank")


def now_of(bank):
    return agreements_for(cast.DIVISION, today()).get("bank")


def test_nothing_is_asked_on_a_proposal_and_all_of_it_once_another_has_approved(bank):
    end_agreement(agreement=now_of(bank), by=cast.administrators()[0])
    assert now_of(bank) is None
    proposal = cast.proposed(bank, items=["bank.balance_fen", "bank.bank"])
    assert now_of(bank) is None
    approve_agreement(agreement=proposal, by=cast.administrators()[1])
    assert now_of(bank).items == ["bank.balance_fen", "bank.bank"]


def test_who_proposed_does_not_approve(bank):
    both = Actor("officer:7", "双", None, frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}))
    terms = cast.terms(bank)
    own = agreements.propose_agreement(department=bank, terms=terms, by=both)
    with pytest.raises(NotAgreed, match="提出人不能自己批准"):
        approve_agreement(agreement=own, by=both)
    with pytest.raises(NotAllowed):
        approve_agreement(agreement=own, by=cast.administrators()[0])
    with pytest.raises(NotAllowed):
        agreements.propose_agreement(department=bank, terms=terms, by=cast.administrators()[1])


def test_a_new_agreement_takes_the_place_of_the_one_before_on_its_first_day(bank):
    before = now_of(bank)
    ahead = cast.agreed(bank, first_day=today() + timedelta(days=3))
    before.refresh_from_db()
    begins = datetime.combine(today() + timedelta(days=3), time(), SHANGHAI)
    assert before.ended_at == begins
    assert (now_of(bank), standing_of(ahead, moment())) == (before, Standing.AHEAD)
    assert standing_of(before, begins) is Standing.OVER
    with pytest.raises(NotAgreed, match="期限重叠"):
        cast.agreed(bank, items=["bank.bank"])
    third = cast.agreed(bank, items=["bank.bank"], last_day=today() + timedelta(days=2))
    assert now_of(bank) == third
    assert agreements.ending_soon(timedelta(days=30)) == []
    end_agreement(agreement=ahead, by=cast.administrators()[0])
    assert agreements.ending_soon(timedelta(days=30)) == [third]


def test_an_agreement_is_approved_once_and_ended_once(bank):
    proposes, approves = cast.administrators()
    standing = now_of(bank)
    with pytest.raises(NotAgreed):
        approve_agreement(agreement=standing, by=approves)
    end_agreement(agreement=standing, by=approves)
    with pytest.raises(NotAgreed):
        end_agreement(agreement=standing, by=proposes)
    withdrawn = cast.proposed(bank)
    end_agreement(agreement=withdrawn, by=proposes)
    with pytest.raises(NotAgreed):
        approve_agreement(agreement=withdrawn, by=approves)


def test_each_step_is_in_the_ledger_with_what_was_agreed(bank):
    one = cast.agreed(bank, items=["bank.bank"], opens=time(8), closes=time(18), per_minute=60)
    end_agreement(agreement=one, by=cast.administrators()[0])
    acts = list(Entry.objects.order_by("-index")[:3])
    assert [entry.act for entry in acts] == [
        "agencies.end_agreement",
        "agencies.approve_agreement",
        "agencies.propose_agreement",
    ]
    assert all(str(one.pk) in entry.content for entry in acts)
    said = acts[2].content
    for told in ('"hours":["08:00:00","18:00:00"]', '"per_minute":60', '"items":["bank.bank"]'):
        assert told in said


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"items": ["tax.amount_fen"]}, "items"),
        ({"items": ["bank.balance_fen", "tax.amount_fen"]}, "items"),
        ({"items": ["bank.secret"]}, "items"),
        ({"first_day": -9, "last_day": -1}, "last_day"),
        ({"first_day": 400}, "last_day"),
        ({"last_day": 2000}, "last_day"),
        ({"max_age_days": 0}, "max_age_days"),
        ({"max_age_days": 367}, "max_age_days"),
        ({"opens": time(8)}, "closes"),
        ({"opens": time(8), "closes": time(8)}, "closes"),
        ({"per_minute": 0}, "per_minute"),
        ({"contact": "  "}, "contact"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
def test_it_refuses_terms_that_cannot_be_kept(bank, changes, field):
    entries = Entry.objects.count()
    days = {n: today() + timedelta(days=d) for n, d in changes.items() if n.endswith("_day")}
    with pytest.raises(NotAgreed) as refused:
        cast.proposed(bank, **changes | days)
    assert refused.value.field == field
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"proposed_by": "machine:installer"}, BEGINS),
        ({"approved_by": "officer:2", "approved_at": moment}, BEGINS),
        ({"approved_at": moment}, BEGINS),
        ({"approved_by": "officer:2"}, BEGINS),
        ({"ended_at": moment}, BEGINS),
        ({"ended_by": "officer:2"}, BEGINS),
        ({"items": []}, ITEMS),
        ({"items": "bank.bank"}, ITEMS),
        ({"items": [1]}, ITEMS),
        ({"items": ["tax.amount_fen"]}, ITEMS),
        ({"items": ["bankers.bank"]}, ITEMS),
        ({"department_id": uuid4}, ITEMS),
        ({"last_day": lambda: today() - timedelta(days=1)}, ENDS),
        ({"last_day": lambda: today() + timedelta(days=1831)}, ENDS),
    ],
)
def test_the_database_takes_in_a_proposal_and_nothing_else(bank, changes, message):
    like = cast.proposed(bank)
    given = {name: value() if callable(value) else value for name, value in changes.items()}
    with raw.refused(message):
        raw.insert(like, id=uuid4(), **given)


APPROVED = {"approved_by": "officer:2", "approved_at": moment}
ENDED = {"ended_by": "officer:2", "ended_at": moment}


@pytest.mark.parametrize(
    "changes",
    [
        APPROVED | {"approved_by": "officer:9001"},
        APPROVED | {"approved_by": "machine:worker"},
        APPROVED | {"approved_by": ""},
        {"approved_by": "officer:2"},
        APPROVED | ENDED,
        APPROVED | {"items": ["bank.bank"]},
        APPROVED | {"last_day": lambda: today() + timedelta(days=900)},
        ENDED | {"ended_by": "machine:worker"},
        {"ended_by": "officer:2"},
        {"max_age_days": 366},
        {"opens": time(1), "closes": time(2)},
        {"per_minute": 1},
        {"channel": "x"},
        {"contact": "x"},
        {"legal_basis": "x"},
        {"first_day": lambda: today() - timedelta(days=1)},
        {"proposed_by": "officer:3"},
        {"proposed_at": lambda: datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
def test_the_database_lets_a_proposal_be_approved_by_another_or_ended(bank, changes):
    proposal = cast.proposed(bank)
    given = {name: value() if callable(value) else value for name, value in changes.items()}
    with raw.refused(FIXED):
        raw.update(proposal, **given)


def test_the_database_keeps_an_approval_and_lets_an_end_only_come_earlier(bank):
    standing = now_of(bank)
    at = moment()
    for changes in (
        {"approved_by": "officer:3"},
        {"approved_by": "", "approved_at": None},
        {"approved_by": "officer:3", "approved_at": at},
    ):
        with raw.refused(FIXED):
            raw.update(standing, **changes)
    raw.update(standing, ended_by="officer:3", ended_at=at + timedelta(days=9))
    for later in (None, at + timedelta(days=9), at + timedelta(days=10)):
        with raw.refused(FIXED):
            raw.update(standing, ended_by="officer:3", ended_at=later)
    raw.update(standing, ended_by="officer:4", ended_at=at + timedelta(days=1))
    raw.update(standing, ended_by="officer:4", ended_at=moment() + timedelta(milliseconds=50))
    sleep(0.1)
    with raw.refused(FIXED):
        raw.update(standing, ended_by="officer:5", ended_at=at - timedelta(days=1))
    with raw.refused("agreement: it is never deleted"):
        raw.delete(standing)


def test_an_ended_proposal_is_not_approved_by_the_database_either(bank):
    proposal = cast.proposed(bank)
    end_agreement(agreement=proposal, by=cast.administrators()[0])
    with raw.refused(FIXED):
        raw.update(proposal, approved_by="officer:2", approved_at=moment())


def test_what_else_may_be_asked_depends_on_what_a_department_there_has_agreed_to_tell(bank):
    assert not any(i.startswith("civil_affairs.") for i in askable("dibao", cast.DIVISION, today()))
    cast.department("civil_affairs", items=["civil_affairs.marital_status"])
    added = [i for i in askable("dibao", cast.DIVISION, today()) if i.startswith("civil_affairs.")]
    assert added == ["civil_affairs.marital_status"]
    assert not set(added) & set(askable("dibao", "110101", today()))


def test_who_is_registered_without_an_agreement_is_named(bank):
    assert agreements.without_agreement() == []
    end_agreement(agreement=now_of(bank), by=cast.administrators()[0])
    assert agreements.without_agreement() == [bank]
    assert agreements.ending_soon(timedelta(days=30)) == []
    near = cast.agreed(bank, last_day=today() + timedelta(days=5))
    assert agreements.ending_soon(timedelta(days=30)) == [near]
    cast.agreed(bank, first_day=today() + timedelta(days=5))
    assert agreements.ending_soon(timedelta(days=30)) == []


@pytest.mark.parametrize(
    ("opens", "closes", "at", "opening"),
    [
        (None, None, "03:00", "03:00"),
        (time(8), time(18), "08:00", "08:00"),
        (time(8), time(18), "17:59", "17:59"),
        (time(8), time(18), "07:59", "08:00"),
        (time(8), time(18), "18:00", "next 08:00"),
        (time(22), time(6), "23:00", "23:00"),
        (time(22), time(6), "05:59", "05:59"),
        (time(22), time(6), "06:00", "22:00"),
    ],
)
def test_a_department_opens_by_the_hours_agreed(opens, closes, at, opening):
    day = datetime(2026, 3, 4, tzinfo=SHANGHAI)

    def moment_of(written):
        hour = time.fromisoformat(written.removeprefix("next "))
        return day.replace(hour=hour.hour, minute=hour.minute) + timedelta(days="next" in written)

    agreement = Agreement(opens=opens, closes=closes)
    assert agreement.opening(moment_of(at).astimezone(UTC)) == moment_of(opening)


def test_the_installer_is_no_second_person(county, bank):
    with pytest.raises(Exception, match="agreement: it begins as an officer's proposal"):
        agreements.propose_agreement(department=bank, terms=cast.terms(bank), by=INSTALLER)


def test_a_star_covers_what_is_asked_everywhere_and_more_is_named(county, bank):
    own = policy.programme("dibao").form
    publish(
        form=own.id,
        title="低保",
        text=own.text,
        programmes=["dibao"],
        first_day=today() - timedelta(days=400),
        by=INSTALLER,
    )
    cast.department("death")
    case = cast.declared(county)
    everywhere = list(policy.programme("dibao").may_ask)
    death = [item.full_name for item in sources()["death"].items.values()]
    a, b, _ = case.members.order_by("key")
    assert cast.authorize(county, a, form=own.id).items == everywhere
    named = cast.authorize(county, b, form=own.id, items=("*", "death"))
    assert named.items == sorted([*everywhere, *death])
    assert cast.authorize(county, a).items == everywhere
    with pytest.raises(ItemNotNeeded):
        cast.authorize(county, a, items=("*", "bank.secret"))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL 的列只收日期")
def test_the_database_takes_no_agreement_without_days(bank):
    proposal = cast.proposed(bank)
    columns = [field.column for field in Agreement._meta.concrete_fields]
    for first, last in (("''", "'9999-12-31'"), ("first_day", "'x'")):
        given = {"id": f"'{uuid4().hex}'", "first_day": first, "last_day": last}
        told = ", ".join(given.get(column, f'"{column}"') for column in columns)
        with raw.refused("agreement: it ends, after five years at most"):
            raw.execute(
                f"INSERT INTO agencies_agreement ({', '.join(columns)}) "
                f"SELECT {told} FROM agencies_agreement WHERE id = '{proposal.id.hex}'"
            )
