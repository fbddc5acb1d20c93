"""A department that tells less than the value: the amount is in no answer and in no record."""

import csv
from dataclasses import replace

import pytest

from hedui.gateway import open_department
from hedui.gateway.desk import answer
from hedui.wire import artefact
from hedui.wire.moments import new_message_id
from hedui.wire.seals import write_public
from tests.gateway.bank import COLUMNS, ROWS, ask, close, open_bank, write_rows
from tests.wire.made import NOW, ZHANG, inquiry, permission, search

CANARIES = ["2347191", "918273", "3265464"]
"""Two balances and their sum, in fen; none of them is a bound of a band."""


@pytest.fixture
def bank(tmp_path, keys):
    rows = [[*ROWS[0][:6], CANARIES[0], ""], [*ROWS[1][:6], CANARIES[1], "1"]]
    write_rows(tmp_path / "bank.csv", rows)
    department = open_bank(tmp_path, keys)
    yield department
    close(department)


def asking(keys, *items):
    return inquiry(keys, items=items)


def test_the_band_of_all_rows_together_is_answered_and_the_amount_nowhere(bank, keys, tmp_path):
    element = asking(keys, "bank.balance_band")
    message = search(keys, element, message_id=new_message_id(NOW))
    reply = answer(bank, message)
    (answered,) = ask(bank, keys, element)
    assert answered.records == ({"balance_band": "30000-50000"},)
    assert answered.outcome == "FOUND"
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "bank.csv"]
    swept = reply + b"".join(path.read_bytes() for path in kept)
    assert len(kept) > 1 and b"balance_band" in swept
    for amount in CANARIES:
        yuan = f"{amount[:-2]}.{amount[-2:]}"
        assert amount.encode() not in swept and yuan.encode() not in swept


def test_where_both_are_asked_the_lesser_alone_is_answered(bank, keys):
    (answered,) = ask(bank, keys, asking(keys, "bank.balance_band", "bank.balance_fen"))
    assert answered.outcome == "PARTIAL"
    assert answered.records == ({"balance_band": "30000-50000"},)


def test_who_agreed_to_the_band_alone_refuses_the_amount(bank, keys):
    narrow = replace(bank, agreed=frozenset({"bank.balance_band"}))
    (refused,) = ask(narrow, keys, asking(keys, "bank.balance_fen"))
    assert refused.code == "scope_exceeds_policy"
    (answered,) = ask(narrow, keys, asking(keys, "bank.balance_band"))
    assert answered.records == ({"balance_band": "30000-50000"},)


def test_a_permission_for_the_band_does_not_cover_the_amount(bank, keys):
    consent = artefact.issue(permission(items=("bank.balance_band",)), keys.platform)
    (refused,) = ask(bank, keys, inquiry(keys, items=("bank.balance_fen",), consent_jws=consent))
    assert refused.code == "scope_exceeds_policy"


def test_one_cell_that_decides_and_cannot_be_read_leaves_it_untold(bank, keys):
    write_rows(bank.data.mapped.file, [ROWS[0], [*ROWS[1][:6], "约三万", ""]])
    (answered,) = ask(bank, keys, asking(keys, "bank.balance_band"))
    assert (answered.outcome, answered.records) == ("UNAVAILABLE", ())


def test_a_column_that_it_counts_by_and_the_data_lacks_leaves_it_untold(tmp_path, keys):
    data, public = tmp_path / "vehicle.csv", tmp_path / "310101-hedui.pub.pem"
    with data.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["name", "id_number", "as_of", "vehicle_class"], ["张三", ZHANG, "2024-07-31", "car"]]
        )
    write_public(keys.platform, public)
    opened = open_department(source="vehicle", data=data, partner_keys=public, division="310101")
    department = replace(opened, clock=lambda: NOW)
    consent = artefact.issue(permission(items=("vehicle",)), keys.platform)
    asked = inquiry(keys, source="vehicle", items=("vehicle.has_vehicle",), consent_jws=consent)
    message = search(keys, asked, receiver="310101-vehicle", message_id=new_message_id(NOW))
    assert b'"outcome":"UNAVAILABLE"' in answer(department, message), "a scrapped one would count"
    close(department)


def test_who_has_no_row_is_not_found_as_ever(bank, keys):
    write_rows(bank.data.mapped.file, ROWS[2:], COLUMNS)
    (answered,) = ask(bank, keys, asking(keys, "bank.balance_band"))
    assert answered.outcome == "NOT_FOUND"
