"""The interface for the system that is there: what it may, what it is told, what is entered."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from hedui.faces.api.contract import document
from hedui.procedure.agencies.client_models import FirstAnswer
from hedui.procedure.agencies.clients import end_client, end_token, give_token
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER, Role
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.reports.acts import issue, submit
from hedui.procedure.reports.drafting import draft
from hedui.wire.canonical import canonical
from tests import cast
from tests.faces.callers import ORDERS, Caller, family, papers

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(county):
    return cast.client(county)


@pytest.fixture
def system(client):
    return Caller(client[1])


def problem(answer, status, kind):
    assert answer.status_code == status, answer.content.decode()
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["type"] == f"urn:hedui:problem:{kind}"
    assert said["status"] == status
    assert said["detail"].endswith(("。", "处")) or "申报内容" in said["detail"]
    return said


def ordered(system):
    answer = system.order()
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()["commission"]


def test_an_order_takes_a_household_in_and_commissions_it(county, client, system):
    answer = system.order()
    said = answer.json()
    commission = Commission.objects.get(number=said["commission"])
    assert answer.headers["Location"] == f"{ORDERS}/{commission.number}"
    assert commission.case.number == said["case"]
    assert commission.case.agency == county.street
    assert commission.case.authorizations.count() == 3
    account = f"officer:{client[0].officer_id}"
    assert commission.ordered_by == account
    entry = Entry.objects.get(act="reports.order")
    assert entry.actor == account
    assert str(client[0].pk) in entry.content


def test_the_same_key_and_content_is_told_the_same_and_nothing_is_done_again(system):
    first, again = system.order(), system.order()
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Case.objects.count() == Commission.objects.count() == FirstAnswer.objects.count() == 1


def test_the_same_key_with_another_content_is_refused(system):
    system.order()
    problem(system.order(content=family(programme="low_income")), 409, "key-used")
    others = papers(family())[:2] + [SimpleUploadedFile("c.pdf", cast.SCAN)]
    problem(system.order(evidence=others), 409, "key-used")
    assert Commission.objects.count() == 1


def test_keys_of_two_clients_are_their_own(county, system):
    ordered(system)
    other = Caller(cast.client(county, name="另一系统")[1])
    content = family()
    for member in content["members"]:
        del member["authorization"]
    assert other.order(content=content, evidence=[]).status_code == 201
    assert Commission.objects.count() == 2


def test_a_faulty_file_is_told_field_by_field_and_leaves_nothing(system):
    content = family()
    content["members"][0]["id_number"] = "990101198403010015"
    content["members"][1]["incomes"] = [{"class": "wage", "kind": "salary", "amount": "1.234"}]
    said = problem(system.order(content=content), 422, "not-well-formed")
    assert [one["pointer"].rpartition("/")[0] for one in said["errors"]]
    assert any(one["pointer"].startswith("#/members/1/incomes/0") for one in said["errors"])
    assert "990101198403010015" not in json.dumps(said)
    assert Case.objects.count() == FirstAnswer.objects.count() == 0
    assert system.order().status_code == 201  # the key was not used up


def test_a_paper_that_is_missing_undoes_the_whole(system):
    said = problem(system.order(evidence=papers(family())[:2]), 422, "not-well-formed")
    assert said["errors"][0]["pointer"] == "#/members/2/authorization/evidence"
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        ({}, 400, "bad-request"),
        ({"case": ["{}", "{}"]}, 400, "bad-request"),
        ({"case": "{}", "other": "x"}, 400, "bad-request"),
        ({"case": "{}", "evidence": "x"}, 400, "bad-request"),
        ({"case": "{"}, 422, "not-well-formed"),
        ({"case": "[]"}, 422, "not-well-formed"),
        ({"case": '{"a": 1, "a": 2}'}, 422, "not-well-formed"),
        ({"case": "{}"}, 422, "not-well-formed"),
    ],
)
def test_what_cannot_be_taken_is_a_problem_and_no_error(system, sent, status, kind):
    headers = {"Idempotency-Key": "k"}
    problem(system.http.post(ORDERS, sent, headers=headers), status, kind)


def test_a_call_without_key_or_of_another_kind_is_refused(system):
    problem(system.http.post(ORDERS, {"case": "{}"}), 400, "bad-request")
    headers = {"Idempotency-Key": "k"}
    sent = system.http.post(ORDERS, "{}", content_type="application/json", headers=headers)
    problem(sent, 415, "unsupported-media-type")
    broken = "multipart/form-data; boundary=" + "x" * 300
    problem(
        system.http.post(ORDERS, b"-", content_type=broken, headers=headers), 400, "bad-request"
    )
    problem(system.http.put(ORDERS), 405, "no-such-method")
    assert system.http.put(ORDERS).headers["Allow"] == "GET, POST"
    problem(system.get("/nowhere"), 404, "not-found")


def test_nobody_calls_without_a_token_that_stands(county, client):
    admitted, secret = client
    proposes, approves = cast.administrators()
    for token in ("", "hedui_x", secret[:-1], secret.upper()):
        answer = Caller(token).get("/commissions")
        problem(answer, 401, "no-token")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    problem(Browser().get(ORDERS), 401, "no-token")
    assert Caller(secret).get("/commissions").status_code == 200
    second = give_token(client=admitted, days=1, at_once=True, by=proposes).secret
    problem(Caller(secret).get("/commissions"), 401, "no-token")
    third = give_token(client=admitted, days=1, by=proposes)
    assert Caller(second).get("/commissions").status_code == 200  # until tomorrow
    end_token(token=third.token, by=approves)
    problem(Caller(third.secret).get("/commissions"), 401, "no-token")
    end_client(client=admitted, by=proposes)
    problem(Caller(second).get("/commissions"), 401, "no-token")


def test_a_system_that_may_only_commission_takes_nobody_in(county):
    system = Caller(cast.client(county, Role.COMMISSION)[1])
    problem(system.order(), 403, "not-allowed")
    assert system.get("/commissions").status_code == 200


def test_it_tells_the_whole_way_of_a_commission(county, system):
    number = ordered(system)
    before = system.get(f"/commissions/{number}").json()
    assert before["stage"] == "verifying"
    assert [one["step"] for one in before["steps"] if one["done_at"]] == [
        "declared",
        "commissioned",
    ]
    commission = Commission.objects.get(number=number)
    cast.answered(commission, {("a", "bank"): [{"bank": "b", "balance_fen": 3_000_000}]})
    report = draft(commission=commission, by=WORKER)
    told = system.get(f"/commissions/{number}").json()
    assert told["stage"] == "examine"
    assert (told["asked"], told["answered"]) == (18, 18)
    bank = [one for one in told["answers"] if (one["member"], one["source"]) == ("a", "bank")]
    assert [one["outcome"] for one in bank] == ["FOUND"]
    problem(system.get(f"/commissions/{number}/report"), 404, "not-found")
    problem(system.get(f"/commissions/{number}/report.pdf"), 404, "not-found")
    report = submit(report=report, officer=county.officers["liu"], by=county.prepares)
    issue(report=report, officer=county.officers["zhao"], by=county.countersigns)
    told = system.get(f"/commissions/{number}").json()
    assert told["stage"] == told["report"]["status"] == "issued"
    assert all(one["done_at"] for one in told["steps"])
    given = system.get(f"/commissions/{number}/report").json()
    signed = canonical(given["report"])
    keys.verifier().verify_detached(given["signature"], signed, typ="hedui-report+jws")
    pdf = system.get(f"/commissions/{number}/report.pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")


def test_whoever_sees_through_the_interface_is_entered(county, client, system):
    number = ordered(system)
    case = Commission.objects.get(number=number).case
    account = f"officer:{client[0].officer_id}"
    system.get(f"/commissions/{number}")
    look = Entry.objects.get(act="cases.look", case=case.pk)
    assert look.actor == account
    assert '"page":"api:status"' in look.content
    system.get("/commissions")
    assert Entry.objects.filter(act="cases.look_through", actor=account).count() == 1


def test_another_agency_sees_nothing_of_it(county, system):
    number = ordered(system)
    other = Caller(
        cast.client(
            county, agency=Case.objects.get().agency.__class__.objects.get(name="外滩街道")
        )[1]
    )
    for path in ("", "/report", "/report.pdf"):
        problem(other.get(f"/commissions/{number}{path}"), 404, "not-found")
    assert other.get("/commissions").json()["commissions"] == []
    assert other.get("/news").json()["news"] == []


def test_changes_and_news_are_read_from_a_cursor_page_by_page(county, system):
    number = ordered(system)
    page = system.get("/commissions").json()
    assert [one["number"] for one in page["commissions"]] == [number]
    assert system.get("/commissions", after=page["next"]).json()["commissions"] == []
    cast.answered(Commission.objects.get(number=number))
    later = system.get("/commissions", after=page["next"]).json()
    assert [one["number"] for one in later["commissions"]] == [number]
    told, after = [], -1
    while pieces := (got := system.get("/news", after=after, limit=1).json())["news"]:
        assert len(pieces) == 1
        told += [one["kind"] for one in pieces]
        assert {one["about"] for one in pieces} == {number}
        after = got["next"]
    assert told == ["commissioned", "answered"]
    system.get(f"/commissions/{number}")  # to look is no news
    assert system.get("/news", after=after).json() == {"news": [], "next": after}


@pytest.mark.parametrize(
    "query",
    [
        {"after": "x"},
        {"limit": 0},
        {"limit": 201},
        {"after": -2},
        {"other": 1},
        {"after": "9" * 30},
    ],
)
def test_parameters_are_held_against_the_contract(system, query):
    problem(system.get("/commissions", **query), 400, "bad-request")


def test_too_many_calls_are_put_off(system, settings):
    settings.HEDUI_CALLS_PER_MINUTE = 2
    assert [system.get("/news").status_code for _ in range(2)] == [200, 200]
    answer = system.get("/news")
    problem(answer, 429, "too-many")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_broken_database_is_a_problem_that_can_be_tried_again(system, monkeypatch):
    from django.db import OperationalError

    from hedui.faces.api import commissions

    def broken(*_, **__):
        raise OperationalError("secret detail")

    monkeypatch.setattr(commissions, "order_act", broken)
    answer = system.order()
    problem(answer, 503, "trouble")
    assert b"secret" not in answer.content


def test_the_contract_is_served_to_anybody():
    answer = Browser().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == document()


@pytest.fixture
def issued(county, system):
    """The number of a commission whose report is issued, a car found that was not declared."""
    number = ordered(system)
    commission = Commission.objects.get(number=number)
    car = {"plate_class": "小型汽车", "vehicle_class": "car", "status": "normal"}
    cast.answered(commission, {("b", "vehicle"): [car]})
    report = draft(commission=commission, by=WORKER)
    report = submit(report=report, officer=county.officers["liu"], by=county.prepares)
    issue(report=report, officer=county.officers["zhao"], by=county.countersigns)
    return number


def objecting(system, number, key="o-1", evidence=(), **changes):
    content = {
        "member": "b",
        "received_on": today().isoformat(),
        "items": [{"finding": "F01", "grounds": "车已经卖了"}],
    } | changes
    return system.http.post(
        f"{ORDERS}/{number}/objections",
        {"objection": json.dumps(content), "evidence": list(evidence)},
        headers={"Idempotency-Key": key},
    )


def test_an_objection_is_taken_in_once_and_puts_its_finding_on_hold(system, issued):
    paper = SimpleUploadedFile("sold.pdf", cast.SCAN)
    papers_ = [{"evidence": "sold.pdf", "description": "转让合同"}]
    first = objecting(system, issued, evidence=[paper], papers=papers_)
    assert first.status_code == 201, first.content.decode()
    assert first.json()["objection"].startswith("YY-310101-")
    paper.seek(0)
    again = objecting(system, issued, evidence=[paper], papers=papers_)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    standing = system.get(f"/commissions/{issued}/report").json()["standing"]
    assert standing["on_hold"] == ["F01"]
    kinds = [one["kind"] for one in system.get("/news").json()["news"]]
    assert kinds[-1] == "objected"
    other = objecting(system, issued, received_on=(today() - timedelta(days=1)).isoformat())
    problem(other, 409, "key-used")


def test_an_objection_that_is_none_says_what_is_missing(system, issued):
    for changes, pointer in (
        ({"member": "z"}, "#/member"),
        ({"received_on": "2024-02-31"}, "#/received_on"),
        ({"items": []}, "#/items"),
        ({"items": [{"finding": "F99", "grounds": "x"}]}, "#/items/0/finding"),
        ({"papers": [{"evidence": "no.pdf", "description": "x"}]}, "#/papers/0/evidence"),
        ({"unknown": 1}, "#"),
    ):
        said = problem(objecting(system, issued, **changes), 422, "not-well-formed")
        assert pointer in [one["pointer"] for one in said["errors"]], changes
    tomorrow = (today() + timedelta(days=1)).isoformat()
    problem(objecting(system, issued, received_on=tomorrow), 422, "refused")
    assert FirstAnswer.objects.count() == 1  # the order's


def test_nothing_is_objected_to_before_a_report_is_issued(system):
    problem(objecting(system, ordered(system)), 404, "not-found")
