"""What a department checks, what it answers, and what it writes down, without any network."""

import json
import os
from dataclasses import replace
from datetime import timedelta

import pytest

from hedui.catalogue import expand
from hedui.gateway import posting
from hedui.gateway.desk import answer
from hedui.gateway.inquiry_log import LogInUse, read_log
from hedui.gateway.partners import Partners
from hedui.gateway.serving import open_department
from hedui.gateway.tables import DataUnreadable
from hedui.values.divisions import DivisionError
from hedui.wire import artefact
from hedui.wire.envelope import MessageError, seal
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import Answer, Rejected
from hedui.wire.seals import write_public
from tests.gateway.bank import COLUMNS, ROWS, ask, close, open_bank, write_rows
from tests.wire.made import LI, LOOK_BACK, NOW, ZHANG, inquiry, permission, search


@pytest.fixture
def bank(tmp_path, keys):
    department = open_bank(tmp_path, keys)
    yield department
    close(department)


def logged(department):
    return list(read_log(department.log.path))


def permitted(keys, signer=None, **changes):
    return artefact.issue(permission(**changes), signer or keys.platform)


def codes(reply):
    """Return the code of each element of a reply, None for one that was answered."""
    responses = json.loads(reply)["message"]["search_response"]
    return [each.get("status_reason_code") for each in responses]


def at(department, **later):
    """Return the department as it is so much later."""
    return replace(department, clock=lambda: NOW + timedelta(**later))


def refusal(department, keys, **changes):
    (answered,) = ask(department, keys, inquiry(keys, **changes))
    assert isinstance(answered, Rejected)
    assert answered.status == "rjct"
    return answered.code


# --- what it answers ----------------------------------------------------------------------------


def test_it_answers_every_row_of_the_person_in_the_scope_asked(bank, keys):
    (answered,) = ask(bank, keys, inquiry(keys))
    assert isinstance(answered, Answer)
    assert answered.outcome == "FOUND"
    assert answered.records == (
        {"bank": "示例银行", "balance_fen": 3000000},
        {"bank": "样板银行", "balance_fen": 1000000},
    )
    assert answered.excess is None


def test_the_oldest_row_dates_the_answer(bank, keys):
    (answered,) = ask(bank, keys, inquiry(keys))
    assert isinstance(answered, Answer)
    assert str(answered.as_of) == "2024-07-30"


def test_what_it_does_not_hold_is_dated_by_its_newest_row(bank, keys, tmp_path):
    write_rows(bank.data.mapped.file, ROWS[2:])
    (answered,) = ask(bank, keys, inquiry(keys))
    assert isinstance(answered, Answer)
    assert (answered.outcome, str(answered.as_of)) == ("NOT_FOUND", "2024-07-29")


def test_serials_are_its_own_and_never_given_twice(bank, keys):
    elements = [inquiry(keys, reference_id=f"i{i}") for i in range(3)]
    ask(bank, keys, *elements)
    ask(bank, keys, *elements)
    assert len({entry["serial"] for entry in logged(bank)}) == 6


def test_only_what_was_asked_and_authorized_is_answered(bank, keys):
    narrow = permitted(keys, items=("bank.balance_fen",))
    (answered,) = ask(bank, keys, inquiry(keys, consent_jws=narrow, items=expand(["bank"])))
    assert isinstance(answered, Answer)
    assert answered.outcome == "PARTIAL"
    assert [row.keys() for row in answered.records] == [{"balance_fen"}] * 2
    (entry,) = logged(bank)
    assert entry["items_answered"] == ["bank.balance_fen"]
    assert entry["items_asked"] == list(expand(["bank"]))


def test_only_what_the_agreement_allows_is_answered(tmp_path, keys):
    bank = open_bank(tmp_path, keys, agreed=frozenset({"bank.bank"}))
    (answered,) = ask(bank, keys, inquiry(keys))
    assert isinstance(answered, Answer)
    assert [row.keys() for row in answered.records] == [{"bank"}] * 2
    assert refusal(bank, keys, items=("bank.balance_fen",)) == "scope_exceeds_policy"


