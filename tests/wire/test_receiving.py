"""What a department may send, and what becomes of it: the platform reads strictly or not at all."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedui.wire.answering import AnswerElement, build_answer
from hedui.wire.envelope import MessageError, seal
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import Answer, Rejected, parse_answer
from hedui.wire.seals import Verifier
from tests.wire.made import (
    BANK,
    LI,
    NOW,
    PLATFORM,
    ZHANG,
    asked,
    by_reference,
    found,
    inquiry,
    number,
)


def answer_body(keys, request, *elements):
    identity = new_message_id(NOW)
    return build_answer(elements, message_id=identity, request=request, at=NOW, signer=keys.bank)


def parse(keys, body, request, **changes):
    given_settings = {
        "request": by_reference(*request.elements),
        "message_id": request.message_id,
        "sender": BANK,
        "receiver": PLATFORM,
        "verifier": Verifier.of(replace(keys.bank.public(), owner=BANK)),
        "now": NOW,
    }
    return parse_answer(body, **(given_settings | changes))


def received(keys, *elements, question=None):
    """Return what becomes of an answer to one inquiry."""
    request = asked(question or inquiry(keys))
    reference = request.elements[0].reference_id
    return parse(keys, answer_body(keys, request, *elements), request)[reference]


def spoiled(keys, spoil, *elements, question=None):
    """Return what becomes of an answer after the department changed it before signing."""
    request = asked(question or inquiry(keys))
    envelope = json.loads(answer_body(keys, request, *(elements or (found(),))))
    spoil(envelope["message"]["search_response"][0])
    body = seal(envelope["header"], envelope["message"], keys.bank)
    return parse(keys, body, request)[request.elements[0].reference_id]


def record_of(response):
    return response["data"]["reg_records"][0]


def test_it_reads_what_was_answered(keys):
    answer = received(keys, found())
    assert isinstance(answer, Answer)
    assert answer.records == ({"bank": "示例银行", "balance_fen": 3000000},)
    assert (answer.outcome, answer.match, answer.excess) == ("FOUND", "exact", None)
    assert answer.serial == "bank-20240801-000001"


@pytest.mark.parametrize("outcome", ["NOT_FOUND", "MULTIPLE", "UNAVAILABLE", "REFUSED"])
def test_it_reads_that_there_is_nothing_to_tell(keys, outcome):
    answer = received(keys, found(outcome=outcome, records=()))
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.records) == (outcome, ())


def test_it_keeps_why_a_department_refused(keys):
    answer = received(keys, AnswerElement("inquiry-1", "bank", "rjct", "expired"))
    assert answer == Rejected("inquiry-1", "bank", "rjct", "expired", "授权已过期")


def test_it_tells_an_answer_that_is_to_come_later(keys):
    answer = received(keys, AnswerElement("inquiry-1", "bank", "pdng"))
    assert isinstance(answer, Rejected)
    assert answer.status == "pdng"


# --- whose answer it is -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verifier": Verifier({})}, "unknown_partner"),
        ({"sender": "310101-tax"}, "unknown_partner"),
        ({"receiver": "320101-hedui"}, "audience_mismatch"),
        ({"message_id": new_message_id(NOW)}, "replay"),
        ({"now": NOW + timedelta(minutes=16)}, "message_ts_invalid"),
    ],
)
def test_it_refuses_what_is_not_this_departments_answer_to_this_message(keys, changes, code):
    request = asked(inquiry(keys))
    with pytest.raises(MessageError) as refused:
        parse(keys, answer_body(keys, request, found()), request, **changes)
    assert refused.value.code == code


def test_it_refuses_one_department_signing_for_another(keys):
    request = asked(inquiry(keys))
    verifier = Verifier.of(replace(keys.bank.public(), owner="310101-tax"))
    with pytest.raises(MessageError) as refused:
        parse(keys, answer_body(keys, request, found()), request, verifier=verifier)
    assert refused.value.code == "unknown_partner"


def test_it_refuses_an_answer_changed_on_its_way(keys):
    request = asked(inquiry(keys))
    body = answer_body(keys, request, found()).replace(b"3000000", b"0000000")
    for changed in (body.replace(b"0000000", b"3000001"), body):
        with pytest.raises(MessageError):
            parse(keys, changed, request)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b"<html>502</html>", b'{"signature":"a..b","header":{},"message":{}}'],
)
def test_it_refuses_what_is_no_answer(keys, body):
    with pytest.raises(MessageError) as refused:
        parse(keys, body, asked(inquiry(keys)))
    assert refused.value.code == "malformed_object"


def test_it_refuses_a_message_that_miscounts_its_answers(keys):
    request = asked(inquiry(keys))
    envelope = json.loads(answer_body(keys, request, found()))
    envelope["header"]["total_count"] = 2
    with pytest.raises(MessageError, match="total_count"):
        parse(keys, seal(envelope["header"], envelope["message"], keys.bank), request)


# --- whom it is about ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"subject_number": ZHANG.replace("9901011985", "99010185")[:15]}, "upgraded"),
        ({"subject_number": f"{ZHANG[:6]} {ZHANG[6:14]} {ZHANG[14:]}"}, "normalised"),
    ],
)
def test_it_knows_the_person_however_the_number_is_written(keys, changes, match):
    answer = received(keys, found(**changes))
    assert isinstance(answer, Answer)
    assert (answer.match, len(answer.records)) == (match, 1)


@pytest.mark.parametrize(
    "other", [LI, number(sequence="002"), number("19850102"), "not a number", ZHANG[:-1]]
)
def test_it_puts_another_persons_record_in_quarantine(keys, other):
    answer = received(keys, found(subject_number=other))
    assert isinstance(answer, Rejected)
    assert (answer.status, answer.code) == ("quarantined", "QUARANTINED")


def test_it_drops_the_rows_of_the_same_number_under_another_name(keys):
    answer = received(keys, found(subject_name="李四"))
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.match) == ("NAME_MISMATCH", "name_conflict")
    assert answer.records == ()


def test_two_records_in_one_answer_are_unreadable(keys):
    def twice(response):
        response["data"]["reg_records"] *= 2

    answer = spoiled(keys, twice)
    assert isinstance(answer, Rejected)
    assert answer.status == "unreadable"


# --- what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "50400.00",
        "3000000",
        -(10**15),
        10**15,
        2**53 - 1,
        True,
        [],
        {},
        {"fen": 1},
        "１２",
    ],
)
def test_money_is_an_integer_of_fen_within_bounds_or_nothing(keys, value):
    answer = spoiled(keys, lambda r: record_of(r)["records"][0].update(balance_fen=value))
    assert isinstance(answer, Rejected)
    assert answer.code == "UNREADABLE"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: record_of(r).update(as_of="2024-08-02"),
        lambda r: record_of(r).update(as_of="2204-01-01"),
        lambda r: record_of(r).update(as_of="2024-02-30"),
        lambda r: record_of(r).update(as_of=None),
        lambda r: record_of(r).update(as_of="31/07/2024"),
        lambda r: record_of(r).update(outcome="found"),
        lambda r: record_of(r).update(outcome="NOT_FOUND"),
        lambda r: record_of(r).update(records=[]),
        lambda r: record_of(r).update(spouse={"name": "x"}),
        lambda r: record_of(r).pop("subject"),
        lambda r: record_of(r)["subject"].pop("id_number"),
        lambda r: record_of(r).pop("serial"),
        lambda r: record_of(r)["records"].append("row"),
        lambda r: r["data"].update(reg_type="tax"),
        lambda r: r["data"].update(reg_records=[]),
        lambda r: r.pop("data"),
        lambda r: r.update(status="rcvd"),
        lambda r: r.update(status="rjct"),
        lambda r: r.update(extra=1),
        lambda r: record_of(r)["records"][0].update(bank=""),
        lambda r: record_of(r)["records"][0].update(bank="x" * 201),
    ],
)
def test_it_does_not_repair_what_it_cannot_read(keys, spoil):
    answer = spoiled(keys, spoil)
    assert isinstance(answer, Rejected)
    assert (answer.status, answer.code) == ("unreadable", "UNREADABLE")


def test_a_code_outside_the_catalogue_is_unreadable(keys):
    question = inquiry(keys, items=("bank.account_type",))
    known = received(keys, found(records=({"account_type": "time"},)), question=question)
    grown = received(keys, found(records=({"account_type": "crypto"},)), question=question)
    assert isinstance(known, Answer)
    assert isinstance(grown, Rejected)
    assert "crypto" not in grown.reason


def test_what_is_missing_is_partial_and_never_nothing(keys):
    answer = received(keys, found(records=({"bank": "示例银行"},)))
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.missing) == ("PARTIAL", ("bank.balance_fen",))


def test_a_reason_never_quotes_what_arrived(keys):
    answer = spoiled(keys, lambda r: record_of(r)["records"][0].update(balance_fen="玄之又玄"))
    assert isinstance(answer, Rejected)
    assert "玄" not in answer.reason
    answer = spoiled(keys, lambda r: record_of(r)["records"][0].update({"张三的密码": {}}))
    assert isinstance(answer, Rejected)
    assert "张三" not in answer.reason


# --- what was not asked -------------------------------------------------------------------------


def test_what_was_not_asked_is_dropped_and_only_its_name_is_kept(keys):
    canary = "交易对手赵某"
    rows = ({"bank": "示例银行", "balance_fen": 1, "counterparty": canary, "张某": canary},)
    answer = received(keys, found(records=rows))
    assert isinstance(answer, Answer)
    assert answer.records == ({"bank": "示例银行", "balance_fen": 1},)
    assert answer.excess is not None
    assert answer.excess.names == ("?", "counterparty")
    assert canary not in repr(answer) + repr(answer.records)


def test_of_a_name_that_nobody_here_gave_no_digits_are_kept(keys):
    more = {"phone_13800000000": "1", "phone": "1", "outflow_6m_fen": 1}
    rows = ({"bank": "示例银行", "balance_fen": 1} | more,)
    answer = received(keys, found(records=rows))
    assert isinstance(answer, Answer)
    assert answer.excess is not None and answer.excess.names == ("?", "outflow_6m_fen", "phone")


def test_an_item_of_the_catalogue_that_was_not_asked_is_dropped_too(keys):
    rows = ({"bank": "示例银行", "balance_fen": 1, "outflow_6m_fen": 987654321},)
    answer = received(keys, found(records=rows))
    assert isinstance(answer, Answer)
    assert answer.records[0].keys() == {"bank", "balance_fen"}


def test_the_digest_of_what_was_dropped_cannot_be_guessed_from_its_values(keys):
    rows = ({"bank": "示例银行", "balance_fen": 1, "outflow_6m_fen": 1},)
    first, second = received(keys, found(records=rows)), received(keys, found(records=rows))
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert first.excess and second.excess
    assert first.excess.digest != second.excess.digest


def test_rows_outside_the_period_asked_are_dropped(keys):
    question = inquiry(keys, source="tax", items=("tax.amount_fen", "tax.period"))
    rows = tuple(
        {"period": period, "amount_fen": 100}
        for period in ("2023-07", "2023-08", "2024-07", "2024-08", "2023", "2025")
    )
    element = replace(found(records=rows), source="tax")
    answer = received(keys, element, question=question)
    assert isinstance(answer, Answer)
    assert [row["period"] for row in answer.records] == ["2023-08", "2024-07", "2023"]
    assert answer.excess is not None
    assert answer.excess.rows == 3


def test_rows_outside_the_period_alone_are_no_answer(keys):
    question = inquiry(keys, source="tax", items=("tax.amount_fen", "tax.period"))
    element = replace(found(records=({"period": "2019-01", "amount_fen": 100},)), source="tax")
    answer = received(keys, element, question=question)
    assert isinstance(answer, Rejected)
    assert answer.status == "unreadable"


# --- one does not poison another ----------------------------------------------------------------


def test_a_bad_element_never_poisons_another(keys):
    questions = [inquiry(keys, reference_id=f"inquiry-{i}") for i in range(1, 5)]
    request = asked(*questions)
    elements = [
        found("inquiry-1"),
        found("inquiry-2", subject_number=LI),
        found("inquiry-3", records=({"bank": "示例银行", "balance_fen": 10**15},)),
        found("inquiry-5"),
    ]
    answers = parse(keys, answer_body(keys, request, *elements), request)
    assert list(answers) == [f"inquiry-{i}" for i in range(1, 5)]
    kinds = [getattr(answer, "status", "answer") for answer in answers.values()]
    assert kinds == ["answer", "quarantined", "unreadable", "missing"]


def test_two_answers_to_one_inquiry_are_none(keys):
    answer = received(keys, found(), found())
    assert isinstance(answer, Rejected)
    assert answer.status == "unreadable"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text("abc张", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["subject", "records", "status", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.sampled_from(["response", "record", "row"]), st.text("abc_", min_size=1), JSON)
def test_no_answer_makes_it_fail_or_gives_a_value_that_the_catalogue_does_not_know(
    keys, place, key, value
):
    def spoil(response):
        target = {
            "response": response,
            "record": record_of(response),
            "row": record_of(response)["records"][0],
        }[place]
        target[key if place == "row" else sorted(target)[len(key) % len(target)]] = value

    answer = spoiled(keys, spoil)
    if isinstance(answer, Answer):
        for row in answer.records:
            assert row.keys() <= {"bank", "balance_fen"}
            assert row.get("balance_fen", 3000000) == 3000000
            assert "balance_fen" in row or answer.outcome == "PARTIAL"


# --- less than the value ------------------------------------------------------------------------


def told_in_band(keys, *rows):
    """Return what becomes of rows where the band alone was asked."""
    question = inquiry(keys, items=("bank.balance_band",))
    return received(keys, found(records=rows), question=question)


def test_a_band_is_taken_and_the_amount_that_came_with_it_is_dropped(keys):
    answer = told_in_band(keys, {"balance_band": "10000-20000", "balance_fen": 1_234_567})
    assert isinstance(answer, Answer)
    assert answer.records == ({"balance_band": "10000-20000"},)
    assert answer.excess is not None and answer.excess.names == ("balance_fen",)


@pytest.mark.parametrize(
    "rows",
    [
        [{"balance_band": "10000-20000"}, {"balance_band": "0"}],
        [{"balance_band": None}],
        [{"balance_band": "10000-20001"}],
        [{"balance_band": 1_234_567}],
        [{"balance_band": "1234567"}],
    ],
    ids=["two answers", "none", "a band of its own", "an amount", "an amount in words"],
)
def test_what_is_no_band_of_the_catalogue_is_unreadable(keys, rows):
    answer = told_in_band(keys, *rows)
    assert isinstance(answer, Rejected)
    assert answer.status == "unreadable"
    assert "1234567" not in answer.reason
