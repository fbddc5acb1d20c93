"""The system that decides tells that it did 告知审核确认结果: what it may, and when not."""

import json
from datetime import timedelta

import pytest

from hedui.procedure.cases.acts import declare
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.acts import commission
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.standing import stands
from hedui.procedure.record.actor import WORKER, Role
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.reports.drafting import draft
from tests import cast
from tests.faces.callers import ORDERS, Caller
from tests.faces.test_api import ordered, problem

pytestmark = pytest.mark.django_db
BOTH = (Role.INTAKE, Role.COMMISSION)


@pytest.fixture
def system(county):
    return Caller(cast.client(county, *BOTH, decides=True)[1])


def signed_off(county, system):
    """Return the number of an order whose report is issued."""
    number = ordered(system)
    held = Commission.objects.get(number=number)
    cast.answered(held)
    return number, cast.signed_off(county, draft(commission=held, by=WORKER))


def over(county, system):
    """Return the number of an order whose family's time to object is over."""
    number, report = signed_off(county, system)
    cast.long_issued(report, days=90)
    cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    return number, report


def tells(system, number, key="d-1", **changes):
    content = {"outcome": "granted", "decided_on": today().isoformat(), "aid_lasts": True} | changes
    return system.http.post(
        f"{ORDERS}/{number}/outcome",
        json.dumps(content),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def case_of(number) -> Case:
    return Case.objects.get(commissions__number=number)


def test_what_is_granted_closes_the_order_and_the_next_one_is_taken(county, system):
    number, _ = signed_off(county, system)
    said = tells(system, number)
    assert said.status_code == 201, said.content.decode()
    assert said.headers["Location"] == f"{ORDERS}/{number}/outcome"
    told = system.get(f"/commissions/{number}/outcome").json()
    assert told["state"] == "receiving"
    assert told["determination"] is None
    decision = told["decision"]
    assert (decision["outcome"], decision["aid_lasts"]) == ("granted", True)
    assert decision["decided_on"] == today().isoformat()
    assert system.get(f"/commissions/{number}").json()["closed_at"]
    kinds = {one["kind"] for one in system.get("/news").json()["news"]}
    assert {"concluded", "closed"} <= kinds
    case = case_of(number)
    content = cast.zhang_family(case.applied_on)
    content["members"][0]["incomes"][0]["amount"] = "60000.00"
    declare(case=case, content=content, by=county.intake)
    again = commission(case=Case.objects.get(pk=case.pk), by=county.intake)
    assert again.declaration.version == 2
    problem(tells(system, number, key="d-2"), 422, "refused")


@pytest.mark.parametrize("changes", [{"outcome": "refused"}, {}], ids=["refused", "once"])
def test_where_no_aid_lasts_it_is_over(county, system, changes):
    number, _ = over(county, system)
    assert tells(system, number, **changes | {"aid_lasts": False}).status_code == 201
    told = system.get(f"/commissions/{number}/outcome").json()
    assert told["state"] == "settled"
    assert told["decision"]["aid_lasts"] is False
    authorization = case_of(number).authorizations.first()
    asked = system.http.get(f"/api/authorizations/{authorization.pk}/status")
    assert asked.json()["status"] == "expired"


def test_what_is_stopped_is_told_of_the_same_order_or_the_next(county, system):
    number, _ = over(county, system)
    assert tells(system, number).status_code == 201
    stop = {"outcome": "stopped", "aid_lasts": False, "key": "d-2"}
    assert tells(system, number, **stop).status_code == 201
    assert stands(case_of(number), today()).state.name == "settled"
    assert Entry.objects.filter(act="commissions.close").count() == 1


def test_a_repeat_is_told_what_was_said_first_and_another_content_is_refused(county, system):
    number, _ = signed_off(county, system)
    first, again = tells(system, number), tells(system, number)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert case_of(number).steps.filter(kind="hear").count() == 1
    problem(tells(system, number, aid_lasts=False), 409, "key-used")
    problem(tells(system, number, key="d-2"), 422, "refused")


def test_of_what_is_not_its_own_nothing_is_told(county, system):
    number, _ = signed_off(county, system)
    other = cast.client(county, *BOTH, decides=True, agency=cast.other_street(county))[1]
    problem(tells(Caller(other), number), 404, "not-found")
    taking_in = cast.client(county, Role.INTAKE)[1]
    problem(tells(Caller(taking_in), number), 403, "not-allowed")
    not_admitted = cast.client(county, *BOTH)[1]
    said = problem(tells(Caller(not_admitted), number), 422, "refused")
    assert "在该系统内审核确认" in said["detail"]
    assert Commission.objects.get(number=number).closed_at is None


def test_nothing_is_told_before_a_report_is_issued(system):
    said = problem(tells(system, ordered(system)), 422, "refused")
    assert "核对中" in said["detail"]


def test_nothing_adverse_is_told_before_the_time_to_object_is_over(county, system):
    number, report = signed_off(county, system)
    refused = {"outcome": "refused", "aid_lasts": False}
    said = problem(tells(system, number, **refused), 422, "refused")
    assert "还没有送达" in said["detail"]
    cast.delivered(county, report)
    said = problem(tells(system, number, **refused), 422, "refused")
    assert "以前提出异议" in said["detail"]


@pytest.mark.parametrize("outcome", ["granted", "refused"])
def test_nothing_is_told_while_an_objection_is_open(county, system, outcome):
    number, report = over(county, system)
    objection = cast.objected(
        county, report, "social_insurance.benefit_monthly_fen", late_because="住院"
    )
    asked = {"outcome": outcome, "aid_lasts": outcome == "granted"}
    said = problem(tells(system, number, **asked), 422, "refused")
    assert "复核完以后" in said["detail"]
    cast.resolved(county, objection, outcome="not_upheld", cause="", accepted="")
    assert tells(system, number, **asked).status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "perhaps"},
        {"decided_on": "2024-02-30"},
        {"decided_on": "tomorrow"},
        {"aid_lasts": "yes"},
        {"amount": 1},
    ],
)
def test_what_is_not_well_formed_says_where(county, system, changes):
    number, _ = signed_off(county, system)
    said = problem(tells(system, number, **changes), 422, "not-well-formed")
    pointers = [one["pointer"] for one in said["errors"]]
    assert pointers in ([f"#/{next(iter(changes))}"], ["#"])


def test_only_json_is_read(county, system):
    number, _ = signed_off(county, system)
    answer = system.http.post(
        f"{ORDERS}/{number}/outcome", {"outcome": "granted"}, headers={"Idempotency-Key": "k"}
    )
    problem(answer, 415, "unsupported-media-type")