# --- the order of checks ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("consent", "asked", "code"),
    [
        ({"signer": "stranger"}, {}, "unknown_partner"),
        ({}, {"subject_number": LI}, "subject_not_allowed"),
        ({}, {"purpose": "housing"}, "purpose_not_allowed"),
        ({"items": ("bank.account_tail",)}, {}, "scope_exceeds_policy"),
        ({"items": ("vehicle",)}, {}, "scope_exceeds_policy"),
        ({}, {"items": ("vehicle.vehicle_class",)}, "scope_exceeds_policy"),
        ({}, {"source": "vehicle", "items": ("vehicle.vehicle_class",)}, "audience_mismatch"),
        ({"exp": NOW}, {}, "expired"),
        ({"nbf": NOW + timedelta(seconds=1)}, {}, "not_yet_valid"),
        ({"nbf": NOW - timedelta(days=3000)}, {}, "validity_exceeds_policy"),
        ({"iat": NOW + timedelta(minutes=16)}, {}, "not_yet_valid"),
        # where two checks fail, the earlier one names the error
        ({"exp": NOW, "signer": "stranger"}, {}, "unknown_partner"),
        ({"exp": NOW}, {"subject_number": LI, "purpose": "housing"}, "subject_not_allowed"),
        ({"exp": NOW}, {"purpose": "housing", "items": ("tax.payer",)}, "purpose_not_allowed"),
        ({"exp": NOW, "items": ("tax",)}, {}, "scope_exceeds_policy"),
    ],
)
def test_it_refuses_what_is_not_covered_by_the_code_of_the_first_check(
    bank, keys, consent, asked, code
):
    consent = {**consent, "signer": getattr(keys, consent.get("signer", "platform"))}
    assert refusal(bank, keys, consent_jws=permitted(keys, **consent), **asked) == code
    (entry,) = logged(bank)
    assert (entry["decision"], entry["code"], entry["items_answered"]) == ("refused", code, [])


def test_the_clock_of_the_issuer_may_stand_as_far_ahead_as_that_of_a_message(bank, keys):
    ahead = permitted(keys, iat=NOW + timedelta(minutes=15))
    (answered,) = ask(bank, keys, inquiry(keys, consent_jws=ahead))
    assert isinstance(answered, Answer)


def test_no_partner_can_use_the_authorization_of_another(tmp_path, keys):
    partners = tmp_path / "partners"
    partners.mkdir()
    write_public(keys.platform, partners / "310101-hedui.pub.pem")
    write_public(keys.stranger, partners / "320101-hedui.pub.pem")
    bank = open_bank(tmp_path, keys, partners=Partners(partners))
    theirs = permitted(keys, signer=keys.stranger, iss="320101-hedui")
    as_another = {"sender": "320101-hedui", "signer": keys.stranger}
    reply = answer(bank, search(keys, inquiry(keys, consent_jws=theirs), **as_another))
    assert codes(reply) == [None]
    assert codes(answer(bank, search(keys, inquiry(keys), **as_another))) == ["unknown_partner"]
    assert logged(bank)[1]["reason"] == "授权凭证不是发送方所签发"


def test_a_key_that_stands_for_whoever_asks_permits_each_only_what_they_issued(tmp_path, keys):
    write_public(keys.platform, tmp_path / "platform.pub.pem")
    bank = open_bank(tmp_path, keys, partners=Partners(tmp_path / "platform.pub.pem"))
    assert codes(answer(bank, search(keys, inquiry(keys)))) == [None]
    reply = answer(bank, search(keys, inquiry(keys), sender="320101-hedui"))
    assert codes(reply) == ["unknown_partner"]


def test_it_refuses_a_period_beyond_the_one_authorized(bank, keys):
    longer = replace(LOOK_BACK, first=LOOK_BACK.first - timedelta(days=1))
    assert refusal(bank, keys, period=longer) == "scope_exceeds_policy"


def test_it_refuses_a_number_that_is_none(bank, keys):
    wrong = ZHANG[:-1] + ("0" if ZHANG[-1] != "0" else "1")
    assert refusal(bank, keys, subject_number=wrong) == "malformed_object"


def test_it_refuses_what_it_was_told_is_revoked_at_once(bank, keys):
    (before,) = ask(bank, keys, inquiry(keys))
    assert isinstance(before, Answer)
    bank.revoked.write_text("another\nSQ-310101-2024-000001\n")
    assert refusal(bank, keys) == "revoked"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    "written",
    ["{jti}", "another,{jti}", "{jti};another", "1、{jti}，撤回", '"{jti}"\r\n', "{jti}撤回"],
)
def test_it_reads_what_is_revoked_however_it_is_written(bank, keys, written, encoding):
    bank.revoked.write_bytes(written.format(jti="SQ-310101-2024-000001").encode(encoding))
    assert refusal(bank, keys) == "revoked"


