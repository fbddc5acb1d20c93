"""Where an authorization stands: `state_of` tells one, `serving` finds them all, both the same."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from hedui.procedure.authorizations.guardians import end_guardianship
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.queries import (
    authorization_of,
    held_in,
    live_by_member,
    to_sign,
)
from hedui.procedure.authorizations.states import (
    State,
    Told,
    is_without_capacity,
    serving,
    state_of,
)
from hedui.procedure.cases import acts as cases
from hedui.procedure.commissions.acts import close
from hedui.procedure.record.moment import SHANGHAI, moment, today
from tests import cast
from tests.procedure import raw
from tests.threats.test_T09_guardian_without_standing import signed_by_outsider


def member(case: Any, key: str) -> Any:
    return case.members.get(key=key, replaced=False)


def signed_by(place: cast.County, who: str) -> Authorization:
    """Return what a person of 张家 signed, or a guardian for them, in a way that is named."""
    case = cast.declared(place)
    if who == "in another county":
        content = cast.zhang_family(case.applied_on) | {"division": "310104"}
        cases.declare(case=case, content=content, by=place.intake)
        case.refresh_from_db()
    terms: dict[str, dict[str, Any]] = {
        "for a child": {"guardian": "a"},
        "without capacity": {"guardian": "a", "capacity": "none", "proof": cast.SCAN},
        "limited": {"guardian": "a", "capacity": "limited", "proof": cast.SCAN},
    }
    if who == "from outside":
        return signed_by_outsider(place, member(case, "c"))
    key = {"for a child": "c", "alone": "a"}.get(who, "b")
    return cast.authorize(place, member(case, key), **terms.get(who, {}))


def told(signed: Authorization, at: datetime | None = None) -> State:
    """Tell the state, and that who looks for those that serve finds the same."""
    at = at or moment()
    held = Authorization.objects.get(pk=signed.pk)
    state = state_of(held, at).state
    assert Authorization.objects.filter(serving(at), pk=signed.pk).exists() == (
        state is State.ACTIVE
    )
    return state


def without_capacity(place: cast.County, signed: Authorization) -> None:
    """Have a guardian become somebody for whom another signs."""
    guardian = signed.guardianship.guardian
    terms = {"guardian": "b", "capacity": "limited", "proof": cast.scan("of the court")}
    cast.authorize(place, guardian, **terms)


def ended(place: cast.County, signed: Authorization) -> None:
    end_guardianship(guardianship=signed.guardianship, reason="监护人变更", by=place.intake)


Change = Callable[[cast.County, Authorization], object]
CHANGES: list[tuple[str, str, Change, State]] = [
    ("alone", "revoked", lambda _, s: raw.update(s, revoked_at=moment()), State.REVOKED),
    ("alone", "replaced", lambda _, s: raw.update(s.member, replaced=True), State.ENDED),
    (
        "alone",
        "another programme",
        lambda _, s: raw.update(s.case, programme="dibao_edge"),
        State.ENDED,
    ),
    ("alone", "another county", lambda _, s: raw.update(s.case, division="310104"), State.ENDED),
    (
        "alone",
        "two are wanted",
        lambda p, _: raw.update(p.street, second_person=True),
        State.SIGNED,
    ),
    (
        "alone",
        "a second has compared",
        lambda p, s: (raw.update(p.street, second_person=True), cast.confirmed(p, s)),
        State.ACTIVE,
    ),
    (
        "for a child",
        "the guardian left",
        lambda _, s: raw.update(s.guardianship.guardian, replaced=True),
        State.ENDED,
    ),
    ("for a child", "the guardian lost capacity", without_capacity, State.ENDED),
    ("for a child", "the guardianship ended", ended, State.ENDED),
    ("without capacity", "the guardianship ended", ended, State.ENDED),
    ("from outside", "the guardianship ended", ended, State.ENDED),
]


@pytest.mark.parametrize(
    "who",
    ["alone", "for a child", "without capacity", "limited", "from outside", "in another county"],
)
def test_what_was_signed_is_active(county, who):
    assert told(signed_by(county, who)) is State.ACTIVE


@pytest.mark.parametrize(
    ("who", "change", "becomes"),
    [pytest.param(who, change, state, id=f"{who}, {name}") for who, name, change, state in CHANGES],
)
def test_what_happens_to_it_is_told_and_found_alike(county, who, change, becomes):
    signed = signed_by(county, who)
    change(county, signed)
    assert told(signed) is becomes


def test_it_serves_from_its_first_moment_to_its_last_and_not_at_the_end(county):
    signed = signed_by(county, "alone")
    least = timedelta(microseconds=1)
    assert told(signed, signed.valid_from - least) is State.EXPIRED
    assert told(signed, signed.valid_from) is State.ACTIVE
    assert told(signed, signed.valid_until - least) is State.ACTIVE
    assert told(signed, signed.valid_until) is State.EXPIRED


def born(years: int) -> date:
    """Return the birthday, a month from now, of who is a year younger until then."""
    return (today() + timedelta(days=28)).replace(day=15, year=today().year - years)


def birthday_of(signed: Authorization, years: int) -> datetime:
    day = signed.member.birth_date
    return datetime.combine(day.replace(year=day.year + years), time(), SHANGHAI)


@pytest.mark.parametrize("guardian", ["inside", "outside"])
def test_of_a_minor_it_ends_with_the_birthday_even_if_the_row_says_longer(county, guardian):
    case = cast.declared(county)
    content = cast.zhang_family(case.applied_on)
    content["members"][2]["id_number"] = cast.number(f"{born(18):%Y%m%d}", "003")
    cases.declare(case=case, content=content, by=county.intake)
    child = member(case, "c")
    if guardian == "inside":
        signed = cast.authorize(county, child, guardian="a")
    else:
        signed = signed_by_outsider(county, child)
    raw.drop_triggers("authorizations_authorization_only_is_revoked")
    raw.update(signed, valid_until=signed.valid_until + timedelta(days=40))
    at = birthday_of(signed, 18)
    assert told(signed, at - timedelta(seconds=1)) is State.ACTIVE
    assert state_of(signed, at) == Told(State.ENDED, "本人已满十八周岁，须由本人重新签署")


def test_who_lost_capacity_is_no_minor_and_has_it_again_when_that_ended(county):
    signed = signed_by(county, "without capacity")
    child = signed_by(county, "for a child")
    assert is_without_capacity(signed.member)
    assert not is_without_capacity(child.member)
    ended(county, signed)
    assert not is_without_capacity(signed.member)


# ------------------------------------------------------------------ as officers see it


def test_officers_see_all_that_was_signed_and_by_whom(county):
    case = cast.declared(county)
    first = cast.signed_on_sheet(county, member(case, "c"), guardian="a")
    again = cast.authorize(county, member(case, "b"))
    newest, oldest = held_in(county.intake, case=case)
    assert (newest.id, oldest.id) == (again.id, first.id)
    assert (oldest.number, newest.number) == (first.sheet_id, "")
    assert (oldest.guardian, newest.guardian) == ("张三(申请人)", "")
    assert (oldest.guardianship, newest.guardianship) == (first.guardianship, None)
    assert (oldest.notice, oldest.evidence) == (first.notice, first.evidence)
    assert oldest.registered_by == county.intake.identifier
    assert oldest.items == tuple(first.items)
    assert oldest.form == cast.FORM
    assert newest.signed_on == newest.first_day == case.applied_on
    last = again.valid_until.astimezone(SHANGHAI).date() - timedelta(days=1)
    assert newest.last_day == last
    assert newest.agent == ""


def test_each_who_has_to_sign_is_told_why(county):
    case = cast.declared(county)
    held = held_in(county.intake, case=case)
    assert to_sign(county.intake, case=case, held=held) == dict.fromkeys("abc", "尚未签署")
    a, _, c = (cast.authorize(county, member(case, key)) for key in "abc")
    ordered = cast.commissioned(county, case)
    raw.update(a, revoked_at=moment())
    ended(county, c)
    held = held_in(county.intake, case=case)
    assert to_sign(county.intake, case=case, held=held) == {
        "a": "授权已撤回，须重新签署",
        "c": "监护人的资格已终止，须由现监护人或者本人重新签署",
    }
    close(commission=ordered, by=county.countersigns)
    (b,) = [one for one in held_in(county.intake, case=case) if one.member_key == "b"]
    assert (b.state, b.why, b.serves) == (State.ENDED, "申请已办结", True)


def test_an_authorization_is_read_in_its_own_case_alone(county):
    case, other = cast.authorized(county), cast.declared(county)
    signed = case.authorizations.latest("id")
    assert authorization_of(county.intake, case=case, number=signed.pk) == signed
    with pytest.raises(Authorization.DoesNotExist):
        authorization_of(county.intake, case=other, number=signed.pk)


def test_of_several_that_serve_the_newest_stands_for_a_member(county):
    case = cast.declared(county)
    cast.authorize(county, member(case, "a"))
    newer = cast.authorize(county, member(case, "a"), items=("bank.balance_fen",))
    newest = cast.authorize(county, member(case, "a"), items=("tax.amount_fen",))
    other = cast.authorize(county, member(case, "b"))
    raw.update(newest, revoked_at=moment())
    found = live_by_member(county.intake, case=case)
    assert {key: held.id for key, held in found.items()} == {"a": newer.id, "b": other.id}
