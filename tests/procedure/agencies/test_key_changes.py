"""换钥: the keys of departments and partners are changed by two officers, and by nothing else."""

from typing import Any

import pytest

from hedui.procedure.agencies import acts
from hedui.procedure.agencies.key_changes import (
    NotChanged,
    approve_keys,
    drop_keys,
    keys_ever,
    propose_keys,
)
from hedui.procedure.agencies.key_models import KeyChange
from hedui.procedure.agencies.models import Department
from hedui.procedure.agencies.partners import approve_partner, end_partner, propose_partner
from hedui.procedure.record.actor import INSTALLER, Actor, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.wire.seals import generate_key, public_path, read_publics
from tests import cast
from tests.faces.registry import terms
from tests.procedure import raw

BEGINS = "key change: it begins as an officer's proposal, from what is taken now"
FIXED = "key change: never changed, only approved by another or dropped, once"
BY_TWO = "department: under an agreement two officers change its key and address"
PARTNER = "partner: never changed, only approved once, by another, and ended"


@pytest.fixture
def new(tmp_path):
    """Return the PEM text of a further key."""
    generate_key(tmp_path / "new.pem")
    return public_path(tmp_path / "new.pem").read_text(encoding="ascii")


@pytest.fixture
def department(county):
    return Department.objects.get(source="bank")


@pytest.fixture
def partner(county, tmp_path):
    generate_key(tmp_path / "key.pem")
    proposes, approves = cast.administrators()
    made = propose_partner(terms=terms(tmp_path), by=proposes)
    return approve_partner(partner=made, by=approves)


@pytest.fixture(params=["department", "partner"])
def holder(request):
    return request.getfixturevalue(request.param)


def kids(*texts):
    return {key.kid for text in texts for key in read_publics(text)}


def test_both_keys_are_taken_while_it_changes_over_and_then_the_new_one(holder, new):
    proposes, approves = cast.administrators()
    old = holder.public_key
    change = propose_keys(holder=holder, public_key=old + new, by=proposes)
    holder.refresh_from_db()
    assert holder.public_key == old
    approve_keys(change=change, by=approves)
    holder.refresh_from_db()
    assert kids(holder.public_key) == kids(old, new)
    change = propose_keys(holder=holder, public_key=new, by=proposes)
    approve_keys(change=change, by=approves)
    holder.refresh_from_db()
    assert kids(holder.public_key) == kids(new)
    assert {key.kid for key in keys_ever(holder)} == kids(old, new)


def test_a_department_is_asked_at_another_address_once_two_changed_it(department):
    proposes, approves = cast.administrators()
    old, key = department.base_url, department.public_key
    change = propose_keys(
        holder=department, public_key=key, base_url="https://10.0.0.8:8443/", by=proposes
    )
    department.refresh_from_db()
    assert department.base_url == old
    approve_keys(change=change, by=approves)
    department.refresh_from_db()
    assert (department.base_url, department.public_key) == ("https://10.0.0.8:8443", key)
    told = Entry.objects.filter(act__in=["agencies.propose_keys", "agencies.approve_keys"])
    assert [department.base_url in one.content for one in told] == [True, True]


def test_both_go_in_one_change_and_a_department_without_a_key_moves_too(department, new):
    cast.known_by(department, new, "http://127.0.0.1:10")
    assert (department.base_url, kids(department.public_key)) == ("http://127.0.0.1:10", kids(new))
    silent = acts.agree(
        source="custody", division=cast.DIVISION, name="行", answer_within=5,
        base_url="", public_key="", by=INSTALLER,
    )  # fmt: skip
    cast.agreed(silent, channel="upload")
    cast.known_by(silent, new, "http://127.0.0.1:11")
    assert (silent.base_url, silent.public_key) == ("http://127.0.0.1:11", new)


def test_what_is_no_address_or_the_same_is_refused(department):
    by = cast.administrators()[0]
    key = department.public_key
    for wrong in ("ftp://10.0.0.8", "http://", "https://10.0.0.8/?to=x"):
        with pytest.raises(Refusal, match="服务地址应以") as caught:
            propose_keys(holder=department, public_key=key, base_url=wrong, by=by)
        assert caught.value.field == "base_url"
    with pytest.raises(NotChanged, match="不用更换"):
        propose_keys(holder=department, public_key=key, base_url=department.base_url + "/", by=by)