@pytest.mark.parametrize("other", ["SQ-310101-2024-0000010", "X-SQ-310101-2024-000001", "另一件"])
def test_another_number_revoked_revokes_nothing(bank, keys, other):
    bank.revoked.write_text(other, encoding="utf-8")
    (answered,) = ask(bank, keys, inquiry(keys))
    assert isinstance(answered, Answer)


def test_it_finds_a_revoked_number_of_any_characters(bank, keys):
    bank.revoked.write_text("沪民〔2024〕 SQ/2024_1, SQ/2024_2", encoding="utf-8")
    consent = permitted(keys, jti="SQ/2024_2")
    assert refusal(bank, keys, consent_jws=consent) == "revoked"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_it_answers_nothing_while_it_cannot_make_out_what_is_revoked(bank, keys, encoding):
    bank.revoked.write_bytes("SQ-310101-2024-000001".encode(encoding))
    with pytest.raises(DataUnreadable, match="revoked"):
        answer(bank, search(keys, inquiry(keys)))
    assert logged(bank) == []


def test_it_answers_nothing_while_it_cannot_open_what_is_revoked(bank, keys):
    bank.revoked.mkdir()
    with pytest.raises(OSError, match="revoked"):
        answer(bank, search(keys, inquiry(keys)))
    assert logged(bank) == []


def test_a_forged_artefact_is_not_told_whether_it_was_revoked(bank, keys):
    bank.revoked.write_text("SQ-310101-2024-000001\n")
    forged = permitted(keys, signer=keys.stranger)
    assert refusal(bank, keys, consent_jws=forged) == "unknown_partner"


def test_it_refuses_a_purpose_outside_its_agreement(tmp_path, keys):
    bank = open_bank(tmp_path, keys, purposes=frozenset({"housing"}))
    assert refusal(bank, keys) == "purpose_not_allowed"


def test_a_refused_inquiry_does_not_hold_up_the_others(bank, keys):
    answers = ask(
        bank,
        keys,
        inquiry(keys, reference_id="a"),
        inquiry(keys, reference_id="b", subject_number=LI),
        inquiry(keys, reference_id="c"),
    )
    assert [each.outcome if isinstance(each, Answer) else each.code for each in answers] == [
        "FOUND",
        "subject_not_allowed",
        "FOUND",
    ]
    assert [entry["decision"] for entry in logged(bank)] == ["answered", "refused", "answered"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signer": "stranger"}, "unknown_partner"),
        ({"sender": "320101-hedui"}, "unknown_partner"),
        ({"receiver": "310101-tax"}, "audience_mismatch"),
        ({"receiver": "320101-bank"}, "audience_mismatch"),
        ({"at": NOW - timedelta(minutes=16)}, "message_ts_invalid"),
    ],
)
def test_it_refuses_a_message_as_a_whole_and_answers_nothing(bank, keys, changes, code):
    if "signer" in changes:
        changes = {**changes, "signer": keys.stranger}
    with pytest.raises(MessageError) as refused:
        answer(bank, search(keys, inquiry(keys), **changes))
    assert refused.value.code == code
    assert logged(bank) == []


def test_it_knows_nobody_whose_key_it_was_not_given(tmp_path, keys):
    bank = open_bank(tmp_path, keys)
    (tmp_path / "310101-hedui.pub.pem").unlink()
    with pytest.raises(MessageError) as refused:
        answer(bank, search(keys, inquiry(keys)))
    assert refused.value.code == "unknown_partner"


# --- replay -------------------------------------------------------------------------------------


def test_a_replayed_message_gets_the_first_answer_and_leaves_a_trace(bank, keys):
    message = search(keys, inquiry(keys))
    first = answer(bank, message)
    write_rows(bank.data.mapped.file, ROWS[2:])
    assert answer(bank, message) == first
    assert [entry["decision"] for entry in logged(bank)] == ["answered", "repeated"]


