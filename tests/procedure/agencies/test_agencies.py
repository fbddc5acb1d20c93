"""Who may act 机构: posts from a day to a day, and the department that answers for a place."""

from datetime import date, timedelta

import pytest

from hedui.procedure.agencies import acts
from hedui.procedure.agencies.models import Agency, Department
from hedui.procedure.agencies.queries import (
    actor_of,
    agreements_for,
    lineage,
    verification_body_of,
)  # fmt: skip
from hedui.procedure.record.actor import INSTALLER, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.values.divisions import DivisionError
from tests import cast
from tests.procedure import raw


def test_a_post_counts_from_its_first_day_to_its_last(county):
    officer = cast.account("sun", "孙")
    post = acts.appoint(
        officer=officer, agency=county.street, role=Role.INTAKE, first_day=today(), by=INSTALLER
    )
    assert actor_of(officer).roles == {Role.INTAKE}
    raw.update(post, last_day=today())
    assert actor_of(officer).roles == {Role.INTAKE}
    raw.drop_triggers("agencies_post_only_ends")
    raw.update(post, first_day=today() - timedelta(days=9), last_day=today() - timedelta(days=1))
    assert (actor_of(officer).roles, actor_of(officer).agency) == (frozenset(), None)
    raw.update(post, first_day=today() + timedelta(days=1), last_day=None)
    assert actor_of(officer).roles == frozenset()


def test_posts_in_two_agencies_do_not_add_up(county):
    officer = county.officers["wang"]
    acts.appoint(
        officer=officer,
        agency=county.body,
        role=Role.COUNTERSIGN,
        first_day=date(2024, 1, 1),
        by=INSTALLER,
    )
    assert actor_of(officer).roles == {Role.INTAKE}


def test_only_the_system_administrator_sets_the_place_up(county):
    wang = county.officers["wang"]
    for act, terms in (
        (acts.establish, {"name": "甲", "kind": Agency.Kind.STREET, "division": "310101"}),
        (
            acts.appoint,
            {
                "officer": wang,
                "agency": county.street,
                "role": Role.COUNTERSIGN,
                "first_day": today(),
            },
        ),
        (
            acts.agree,
            {
                "source": "bank",
                "division": "310101",
                "name": "行",
                "public_key": "",
                "base_url": "http://127.0.0.1:1",
                "answer_within": 1,
            },
        ),
    ):
        for by in (county.intake, county.prepares, county.countersigns, county.stranger):
            with pytest.raises(NotAllowed):
                act(by=by, **terms)


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"source": "credit"}, "source"),
        ({"division": "999999"}, "division"),
        ({"division": "310103"}, "division"),  # 卢湾区, until 2011
        ({"public_key": "not a key"}, "public_key"),
    ],
)
def test_it_refuses_a_department_that_cannot_be_asked(county, changes, field):
    standing = Department.objects.get(source="bank")
    before = Entry.objects.count()
    terms = {
        "source": "bank",
        "division": cast.DIVISION,
        "name": "行",
        "answer_within": 5,
        "public_key": standing.public_key,
        "base_url": "http://127.0.0.1:9",
    } | changes
    with pytest.raises(Refusal) as caught:
        acts.agree(by=INSTALLER, **terms)
    assert caught.value.field == field
    assert Entry.objects.count() == before


def test_no_agency_is_established_where_there_is_no_such_division_any_more(county):
    with pytest.raises(Refusal, match="已停用,现为310101黄浦区"):
        acts.establish(name="甲", kind=Agency.Kind.STREET, division="310103", by=INSTALLER)
    assert not Agency.objects.filter(name="甲").exists()


def test_who_stands_where_a_division_has_ended_since_is_set_up_again(county, monkeypatch):
    """As an upgrade does, which may bring a newer table of divisions."""
    bank = Department.objects.get(source="bank")
    terms = {"name": "行", "answer_within": 5, "base_url": bank.base_url, "by": INSTALLER}
    street = county.street

    def ended(code, on=None):
        raise DivisionError(f"行政区划代码{code}已停用。")

    monkeypatch.setattr(acts, "known_division", ended)
    again = acts.establish(
        name=street.name, kind=street.kind, division=street.division, by=INSTALLER
    )
    assert again == street
    place = {"source": "bank", "division": bank.division, "public_key": bank.public_key}
    assert acts.agree(**place, **terms) == bank


def test_a_department_registered_anew_is_one_department(county):
    standing = Department.objects.get(source="bank")
    renewed = acts.agree(
        source="bank",
        division=cast.DIVISION,
        name="新行",
        answer_within=5,
        base_url=f"{standing.base_url}/",
        public_key=standing.public_key,
        by=INSTALLER,
    )
    assert (renewed.pk, renewed.name, renewed.answer_within) == (standing.pk, "新行", 5)
    assert Department.objects.filter(source="bank").count() == 1


def test_the_nearest_department_answers_and_only_while_it_is_agreed(county):
    standing = Department.objects.get(source="bank")
    above = acts.agree(
        source="bank",
        division="310000",
        name="市行",
        answer_within=5,
        base_url="http://127.0.0.1:11",
        public_key=standing.public_key,
        by=INSTALLER,
    )
    assert "bank" not in agreements_for("310104", today())
    cast.agreed(above)
    assert agreements_for(cast.DIVISION, today())["bank"].department == standing
    assert agreements_for("310104", today())["bank"].department.name == "市行"
    raw.update(standing, last_day=today() - timedelta(days=1))
    assert agreements_for(cast.DIVISION, today())["bank"].department.name == "市行"
    assert "bank" not in agreements_for("110101", today())


def test_the_nearest_body_verifies(county):
    assert lineage("310101")[0] == "310101"
    assert lineage("310101")[-1] == "310000"
    assert verification_body_of("310101") == county.body
    assert verification_body_of("310104") is None