def test_what_was_proposed_from_another_address_is_not_approved(department):
    proposes, approves = cast.administrators()
    key = department.public_key
    first, second = (
        propose_keys(holder=department, public_key=key, base_url=url, by=proposes)
        for url in ("http://127.0.0.1:10", "http://127.0.0.1:11")
    )
    approve_keys(change=first, by=approves)
    with pytest.raises(NotChanged, match="已经换过"):
        approve_keys(change=second, by=approves)


def test_one_officer_cannot_do_both_and_a_proposal_can_be_taken_back(holder, new):
    proposes, approves = cast.administrators()
    both = Actor("officer:7", "双", None, frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}))
    own = propose_keys(holder=holder, public_key=new, by=both)
    with pytest.raises(NotChanged, match="提出人不能自己批准"):
        approve_keys(change=own, by=both)
    with pytest.raises(NotAllowed):
        approve_keys(change=own, by=proposes)
    with pytest.raises(NotAllowed):
        propose_keys(holder=holder, public_key=new, by=approves)
    drop_keys(change=own, by=approves)
    for act in (approve_keys, drop_keys):
        with pytest.raises(NotChanged):
            act(change=own, by=approves)


def test_what_was_proposed_from_other_keys_is_not_approved(holder, new, tmp_path):
    proposes, approves = cast.administrators()
    generate_key(tmp_path / "third.pem")
    third = public_path(tmp_path / "third.pem").read_text(encoding="ascii")
    first, second = (propose_keys(holder=holder, public_key=k, by=proposes) for k in (new, third))
    approve_keys(change=first, by=approves)
    with pytest.raises(NotChanged, match="已经换过"):
        approve_keys(change=second, by=approves)


@pytest.mark.parametrize("text", ["", "k", "-----BEGIN PUBLIC KEY-----x-----END PUBLIC KEY-----"])
def test_what_is_no_key_or_the_same_key_is_refused(holder, text):
    for wrong in (text, holder.public_key):
        with pytest.raises(NotChanged) as caught:
            propose_keys(holder=holder, public_key=wrong, by=cast.administrators()[0])
        assert caught.value.field == "public_key"


def test_the_keys_of_a_partner_that_ended_stay_as_they_are(partner, new):
    proposes, approves = cast.administrators()
    change = propose_keys(holder=partner, public_key=new, by=proposes)
    end_partner(partner=partner, by=approves)
    with pytest.raises(NotChanged, match="已经终止"):
        approve_keys(change=change, by=approves)


def registered(public_key, source="bank", base_url="http://127.0.0.1:9"):
    return acts.agree(
        source=source, division=cast.DIVISION, name="行", answer_within=5,
        base_url=base_url, public_key=public_key, by=INSTALLER,
    )  # fmt: skip


def test_to_register_a_department_anew_does_not_change_its_key_once_it_is_agreed_with(
    department, new
):
    with pytest.raises(Refusal, match="两人办理") as caught:
        registered(new)
    assert caught.value.field == "public_key"
    for same in (department.public_key, f"\n{department.public_key.strip()}"):
        assert registered(same).name == "行"
    agreed_with_nobody = registered(department.public_key, "custody")
    assert registered(new, "custody").public_key == new != agreed_with_nobody.public_key


def test_nor_does_it_change_where_it_is_asked(department):
    key = department.public_key
    for elsewhere in ("http://127.0.0.1:10", ""):
        with pytest.raises(Refusal, match="两人办理") as caught:
            registered(key, base_url=elsewhere)
        assert caught.value.field == "base_url"
    registered(key, "custody")
    assert registered(key, "custody", "http://127.0.0.1:10").base_url == "http://127.0.0.1:10"
    department.refresh_from_db()
    assert department.base_url == "http://127.0.0.1:9"


def test_the_database_refuses_an_address_that_two_did_not_change(department):
    elsewhere = "http://127.0.0.1:10"
    with raw.refused(BY_TWO):
        raw.update(department, base_url=elsewhere)
    key, (proposes, approves) = department.public_key, cast.administrators()
    change = propose_keys(holder=department, public_key=key, base_url=elsewhere, by=proposes)
    with raw.refused(BY_TWO):
        raw.update(department, base_url=elsewhere)
    approve_keys(change=change, by=approves)
    with raw.refused(BY_TWO):
        raw.update(department, base_url="http://127.0.0.1:9")


def test_what_two_approved_together_is_not_taken_in_parts(department, new):
    proposes = cast.administrators()[0]
    change = propose_keys(
        holder=department, public_key=new, base_url="http://127.0.0.1:10", by=proposes
    )
    raw.update(change, approved_at=moment(), approved_by="officer:9002")
    for part in ({"public_key": new}, {"base_url": "http://127.0.0.1:10"}):
        with raw.refused(BY_TWO):
            raw.update(department, **part)
    raw.update(department, public_key=new, base_url="http://127.0.0.1:10")


