"""
The DCI social registry interface: what a conformance suite asks of a registry, in our own words.

The first part walks the 28 scenarios that the public suite has for a social registry (answers,
kinds of query, callbacks, malformed messages, tokens, signatures), and its checks of formats,
limits and pages; the second, what the law asks: who is told of whom.
"""

import json
import time
from base64 import b64encode
from datetime import timedelta
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from jsonschema_rs import Draft202012Validator

from hedui.faces.api import callbacks, dci
from hedui.procedure.agencies.key_changes import approve_keys, propose_keys
from hedui.procedure.agencies.partner_models import Partner, PartnerMessage, Subscription
from hedui.procedure.agencies.partners import NotAPartner, end_partner, propose_partner
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.cases.models import Member
from hedui.procedure.commissions.acts import close
from hedui.procedure.record import keys
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, process_clock
from hedui.procedure.reports.own import deeds_about
from hedui.wire.canonical import canonical
from hedui.wire.envelope import TYP
from hedui.wire.moments import moment_text
from hedui.wire.seals import generate_key, public_path
from tests import cast
from tests.faces.registry import (
    MESSAGES,
    System,
    admitted,
    element,
    ending,
    search,
    status,
    subscription,
    terms,
)
from tests.faces.test_webhooks import Receiver
from tests.gateway.authority import PrivateCA

pytestmark = pytest.mark.django_db
EVERYWHERE = list(MESSAGES)
LATER = ["search", "subscribe", "unsubscribe", "txn/status"]
NOW = {"sync/search": "OnSearch", "sync/txn/status": "OnStatus"}


@pytest.fixture
def system(county, tmp_path) -> System:
    return admitted(tmp_path)


@pytest.fixture
def verified(county):
    """Return the commission on 张家."""
    return cast.commissioned(county)


def fits(schema, content):
    reference = {"$ref": f"#/components/schemas/{schema}"}
    components = {"components": dci.document()["components"]}
    validator = Draft202012Validator(reference | components)
    assert validator.is_valid(content), list(validator.iter_errors(content))


def accepted(answer, where):
    assert answer.status_code == (200 if where in NOW else 202), answer.content.decode()
    assert answer.headers["Content-Type"] == "application/json"
    content = answer.json()
    fits(NOW.get(where, "Acknowledgement"), content)
    if where in NOW:
        signed = canonical({"header": content["header"], "message": content["message"]})
        keys.verifier().verify_detached(content["signature"], signed, typ=TYP)
    return content


def refused(answer, status_, code):
    assert answer.status_code == status_, answer.content.decode()
    content = answer.json()
    fits("Refused", content)
    assert content["message"]["error"]["code"] == code
    return content


def records(content):
    return [one.get("data", {}).get("reg_records") for one in content["message"]["search_response"]]


# ------------------------------------------------------------------ the scenarios of a registry


@pytest.mark.parametrize("where", EVERYWHERE)
def test_a_valid_message_is_answered_as_the_interface_says(system, verified, where):
    accepted(system.post(where, MESSAGES[where]()), where)


def test_an_answer_at_once_has_a_list_of_records(system, verified):
    content = accepted(system.post("sync/search", search()), "sync/search")
    assert records(content) == [[{"programme": "dibao", "stage": "verifying"}]]


EXPRESSION = {"query_type": "expression", "query": {"type": "x", "value": {"expression": "a"}}}
ATTRIBUTE = {"attribute_name": "age", "operator": "lt", "attribute_value": 25}
PREDICATE = {"query_type": "predicate", "query": [{"seq_num": 1, "expression1": ATTRIBUTE}]}


@pytest.mark.parametrize("where", ["search", "sync/search"])
@pytest.mark.parametrize("criteria", [EXPRESSION, PREDICATE], ids=["expression", "predicate"])
def test_other_kinds_of_query_are_understood_and_answered_with_a_reason(
    system, verified, where, criteria
):
    answer = system.post(where, search(element(criteria=criteria)))
    accepted(answer, where)
    [told] = PartnerMessage.objects.get().answer["search_response"]
    assert told["status"] == "rjct"
    assert told["status_reason_code"] == "rjct.search_criteria.invalid"
    assert "data" not in told


