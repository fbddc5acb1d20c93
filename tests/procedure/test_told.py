"""Who can act or sign 随留痕: no account, post, key to sign with or text without its entry."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import authenticate

from hedui.procedure.agencies import acts
from hedui.procedure.agencies.accounts import change_password
from hedui.procedure.agencies.models import Agency, Department, Officer, Post
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations import electronic
from hedui.procedure.authorizations.models import Enrolment, Form
from hedui.procedure.authorizations.texts import FormNotUsable, publish
from hedui.procedure.record.actor import INSTALLER, Actor, Role
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from tests import cast
from tests.procedure import raw

DAY = timedelta(days=1)
COMES = "{} comes with the entry of its act"


@pytest.fixture
def enrolment(county) -> Enrolment:
    member = cast.declared(county).members.get(key="a")
    return electronic.enrol(member=member, by=county.intake).enrolment


def rows(county, enrolment) -> dict[type, object]:
    signed = cast.authorize(county, enrolment.member)
    code = electronic.totp.code(bytes(9), 1)
    electronic.sign_in(enrolment=enrolment, code=code, by=electronic.PORTAL)
    return {
        Agency: county.street,
        Officer: county.officers["wang"],
        Post: county.officers["wang"].posts.get(),
        Department: Department.objects.first(),
        Form: Form.objects.get(),
        Enrolment: enrolment,
        type(signed): signed,
        enrolment.wrong_codes.model: enrolment.wrong_codes.get(),
    }


def fresh(row) -> dict[str, object]:
    """Return what else than the key has to differ for a row to be added once more."""
    found: dict[type, dict[str, object]] = {
        Agency: {"name": "另一街道"},
        Officer: {"username": "another"},
        Post: {"first_day": today()},
        Department: {"last_day": today()},
        Enrolment: {"address": "0" * 64},
    }
    return found.get(type(row), {})


def key(row) -> object:
    last = type(row)._default_manager.order_by("-pk").first().pk
    return (
        last + 1 if isinstance(last, int) else "x" if isinstance(last, str) else type(last)(int=7)
    )


def test_no_row_of_theirs_joins_an_act_that_is_over(county, enrolment):
    for row in rows(county, enrolment).values():
        again = {row._meta.pk.attname: key(row), **fresh(row)}
        said = COMES.format(row.kept.row)
        with raw.refused(said):
            raw.insert(row, **again, entry_id=row.entry_id)
        raw.insert(row, **again)


def test_nor_is_told_by_another_act(county, enrolment):
    for row in rows(county, enrolment).values():
        again = {row._meta.pk.attname: key(row), **fresh(row)}
        with raw.refused(f"{row.kept.row} is told by its own act"):
            with raw.deed("cases.look") as entry:
                raw.insert(row, **again, entry_id=entry)
            raw.constraints()


def days(change: dict[str, object]) -> dict[str, object]:
    """Write days that are told as numbers, from today."""
    return {k: today() + v * DAY if k.endswith("_day") and v is not None else v
            for k, v in change.items()}  # fmt: skip


CHANGES = [
    (Agency, {"second_person": True}),
    (Agency, {"numbered_only": True}),
    (Officer, {"is_active": False}),
    (Officer, {"password": "x"}),
    (Post, {"last_day": 0}),
    (Department, {"name": "另一部门"}),
    (Department, {"last_day": 0}),
    (Department, {"answer_within": 1}),
]


@pytest.mark.parametrize(("model", "change"), CHANGES, ids=str)
def test_nothing_of_theirs_changes_without_an_entry(county, model, change):
    row, change = model._default_manager.first(), days(change)
    with raw.refused(COMES.format(row.kept.row)):
        raw.update(row, **change, entry_id=row.entry_id)
    if "password" not in change:
        raw.update(row, **change)


def test_what_comes_and_goes_by_itself_wants_none(county):
    officer, bank = county.officers["wang"], Department.objects.get(source="bank")
    assert raw.update(officer, last_login=None) == 1
    assert raw.update(bank, faults=3, rests_until=None) == 1


@pytest.mark.parametrize("rank", ["is_superuser", "is_staff"])
def test_no_account_stands_above_the_procedure(county, rank):
    officer = county.officers["wang"]
    said = "officer: what one may do hangs on posts, not on the account"
    with raw.refused(said):
        raw.insert(officer, id=9_000, username="root", **{rank: True})
    with raw.refused(said):
        raw.update(officer, **{rank: True})


def test_an_account_stays_that_of_one_person(county):
    for change in ({"username": "another"}, {"id": 9_000}):
        with raw.refused("officer: an account stays that of one person"):
            raw.update(county.officers["wang"], **change)


def test_a_password_is_changed_by_whose_it_is(county):
    mine, other = county.officers["wang"], county.officers["liu"]
    with pytest.raises(Refusal, match="只能修改本人的密码"):
        change_password(officer=other, password="Another-1", by=actor_of(mine))
    with raw.refused("officer: a password is changed by whose it is"):
        with raw.deed("agencies.change_password", actor_of(mine)) as entry:
            raw.update(other, password="x", entry_id=entry)
        raw.constraints()
    change_password(officer=mine, password="Another-1", by=actor_of(mine))
    assert authenticate(username="wang", password="Another-1") == mine
    assert Entry.objects.latest("index").act == "agencies.change_password"


def test_a_password_that_is_hashed_as_it_used_to_be_opens_and_stays(county, settings):
    held = Officer.objects.get(username="wang").password
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    assert authenticate(username="wang", password=cast.PASSWORD)
    assert Officer.objects.get(username="wang").password == held


def system(county) -> Officer:
    officer = cast.account("guan", "管")
    terms = {"agency": county.street, "first_day": today(), "by": INSTALLER}
    acts.appoint(officer=officer, role=Role.SYSTEM_ADMIN, **terms)
    return officer


def test_nobody_appoints_or_relieves_themselves(county):
    officer = system(county)
    given = {"officer": officer, "agency": county.street, "first_day": today()}
    with pytest.raises(Refusal, match="不能给自己任命岗位"):
        acts.appoint(**given, role=Role.INTAKE, by=actor_of(officer))
    with pytest.raises(Refusal, match="不能免去自己的岗位"):
        acts.relieve(post=officer.posts.get(), last_day=today(), by=actor_of(officer))
    with raw.refused("post: nobody appoints themselves"):
        with raw.deed("agencies.appoint", actor_of(officer)) as entry:
            raw.insert(Post(id=9_000, role="intake", **given), entry_id=entry)
        raw.constraints()


def test_a_post_ends_and_is_given_anew(county):
    by, officer = actor_of(system(county)), county.officers["wang"]
    post = officer.posts.get()
    with pytest.raises(Refusal, match="最早为昨天"):
        acts.relieve(post=post, last_day=today() - 2 * DAY, by=by)
    acts.relieve(post=post, last_day=today(), by=by)
    assert actor_of(officer).roles == {Role.INTAKE}
    acts.relieve(post=post, last_day=today() - DAY, by=by)
    assert actor_of(officer).roles == set()
    with pytest.raises(Refusal, match="以前已经终止"):
        acts.relieve(post=post, last_day=today(), by=by)
    terms = {"officer": officer, "agency": county.street, "role": Role.INTAKE, "by": by}
    with pytest.raises(Refusal, match="任命过,又免去了"):
        acts.appoint(**terms, first_day=post.first_day)
    anew = acts.appoint(**terms, first_day=today())
    assert actor_of(officer).roles == {Role.INTAKE}
    assert acts.appoint(**terms, first_day=today() + DAY) == anew  # holds it already


@pytest.mark.parametrize(
    "change",
    [{"last_day": None}, {"first_day": 0}, {"role": "verify"}, {"last_day": 1}],
    ids=str,
)
def test_a_post_is_never_changed_only_ended(county, change):
    post = county.officers["wang"].posts.get()
    raw.update(post, last_day=today())
    with raw.refused("post: never changed, only ended"):
        raw.update(post, **{"last_day": today()} | days(change))


def test_a_text_is_signed_from_its_publication_on(county):
    secures = Actor("officer:9002", "安", None, frozenset({Role.SECURITY_ADMIN}))
    text = {"title": "授权书", "text": cast.TEXT, "programmes": ["dibao"]}
    with pytest.raises(FormNotUsable, match="不能早于今天"):
        publish(form="early", **text, first_day=today() - DAY, by=secures)
    publish(form="now", **text, first_day=today(), by=secures)
    publish(form="shipped", **text, first_day=today() - DAY, by=INSTALLER)


def test_every_act_that_makes_such_a_row_is_one():
    told = [m.told for m in apps.get_models() if hasattr(m, "told")]
    assert len(told) == 16
    import_module("hedui.config.urls")  # and with it all acts
    assert {act for one in told for act in one.acts} <= REGISTRY.keys()