def test_an_approval_that_another_followed_opens_no_way_any_more(holder, new):
    proposes, approves = cast.administrators()
    for key in (new, holder.public_key):
        change = propose_keys(holder=holder, public_key=key, by=proposes)
        approve_keys(change=change, by=approves)
    with raw.refused(BY_TWO if isinstance(holder, Department) else PARTNER):
        raw.update(holder, public_key=new)


def test_a_partner_has_no_address_here(partner, new):
    change = propose_keys(holder=partner, public_key=new, by=cast.administrators()[0])
    fields = {f.attname: getattr(change, f.attname) for f in KeyChange._meta.concrete_fields}
    for wrong in ({"base_url": "http://127.0.0.1:9"}, {"address_before": "http://127.0.0.1:9"}):
        with raw.refused(BEGINS):
            raw.insert(KeyChange(**(fields | {"id": KeyChange().pk} | wrong)))


def test_the_database_refuses_a_key_that_two_did_not_change(department, partner, new):
    for row, message in ((department, BY_TWO), (partner, PARTNER)):
        with raw.refused(message):
            raw.update(row, public_key=new)
        propose_keys(holder=row, public_key=new, by=cast.administrators()[0])
        with raw.refused(message):
            raw.update(row, public_key=new)


def test_what_two_changed_once_does_not_let_one_change_it_back(holder, new, tmp_path):
    proposes, approves = cast.administrators()
    old = holder.public_key
    change = propose_keys(holder=holder, public_key=new, by=proposes)
    approve_keys(change=change, by=approves)
    with raw.refused(BY_TWO if isinstance(holder, Department) else PARTNER):
        raw.update(holder, public_key=old)


@pytest.mark.parametrize(
    "changes",
    [
        {"proposed_by": "machine:installer"},
        {"approved_at": moment, "approved_by": "officer:2"},
        {"approved_at": moment},
        {"approved_by": "officer:2"},
        {"dropped_at": moment},
        {"dropped_by": "officer:2"},
        {"before": "another"},
        {"address_before": "http://127.0.0.1:10"},
    ],
)
def test_the_database_refuses_a_change_that_does_not_begin_as_a_proposal(holder, new, changes):
    change = propose_keys(holder=holder, public_key=new, by=cast.administrators()[0])
    fields = {f.attname: getattr(change, f.attname) for f in KeyChange._meta.concrete_fields}
    fields |= {"id": KeyChange().pk}
    fields |= {name: v() if callable(v) else v for name, v in changes.items()}
    with raw.refused(BEGINS):
        raw.insert(KeyChange(**fields))


def test_the_database_refuses_another_change_of_a_proposal(holder, new):
    change = propose_keys(holder=holder, public_key=new, by=cast.administrators()[0])
    for changes in (
        {"approved_at": moment(), "approved_by": change.proposed_by},
        {"approved_at": moment(), "approved_by": "machine:worker"},
        {"public_key": "k"},
        {"before": "k"},
        {"base_url": "http://127.0.0.1:12"},
        {"address_before": "http://127.0.0.1:12"},
        {"dropped_at": moment()},
        {"dropped_by": "officer:8"},
        {"approved_by": "officer:8"},
        {"approved_at": moment(), "approved_by": "officer:8", "dropped_at": moment()},
        {"approved_at": moment(), "approved_by": "officer:8", "dropped_by": "officer:8"},
    ):
        with raw.refused(FIXED):
            raw.update(change, **changes)
    drop_keys(change=change, by=cast.administrators()[1])
    taken_back = {"dropped_at": None, "dropped_by": ""}
    for besides in ({}, taken_back):
        with raw.refused(FIXED):
            raw.update(change, approved_at=moment(), approved_by="officer:8", **besides)
    with raw.refused(FIXED):
        raw.update(change, dropped_by="officer:8")


def test_what_was_approved_is_neither_approved_again_nor_dropped(holder, new):
    proposes, approves = cast.administrators()
    change = propose_keys(holder=holder, public_key=new, by=proposes)
    approve_keys(change=change, by=approves)
    change.refresh_from_db()
    dropped: dict[str, Any] = {"approved_at": None, "approved_by": "", "dropped_at": moment()}
    for changes in ({"approved_by": "officer:8"}, {**dropped, "dropped_by": "officer:8"}):
        with raw.refused(FIXED):
            raw.update(change, **changes)