@pytest.fixture
def receiver(settings):
    settings.HEDUI_TRIAL_ENDPOINTS = True
    made = Receiver()
    made.url = made.url.removesuffix("/news")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("where", "action"),
    [
        ("search", "on-search"),
        ("subscribe", "on-subscribe"),
        ("unsubscribe", "on-unsubscribe"),
        ("txn/status", "txn-on-status"),
    ],
)
def test_what_is_answered_later_is_called_back_with_the_same_ids(
    county, verified, tmp_path, receiver, where, action
):
    system = admitted(tmp_path, callback_url=receiver.url)
    message = MESSAGES[where]()
    acknowledged = accepted(system.post(where, message), where)
    assert callbacks.deliver(moment())
    assert not callbacks.deliver(moment())
    [called] = receiver.told
    assert called["header"]["action"] == action
    assert called["header"]["receiver_id"] == system.partner.sender_id
    assert called["message"]["transaction_id"] == message["transaction_id"]
    assert called["message"]["correlation_id"] == acknowledged["message"]["correlation_id"]
    signed = canonical({"header": called["header"], "message": called["message"]})
    keys.verifier().verify_detached(called["signature"], signed, typ=TYP)


def test_a_message_without_its_content_is_refused_everywhere(system):
    for where in EVERYWHERE:
        body = json.dumps({"signature": "a..b", "header": system.header(where)}).encode()
        refused(system.raw(where, body), 400, "err.request.bad")


def test_nobody_is_answered_without_a_token_anywhere(system):
    for where in EVERYWHERE:
        for token in ("", "x", "a.b.c"):
            answer = system.post(where, MESSAGES[where](), token=token)
            refused(answer, 401, "err.request.unauthorized")
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_only_json_is_taken(system):
    headers = {"Authorization": f"Bearer {system.token()}"}
    for kind in ("", "text/plain", "application/x-www-form-urlencoded"):
        answer = system.http.post(
            "/api/dci/registry/search", b"{}", content_type=kind, headers=headers
        )
        refused(answer, 415, "err.request.bad")


def test_an_invalid_signature_is_refused(system):
    for signature in ("invalid", "a..b", "unsigned-stub"):
        refused(system.post("search", search(), signature=signature), 401, "err.signature.invalid")
    assert PartnerMessage.objects.count() == 0


# ------------------------------------------------------------------ formats, limits, pages


def test_what_is_out_of_form_is_refused(system):
    for where, message in (
        ("search", search(element(timestamp="not-a-timestamp"))),
        ("subscribe", subscription(timestamp="2024-01-15T10:30:00")),
        ("search", search(element(locale="en"))),
        ("search", search(element(locale="ENG"))),
        ("search", search(transaction_id="x" * 100)),
        ("unsubscribe", ending("s" * 100)),
        ("search", search(element(pagination={"page_size": 0, "page_number": 1}))),
        ("search", search(element(pagination={"page_size": 10, "page_number": 0}))),
        ("search", search(element(pagination={"page_size": -1, "page_number": 1}))),
        ("search", search(element(criteria={"query_type": "graphql"}))),
        ("search", search(search_request=[])),
    ):
        refused(system.post(where, message), 400, "err.request.bad")


def test_what_is_just_within_its_limits_is_taken(system):
    for where, message in (
        ("search", search(element(locale="eng"))),
        ("search", search(transaction_id="x" * 99)),
        ("search", search(element(reference_id="r" * 50))),
        ("unsubscribe", ending("s" * 99)),
        ("search", search(element(pagination={"page_size": 10, "page_number": 1}))),
        ("sync/search", search(element(pagination={"page_size": 5, "page_number": 1}))),
        ("search", search(element(pagination={"page_size": 10, "page_number": 2}))),
    ):
        accepted(system.post(where, message), where)


def test_pages_are_counted_and_the_second_is_empty(system, verified):
    for number, expected in ((1, 1), (2, 0)):
        page = {"page_size": 5, "page_number": number}
        content = accepted(
            system.post("sync/search", search(element(criteria={"pagination": page}))),
            "sync/search",
        )
        [told] = content["message"]["search_response"]
        assert told["pagination"] == page | {"total_count": 1}
        assert len(told["data"]["reg_records"]) == expected


