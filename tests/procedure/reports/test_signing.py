"""The report 核对报告: prepared by one, issued by another, then fixed; anybody may confirm it."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.commissions.acts import commission
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.reports.acts import (
    NotInThisState,
    NotThisOfficer,
    SecondPersonNeeded,
    issue,
    send_back,
    submit,
)  # fmt: skip
from hedui.procedure.reports.drafting import CODE_ALPHABET, SIGNATURE_TYPE, draft
from hedui.procedure.reports.models import Finding, Report
from hedui.procedure.reports.queries import confirmation, signed
from hedui.wire.canonical import canonical, digest
from hedui.wire.seals import SealError, Verifier, load_public
from tests import cast

BANK = {("a", "bank"): [{"bank": "某银行", "account_type": "current", "balance_fen": 3_000_001}]}


def verifies(report: Report) -> None:
    """Do what a stranger does with report.json and the public key."""
    key = Verifier.of(load_public(Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC))
    written = json.loads(json.dumps(signed(replace(WORKER), report=report)))
    body = canonical(written["report"])
    key.verify_detached(written["signature"], body, typ=SIGNATURE_TYPE)
    assert digest(written["report"]) == report.digest


@pytest.fixture
def report(county) -> Report:
    return cast.issued(county)


# ------------------------------------------------------------------ two persons


def test_two_persons_sign(report, county):
    assert report.status == "issued"
    assert report.opened["prepared_by"]["name"] == "刘"
    assert report.opened["countersigned_by"]["name"] == "赵"
    assert report.valid_until == today() + timedelta(days=180)


def test_who_prepared_a_report_cannot_issue_it(county):
    both = replace(county.prepares, roles=frozenset({Role.VERIFY, Role.COUNTERSIGN}))
    waiting = cast.submitted(county)
    with pytest.raises(SecondPersonNeeded, match="不能是经办人本人"):
        issue(report=waiting, officer=county.officers["liu"], by=both)
    assert Report.objects.get().status == "submitted"


def test_nobody_signs_in_anothers_name(county):
    """Else one person would issue what they prepared, under a name that is not theirs."""
    both = replace(county.prepares, roles=frozenset({Role.VERIFY, Role.COUNTERSIGN}))
    drafted = cast.drafted(county)
    with pytest.raises(NotThisOfficer):
        submit(report=drafted, officer=county.officers["zhao"], by=both)
    waiting = submit(report=drafted, officer=county.officers["liu"], by=both)
    with pytest.raises(NotThisOfficer):
        issue(report=waiting, officer=county.officers["zhao"], by=both)
    assert Report.objects.get().status == "submitted"


@pytest.mark.parametrize("who", ["intake", "stranger", "countersigns"])
def test_only_the_officer_in_charge_submits(county, who):
    drafted = cast.drafted(county)
    with pytest.raises(NotAllowed):
        submit(report=drafted, officer=county.officers["liu"], by=getattr(county, who))


def test_another_body_signs_nothing(county):
    drafted = cast.drafted(county)
    elsewhere = replace(county.prepares, agency=county.street.id)
    with pytest.raises(NotYours):
        submit(report=drafted, officer=county.officers["liu"], by=elsewhere)
    submit(report=drafted, officer=county.officers["liu"], by=county.prepares)
    for act in (
        lambda by: send_back(report=drafted, by=by),
        lambda by: issue(report=drafted, officer=county.officers["zhao"], by=by),
    ):
        with pytest.raises(NotYours):
            act(replace(county.countersigns, agency=county.street.id))


def test_a_report_goes_its_way_in_order(county):
    drafted = cast.drafted(county)
    zhao, liu = county.officers["zhao"], county.officers["liu"]
    with pytest.raises(NotInThisState, match="待经办核定"):
        issue(report=drafted, officer=zhao, by=county.countersigns)
    with pytest.raises(NotInThisState):
        send_back(report=drafted, by=county.countersigns)
    submit(report=drafted, officer=liu, by=county.prepares)
    with pytest.raises(NotInThisState, match="待签发"):
        submit(report=drafted, officer=liu, by=county.prepares)
    returned = send_back(report=drafted, by=county.countersigns)
    assert (returned.prepared_by, returned.opened["prepared_by"]) == (None, None)
    submit(report=drafted, officer=liu, by=county.prepares)
    issue(report=drafted, officer=zhao, by=county.countersigns)
    for again in (
        lambda: issue(report=drafted, officer=zhao, by=county.countersigns),
        lambda: submit(report=drafted, officer=liu, by=county.prepares),
        lambda: send_back(report=drafted, by=county.countersigns),
    ):
        with pytest.raises(NotInThisState, match="已签发"):
            again()
    assert [e.act for e in Entry.objects.filter(act__startswith="reports.")] == [
        "reports.draft",
        "reports.submit",
        "reports.send_back",
        "reports.submit",
        "reports.issue",
    ]


# ------------------------------------------------------------------ digest, signature, code


def test_at_every_stage_the_signature_holds_and_the_digest_is_of_the_body(county):
    drafted = cast.drafted(county, BANK)
    verifies(drafted)
    verifies(submit(report=drafted, officer=county.officers["liu"], by=county.prepares))
    verifies(issue(report=drafted, officer=county.officers["zhao"], by=county.countersigns))
    verifies(Report.objects.get())


@pytest.mark.parametrize(
    "change",
    [{"code": "2222-2222-2222"}, {"version": 2}, {"valid_until": "2099-01-01"}, {"findings": []}],
)
def test_no_changed_report_verifies(report, change):
    key = Verifier.of(load_public(Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC))
    assert report.opened | change != report.opened
    with pytest.raises(SealError):
        key.verify_detached(report.signature, canonical(report.opened | change), typ=SIGNATURE_TYPE)


def test_the_digest_of_what_was_issued_is_in_the_ledger(report):
    assert report.digest in Entry.objects.get(act="reports.issue").content


def test_the_digest_in_the_report_is_that_of_the_frozen_declaration(report):
    declaration = report.commission.declaration
    assert report.opened["declaration"]["digest"] == declaration.digest
    assert digest(declaration.opened) == declaration.digest


def test_codes_are_of_letters_that_nobody_mistakes_and_never_the_same(county):
    codes = {cast.drafted(county).code for _ in range(3)}
    assert len(codes) == 3
    for code in codes:
        assert [len(part) for part in code.split("-")] == [4, 4, 4]
        assert set(code) <= {*CODE_ALPHABET, "-"}
    assert not set("01ILOU") & set(CODE_ALPHABET)


def test_a_code_confirms_an_issued_report_only(county):
    waiting = cast.submitted(county)
    assert confirmation(code=waiting.code, today=today()) is None
    done = issue(report=waiting, officer=county.officers["zhao"], by=county.countersigns)
    confirmed = confirmation(code=done.code, today=today())
    assert confirmed is not None
    assert (confirmed.number, confirmed.digest, confirmed.in_force) == (
        done.number,
        done.digest,
        True,
    )
    assert not confirmation(code=done.code, today=today() + timedelta(days=181)).in_force
    assert confirmation(code="AAAA-AAAA-AAAA", today=today()) is None
    shown = repr(confirmed).replace(done.digest, "a digest, which may hold any digits")
    for personal in ("张三", cast.ZHANG_SAN, cast.ZHANG_SAN[-4:]):
        assert personal not in shown


# ------------------------------------------------------------------ what it says


def test_it_is_drafted_once(county):
    first = cast.drafted(county)
    again = draft(commission=first.commission, by=WORKER)
    assert again == first
    assert Report.objects.count() == 1


def test_its_findings_are_those_of_its_body(county):
    drafted = cast.drafted(county, BANK)
    lines = drafted.opened["findings"]
    rows = list(Finding.objects.filter(report=drafted).order_by("position"))
    assert [(r.item, r.status) for r in rows] == [(x["item"], x["status"]) for x in lines]
    (deposit,) = [x for x in lines if x["item"] == "bank.balance_fen" and x["member"] == "a"]
    assert (deposit["declared"], deposit["found"], deposit["difference"], deposit["status"]) == (
        "30000.00",
        "30000.01",
        "0.01",
        "inconsistent",
    )


def test_it_names_nobody_by_number(report):
    text = json.dumps(report.opened, ensure_ascii=False)
    for number in (cast.ZHANG_SAN, cast.LI_SI, cast.ZHANG_XIAO):
        assert number not in text


def reasons(report: Report, key: str) -> set[str]:
    return {
        line["reason"]
        for line in report.opened["not_asked"]
        if line["member"] == key and line["source"] in cast.SOURCES
    }


def drafted_of(county: cast.County, case: Any) -> Report:
    ordered = commission(case=case, by=county.intake)
    cast.answered(ordered)
    return draft(commission=ordered, by=WORKER)


def test_who_did_not_sign_is_not_asked_and_the_report_says_so(county):
    case = cast.declared(county)
    cast.authorize(county, case.members.get(key="a"))
    report = drafted_of(county, case)
    assert reasons(report, "a") == set()
    assert reasons(report, "b") == {"本人未签署授权书,不予查询"}
    assert {line["member"] for line in report.opened["sources"]} == {"a"}
    assert {line["member"] for line in report.opened["findings"]} == {"a"}


def test_who_revoked_is_not_asked_and_the_report_says_so(county):
    case = cast.authorized(county)
    revoke(
        authorization=case.authorizations.get(member__key="b"),
        reason="本人要求撤回",
        by=county.intake,
    )
    assert reasons(drafted_of(county, case), "b") == {"授权已撤回,不予查询"}


def test_whose_signature_ran_out_is_not_asked_and_the_report_says_so(county):
    case = cast.declared(county)
    signed_on = date(2024, 1, 2)
    cast.authorize(
        county,
        case.members.get(key="b"),
        signed_on=signed_on,
        valid_until=signed_on + timedelta(days=30),
    )
    assert reasons(drafted_of(county, case), "b") == {"授权已过有效期,不予查询"}


def test_what_was_not_signed_for_is_not_asked_and_the_report_says_so(county):
    case = cast.declared(county)
    cast.authorize(county, case.members.get(key="b"), items=("bank", "tax"))
    report = drafted_of(county, case)
    assert reasons(report, "b") == {"授权书未包含此项,不予查询"}
    left_out = {x["source"] for x in report.opened["not_asked"] if x["member"] == "b"}
    assert {"bank", "tax"} & left_out == set()


def test_a_source_nobody_agreed_with_is_not_asked_and_the_report_says_so(county):
    report = cast.drafted(county)
    missing = {x["source"]: x["reason"] for x in report.opened["not_asked"] if x["member"] == "a"}
    assert missing == dict.fromkeys(
        ("commercial_insurance", "securities"), "本地与该部门没有涵盖这些项目的有效协议"
    )
    assert Department.objects.filter(source="securities").count() == 0
    cast.department("securities")
    later = {x["source"] for x in cast.drafted(county).opened["not_asked"] if x["member"] == "a"}
    assert later == {"commercial_insurance"}


def test_a_department_that_kept_silent_is_silence_and_nothing_else(county):
    ordered = cast.commissioned(county)
    cast.answered(ordered, outcome="NO_ANSWER")
    report = draft(commission=ordered, by=WORKER)
    assert {x["outcome"] for x in report.opened["sources"]} == {"NO_REPLY"}
    assert {x["outcome_label"] for x in report.opened["sources"]} == {"未反馈"}
    assert {x["status"] for x in report.opened["findings"]} <= {"no_reply"}