def row_of(change, **changes):
    """Return the row of a change once more, as another."""
    fields = {f.attname: getattr(change, f.attname) for f in KeyChange._meta.concrete_fields}
    return KeyChange(**(fields | {"id": KeyChange().pk} | changes))


def test_the_database_takes_no_change_that_changes_nothing(holder, new):
    change = propose_keys(holder=holder, public_key=new, by=cast.administrators()[0])
    raw.insert(row_of(change))
    with raw.refused(BEGINS):
        raw.insert(row_of(change, public_key=change.before))


def test_the_keys_of_the_second_partner_are_changed_from_its_own(partner, new, tmp_path):
    proposes, approves = cast.administrators()
    (tmp_path / "other").mkdir()
    generate_key(tmp_path / "other" / "key.pem")
    second = propose_partner(
        terms=terms(tmp_path / "other", sender_id="320102-other.example"), by=proposes
    )
    approve_partner(partner=second, by=approves)
    for one in (second, partner):
        approve_keys(change=propose_keys(holder=one, public_key=new, by=proposes), by=approves)
        one.refresh_from_db()
        assert one.public_key == new


def approved_only(change, at=None):
    """Let two officers have approved a change that nobody has carried out yet."""
    raw.update(change, approved_at=at or moment(), approved_by="officer:9002")


def test_what_is_approved_of_another_department_neither_opens_nor_closes_a_way(department, new):
    proposes = cast.administrators()[0]
    other = Department.objects.get(source="tax")
    assert (other.public_key, other.base_url) == (department.public_key, department.base_url)
    key, at = department.public_key, moment()
    mine, theirs = (
        propose_keys(holder=held, public_key=key, base_url=url, by=proposes)
        for held, url in ((department, "http://127.0.0.1:10"), (other, "http://127.0.0.1:11"))
    )
    approved_only(mine, at)
    approved_only(theirs, at)
    with raw.refused(BY_TWO):
        raw.update(department, base_url="http://127.0.0.1:11")
    later = propose_keys(holder=other, public_key=new, by=proposes)
    approved_only(later)
    raw.update(department, base_url="http://127.0.0.1:10")


def test_what_was_approved_from_other_keys_opens_no_way(holder, new, tmp_path):
    proposes, approves = cast.administrators()
    generate_key(tmp_path / "third.pem")
    third = public_path(tmp_path / "third.pem").read_text(encoding="ascii")
    first, second = (propose_keys(holder=holder, public_key=k, by=proposes) for k in (new, third))
    approve_keys(change=first, by=approves)
    approved_only(second)
    holder.refresh_from_db()
    with raw.refused(BY_TWO if isinstance(holder, Department) else PARTNER):
        raw.update(holder, public_key=third)


def test_what_two_approved_opens_the_way_to_no_third_key(holder, new, tmp_path):
    generate_key(tmp_path / "third.pem")
    third = public_path(tmp_path / "third.pem").read_text(encoding="ascii")
    approved_only(propose_keys(holder=holder, public_key=new, by=cast.administrators()[0]))
    with raw.refused(BY_TWO if isinstance(holder, Department) else PARTNER):
        raw.update(holder, public_key=third)
    raw.update(holder, public_key=new)


def test_how_far_a_partner_was_told_only_goes_on(partner):
    raw.update(partner, cursor=partner.cursor + 1)
    for cursor in (partner.cursor + 1, partner.cursor):
        with raw.refused(PARTNER):
            raw.update(partner, cursor=cursor)


@pytest.mark.parametrize("moved", ["key", "address"])
def test_what_was_approved_from_elsewhere_opens_no_way_from_here(department, new, moved):
    """The department was registered anew between the approval and its first agreement."""
    key, at_first, elsewhere = department.public_key, "http://127.0.0.1:9", "http://127.0.0.1:10"
    silent = registered(key, "custody")
    url = at_first if moved == "address" else elsewhere
    to = {"public_key": new if moved == "address" else key, "base_url": url}
    change = propose_keys(holder=silent, **to, by=cast.administrators()[0])
    approved_only(change)
    if moved == "address":
        registered(key, "custody", "http://127.0.0.1:12")
    else:
        registered(new, "custody")
    silent.refresh_from_db()
    cast.agreed(silent)
    with raw.refused(BY_TWO):
        raw.update(silent, **to)


def test_a_department_whose_agreement_is_only_proposed_is_registered_anew(department, new):
    silent = registered(department.public_key, "custody")
    cast.proposed(silent)
    assert registered(new, "custody").public_key == new