def test_a_replay_gets_the_first_answer_across_a_restart(tmp_path, keys):
    bank = open_bank(tmp_path, keys)
    message = search(keys, inquiry(keys))
    first = answer(bank, message)
    close(bank)
    assert answer(open_bank(tmp_path, keys), message) == first


def test_a_replay_does_not_repeat_what_was_revoked_meanwhile(bank, keys):
    zhang, li = inquiry(keys, reference_id="a"), inquiry(keys, reference_id="b", subject_number=LI)
    message = search(keys, zhang, li)
    assert codes(answer(bank, message)) == [None, "subject_not_allowed"]
    bank.revoked.write_text("SQ-310101-2024-000001")
    refused = answer(bank, message)
    assert codes(refused) == ["revoked", "subject_not_allowed"]
    assert "3000000" not in refused.decode()
    assert [entry["code"] for entry in logged(bank)][2:] == ["revoked", "subject_not_allowed"]


def test_a_replay_does_not_repeat_what_has_expired_meanwhile(bank, keys):
    brief = permitted(keys, exp=NOW + timedelta(minutes=5))
    message = search(keys, inquiry(keys, consent_jws=brief))
    first = answer(bank, message)
    assert answer(at(bank, minutes=4), message) == first
    assert codes(answer(at(bank, minutes=5), message)) == ["expired"]
    assert [entry["decision"] for entry in logged(bank)] == ["answered", "repeated", "refused"]


def test_a_refusal_once_given_is_given_again(bank, keys):
    soon = permitted(keys, nbf=NOW + timedelta(minutes=5))
    message = search(keys, inquiry(keys, consent_jws=soon))
    first = answer(bank, message)
    assert codes(first) == ["not_yet_valid"]
    assert answer(at(bank, minutes=6), message) == first


def test_after_a_revocation_the_same_message_gets_one_answer_again(bank, keys):
    message = search(keys, inquiry(keys))
    answer(bank, message)
    bank.revoked.write_text("SQ-310101-2024-000001")
    refused = answer(bank, message)
    bank.revoked.unlink()
    assert answer(bank, message) == refused


def test_another_message_under_a_used_id_is_refused(bank, keys):
    identity = new_message_id(NOW)
    answer(bank, search(keys, inquiry(keys), message_id=identity))
    with pytest.raises(MessageError) as refused:
        answer(bank, search(keys, inquiry(keys, items=("bank.bank",)), message_id=identity))
    assert refused.value.code == "replay"


def test_the_same_inquiry_in_a_new_message_is_answered_again(bank, keys):
    (first,), (second,) = ask(bank, keys, inquiry(keys)), ask(bank, keys, inquiry(keys))
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert first.records == second.records


def test_answers_are_forgotten_once_their_message_is_too_old_to_come_again(tmp_path, keys):
    bank = open_bank(tmp_path, keys)
    identity = new_message_id(NOW)
    answer(bank, search(keys, inquiry(keys), message_id=identity))
    assert bank.answers.find(identity)
    for minutes, kept in ((29, True), (31, False)):  # nothing else comes meanwhile
        moment = NOW + timedelta(minutes=minutes)
        posting._due(replace(bank, clock=lambda: moment))  # noqa: B023
        assert (bank.answers.find(identity) is not None) == kept


# --- its own record -----------------------------------------------------------------------------


def test_it_writes_down_every_inquiry_before_it_answers(bank, keys):
    ask(bank, keys, inquiry(keys))
    (entry,) = logged(bank)
    assert entry["jti"] == "SQ-310101-2024-000001"
    assert entry["reference_id"] == "inquiry-1"
    assert entry["items_asked"] == entry["items_answered"] == ["bank.bank", "bank.balance_fen"]
    assert (entry["decision"], entry["outcome"]) == ("answered", "FOUND")
    assert entry["purpose"] == "dibao"


def test_its_record_holds_no_number_and_no_value(bank, keys):
    ask(bank, keys, inquiry(keys), inquiry(keys, reference_id="b", subject_number=LI))
    text = bank.log.path.read_text(encoding="utf-8")
    for secret in (ZHANG, LI, "张三", "3000000", "示例银行"):
        assert secret not in text
    assert "990101********" in text


def test_one_person_is_one_digest_in_its_record_and_another_is_another(bank, keys):
    ask(bank, keys, inquiry(keys), inquiry(keys, reference_id="b", subject_number=LI))
    ask(bank, keys, inquiry(keys))
    zhang, li, again = (entry["subject"] for entry in logged(bank))
    assert zhang == again != li