@pytest.mark.parametrize(
    ("changes", "status_", "code"),
    [
        ({"version": "2.0.0"}, 400, "err.request.bad"),
        ({"action": "subscribe"}, 400, "err.request.bad"),
        ({"is_msg_encrypted": True}, 400, "err.request.bad"),
        ({"total_count": 2}, 400, "rjct.total_count.invalid"),
        ({"sender_id": "310101-other"}, 403, "err.sender_id.invalid"),
        ({"receiver_id": "310104-hedui"}, 403, "err.receiver_id.invalid"),
        ({"sender_uri": "https://elsewhere.example/x"}, 400, "err.sender_uri.invalid"),
        ({"message_ts": -1}, 400, "rjct.message_ts.invalid"),
        ({"message_ts": 1}, 400, "rjct.message_ts.invalid"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(system, changes, status_, code):
    if isinstance(changes.get("message_ts"), int):
        at = process_clock() + changes["message_ts"] * timedelta(minutes=16)
        changes = {"message_ts": moment_text(at)}
    header = system.header("search", **changes)
    content = refused(system.post("search", search(), header=header), status_, code)
    assert content["message"]["correlation_id"] == header["message_id"]
    assert PartnerMessage.objects.count() == 0


def test_references_are_unique_within_a_message(system):
    header = system.header("search", 2)
    answer = system.post("search", search(element(), element()), header=header)
    refused(answer, 400, "rjct.reference_id.duplicate")


def test_a_message_that_comes_again_is_answered_as_the_first_time(system, verified):
    header, message = system.header("sync/search"), search()
    first = system.post("sync/search", message, header=header).json()
    again = system.post("sync/search", message, header=header).json()
    assert first["message"] == again["message"]
    assert first["header"]["message_id"] == again["header"]["message_id"]
    assert Entry.objects.filter(act="reports.tell").count() == 1
    other = system.post("sync/search", search(element(cast.LI_SI)), header=header)
    refused(other, 409, "rjct.message_id.duplicate")


@pytest.mark.parametrize(
    ("value", "kind"),
    [("t-1", "transaction_id"), (["r-1", "r-9"], "reference_id_list"), (None, "correlation_id")],
)
def test_what_was_answered_before_is_told_again_by_what_names_it(system, verified, value, kind):
    header = system.header("sync/search")
    first = system.post("sync/search", search(), header=header).json()
    asked = status(value or header["message_id"], kind)
    content = accepted(system.post("sync/txn/status", asked), "sync/txn/status")
    told = content["message"]["txnstatus_response"]["txn_status"]
    assert told["search_response"] == first["message"]["search_response"]
    nothing = system.post("sync/txn/status", status("t-9")).json()
    assert nothing["message"]["txnstatus_response"]["txn_status"]["search_response"] == []


def test_what_is_no_message_is_refused(system):
    for body in (b" ", b"{", b"[]", b'{"a":1,"a":2}', b"\xff", b"[" * 10_000, b'{"header": 1e999}'):
        refused(system.raw("search", body), 400, "err.request.bad")


# ------------------------------------------------------------------ who is told of whom


def asked_of(system, number=cast.ZHANG_SAN, **criteria):
    answer = system.post("sync/search", search(element(number, criteria=criteria)))
    return records(accepted(answer, "sync/search"))[0]


def test_it_tells_the_stage_and_nothing_else_and_the_person_sees_that(county, system):
    report = cast.issued(county)
    assert asked_of(system) == [{"programme": "dibao", "stage": "issued"}]
    case = report.commission.case
    entry = Entry.objects.get(act="reports.tell")
    assert entry.case == case.pk
    assert system.partner.sender_id in entry.content
    own = [deed.label for deed in deeds_about(Member.objects.get(case=case, key="a"))]
    assert "告知合作方" in own
    others = [deed.label for deed in deeds_about(Member.objects.get(case=case, key="b"))]
    assert "告知合作方" not in others
    [kept] = PartnerMessage.objects.all()
    assert cast.ZHANG_SAN not in json.dumps(kept.answer) + kept.asked


def test_nobody_is_told_of_whom_it_has_no_right_to_know_of(county, system, verified):
    assert asked_of(system) != []
    assert asked_of(system, cast.number("19700101", "009")) == []
    assert asked_of(system, "110105194912310021") == []
    for held in verified.case.authorizations.filter(member__key="a"):
        revoke(authorization=held, reason="本人要求撤回", by=county.intake)
    assert asked_of(system) == []
    assert asked_of(system, cast.LI_SI) != []
    close(commission=verified, by=county.countersigns)
    assert asked_of(system, cast.LI_SI) == []


def test_who_has_not_signed_is_nobody_to_a_partner(county, system):
    cast.commissioned(county, cast.declared(county))
    assert asked_of(system) == []


def test_a_partner_of_another_place_or_programme_is_told_nothing(county, verified, tmp_path):
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    elsewhere = admitted(folders[0], sender_id="x", division="310104")
    header = elsewhere.header("sync/search", receiver_id="310104-hedui")
    token = elsewhere.token(aud="310104-hedui")
    answer = elsewhere.post("sync/search", search(), header=header, token=token)
    assert records(answer.json()) == [[]]
    other = admitted(folders[1], sender_id="y", programmes=["dibao", "dibao_edge"])
    [told] = other.post("sync/search", search()).json()["message"]["search_response"]
    assert told["status"] == "rjct"  # two programmes, and none is named
    assert asked_of(other, authorize={"purpose": {"code": "dibao_edge"}}) == []
    [told] = other.post(
        "sync/search", search(element(criteria={"authorize": {"purpose": {"code": "tekun"}}}))
    ).json()["message"]["search_response"]
    assert told["status"] == "rjct"


def test_a_partner_is_told_nothing_before_the_approval_and_after_the_end(county, tmp_path):
    key = generate_key(tmp_path / "key.pem")
    proposal = propose_partner(terms=terms(tmp_path), by=cast.administrators()[0])
    system = System(proposal, key)
    refused(system.post("search", search()), 401, "err.request.unauthorized")
    end_partner(partner=proposal, by=cast.administrators()[1])
    refused(system.post("search", search()), 401, "err.request.unauthorized")


def test_a_token_or_a_signature_of_another_key_is_refused(system, tmp_path):
    stranger = generate_key(tmp_path / "other.pem")
    forged = System(system.partner, stranger)
    refused(forged.post("search", search()), 401, "err.request.unauthorized")
    refused(forged.post("search", search(), token=system.token()), 401, "err.signature.invalid")
    for wrong in ({"exp": 1}, {"exp": int(time.time()) + 90_000}, {"aud": "x"}, {"iss": "x"}):
        answer = system.post("search", search(), token=system.token(**wrong))
        refused(answer, 401, "err.request.unauthorized")


NGINX, RFC_9440 = "X-Client-Certificate", "Client-Cert"


def handed_over(certificate, header):
    """Return what a proxy writes of a certificate that it verified."""
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    if header == RFC_9440:
        return f":{b64encode(loaded.public_bytes(Encoding.DER)).decode()}:"
    return quote(certificate.read_text(encoding="ascii"))


@pytest.mark.parametrize("header", [NGINX, RFC_9440])
def test_a_certificate_that_is_not_the_partners_is_refused_with_the_right_key(
    county, tmp_path, settings, header
):
    settings.HEDUI_CLIENT_CERTIFICATE = header
    system = admitted(tmp_path, certificate_name="jiaoyu.example")
    authority = PrivateCA(tmp_path)
    own = authority.certify("own", "jiaoyu.example").certificate
    other = authority.certify("other", "yibao.example").certificate
    nameless = authority.certify("jiaoyu.example").certificate
    shown = {
        "own": handed_over(own, header),
        "other": handed_over(other, header),
        "nameless": handed_over(nameless, header),
        "none": "",
        "no certificate": "jiaoyu.example",
        "no base64": ":jiaoyu.example:",
        "endless": "x" * 100_000,
    }
    answered = {}
    for name, written in shown.items():
        headers = {header: written} if written else {}
        answered[name] = system.post("search", search(), headers=headers)
    assert accepted(answered.pop("own"), "search")
    for answer in answered.values():
        refused(answer, 401, "err.request.unauthorized")
    assert PartnerMessage.objects.count() == 1


def test_where_no_proxy_hands_certificates_over_a_partner_that_needs_one_is_refused(
    county, tmp_path
):
    system = admitted(tmp_path, certificate_name="jiaoyu.example")
    own = PrivateCA(tmp_path).certify("own", "jiaoyu.example").certificate
    answer = system.post("search", search(), headers={NGINX: handed_over(own, NGINX)})
    refused(answer, 401, "err.request.unauthorized")


def test_while_a_partner_changes_over_it_signs_with_either_key(system, tmp_path):
    old, new = system.key, generate_key(tmp_path / "new.pem")
    proposes, approves = cast.administrators()
    fresh = public_path(tmp_path / "new.pem").read_text(encoding="ascii")

    def change(public_key):
        proposed = propose_keys(holder=system.partner, public_key=public_key, by=proposes)
        approve_keys(change=proposed, by=approves)

    def answered(key):
        system.key = key
        return system.post("search", search()).status_code

    assert [answered(key) for key in (old, new)] == [202, 401]
    change(system.partner.public_key + fresh)
    assert [answered(key) for key in (old, new)] == [202, 202]
    change(fresh)
    assert [answered(key) for key in (old, new)] == [401, 202]


def test_a_subscriber_is_told_when_it_comes_to_be_verified_until_it_ends(
    county, tmp_path, receiver
):
    system = admitted(tmp_path, callback_url=receiver.url)
    system.post("subscribe", subscription())
    assert callbacks.deliver(moment())
    [first] = receiver.told
    [told] = first["message"]["subscribe_response"]
    [given] = told["subscriptions"]
    again = system.post("subscribe", subscription())
    assert again.status_code == 202
    assert callbacks.deliver(moment())
    [told] = receiver.told[1]["message"]["subscribe_response"]
    assert told["status_reason_code"] == "rjct.event.already_subscribed"
    commission = cast.commissioned(county)
    assert callbacks.deliver(moment())
    event = receiver.told[2]
    assert event["header"]["action"] == "notify"
    assert event["message"]["notify_event"][0]["data"]["reg_records"] == [
        {"programme": "dibao", "stage": "verifying"}
    ]
    assert not callbacks.deliver(moment())
    system.post("unsubscribe", ending(given["code"]))
    assert callbacks.deliver(moment())
    assert receiver.told[3]["message"]["subscription_status"][0]["code"] == given["code"]
    cast.answered(commission)
    assert not callbacks.deliver(moment())
    assert Subscription.objects.get().ended_at is not None


def test_a_callback_that_is_not_taken_is_sent_again_with_the_same_id(
    county, verified, tmp_path, receiver
):
    system = admitted(tmp_path, callback_url=receiver.url)
    system.post("search", search())
    receiver.statuses = [500]
    assert callbacks.deliver(moment())
    assert not callbacks.deliver(moment())
    assert PartnerMessage.objects.get().fault == "HTTP 500"
    assert callbacks.deliver(moment() + timedelta(seconds=6))
    assert receiver.told[0]["header"]["message_id"] == receiver.told[1]["header"]["message_id"]
    assert PartnerMessage.objects.get().sent_at is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"programmes": []}, "programmes"),
        ({"programmes": ["unknown"]}, "programmes"),
        ({"division": "999999"}, "division"),
        ({"callback_url": "http://jiaoyu.example"}, "callback_url"),
        ({"public_key": "x"}, "public_key"),
    ],
)
def test_terms_that_cannot_be_agreed_are_refused(county, tmp_path, changes, field):
    generate_key(tmp_path / "key.pem")
    with pytest.raises(Exception) as refusal:
        propose_partner(terms=terms(tmp_path, **changes), by=cast.administrators()[0])
    assert refusal.value.field == field
    assert Partner.objects.count() == 0


def test_who_proposed_a_partner_does_not_approve_it(county, tmp_path):
    from hedui.procedure.agencies.partners import approve_partner
    from hedui.procedure.record.actor import Actor, Role

    generate_key(tmp_path / "key.pem")
    both = Actor("officer:7", "双", None, frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}))
    own = propose_partner(terms=terms(tmp_path), by=both)
    with pytest.raises(NotAPartner):
        approve_partner(partner=own, by=both)


def test_the_contract_is_served_to_anybody(client):
    assert client.get("/api/dci/openapi.json").json() == dci.document()
    assert client.get("/api/dci/registry/search").status_code == 405