def test_it_does_not_answer_what_it_cannot_write_down(bank, keys, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdatasync", full)
    message = search(keys, inquiry(keys))
    with pytest.raises(OSError, match="No space"):
        answer(bank, message)
    assert logged(bank) == []
    monkeypatch.undo()
    assert answer(bank, message)
    assert len(logged(bank)) == 1


def test_a_torn_line_does_not_break_the_reading_of_the_record(tmp_path, keys):
    bank = open_bank(tmp_path, keys)
    ask(bank, keys, inquiry(keys))
    close(bank)
    with bank.log.path.open("ab") as record:
        record.write(b'{"at": "2024-08-01T10:0')
    bank = open_bank(tmp_path, keys)
    ask(bank, keys, inquiry(keys, reference_id="after"))
    assert [entry["reference_id"] for entry in logged(bank)] == ["inquiry-1", "after"]


def test_two_processes_never_write_one_record(bank, tmp_path):
    with pytest.raises(LogInUse):
        open_department(source="bank", data=bank.data.mapped.file, partner_keys=tmp_path)


def test_it_stands_in_no_division_that_does_not_exist(tmp_path):
    data = write_rows(tmp_path / "bank.csv", ROWS)
    with pytest.raises(DivisionError):
        open_department(source="bank", data=data, partner_keys=tmp_path, division="999999")


def test_its_files_are_for_its_own_eyes(bank):
    for path in (bank.log.path, bank.log.path.with_name(f"{bank.log.path.name}.answers")):
        assert path.stat().st_mode & 0o077 == 0


# --- its data -----------------------------------------------------------------------------------


def test_it_reads_its_data_again_when_the_file_has_changed(bank, keys):
    ask(bank, keys, inquiry(keys))
    changed = [*ROWS[0][:6], "42", ""]
    write_rows(bank.data.mapped.file, [changed])
    (answered,) = ask(bank, keys, inquiry(keys))
    assert isinstance(answered, Answer)
    assert answered.records == ({"bank": "示例银行", "balance_fen": 42},)


@pytest.mark.parametrize(
    "content",
    [
        "",
        ",".join(COLUMNS) + "\n",
        ",".join(COLUMNS) + "\n张三,half a row",
        "name\n张三\n",
        "\x00\x01",
    ],
    ids=["empty", "no rows", "half written", "no number", "no table"],
)
def test_data_that_says_nothing_is_never_taken_to_say_that_there_is_nothing(bank, keys, content):
    bank.data.mapped.file.write_text(content, encoding="utf-8")
    (answered,) = ask(bank, keys, inquiry(keys))
    assert isinstance(answered, Answer)
    assert (answered.outcome, answered.as_of) == ("UNAVAILABLE", None)


def test_its_record_tells_the_department_why_it_could_not_tell(bank, keys):
    write_rows(bank.data.mapped.file, [[*ROWS[0][:6], "3万", ""]])
    ask(bank, keys, inquiry(keys))
    bank.data.mapped.file.write_text("name\n张三\n", encoding="utf-8")
    ask(bank, keys, inquiry(keys))
    assert [entry["reason"] for entry in logged(bank)] == [
        "bank.balance_fen：金额应为整数（分）",
        "bank.csv：缺少列 id_number",
    ]


def test_data_that_is_gone_is_unavailable_and_not_the_old_data(bank, keys):
    ask(bank, keys, inquiry(keys))
    bank.data.mapped.file.unlink()
    (answered,) = ask(bank, keys, inquiry(keys))
    assert isinstance(answered, Answer)
    assert answered.outcome == "UNAVAILABLE"


def test_a_bad_inquiry_in_a_good_message_is_refused_alone(bank, keys):
    envelope = json.loads(search(keys, inquiry(keys), inquiry(keys, reference_id="bad")))
    criteria = envelope["message"]["search_request"][1]["search_criteria"]
    criteria["query"]["value"]["items"] = ["*"]
    body = seal(envelope["header"], envelope["message"], keys.platform)
    responses = json.loads(answer(bank, body))["message"]["search_response"]
    assert [each["status"] for each in responses] == ["succ", "rjct"]
    assert [entry["code"] for entry in logged(bank)] == [None, "malformed_object"]
