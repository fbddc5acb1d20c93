"""A bank for the tests: its data file, its department, and how to ask it."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

from hedui.gateway import Department, open_department
from hedui.gateway.desk import answer
from hedui.wire.inquiry import InquiryElement
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import Answer, Rejected, parse_answer
from hedui.wire.seals import Verifier, write_public
from tests.wire.made import BANK, LI, NOW, PLATFORM, ZHANG, Keys, search

COLUMNS = [
    "name",
    "id_number",
    "as_of",
    "bank",
    "account_type",
    "account_tail",
    "balance_fen",
    "outflow_6m_fen",
]
ROWS = [
    ["张三", ZHANG, "2024-07-31", "示例银行", "活期", "0001", "3000000", ""],
    ["张三", ZHANG, "2024-07-30", "样板银行", "time", "0002", "1000000", "500"],
    ["李四", LI, "2024-07-29", "示例银行", "current", "0003", "7", "0"],
]


def write_rows(path: Path, rows: list[list[str]], columns: list[str] | None = None) -> Path:
    """Write a department's table as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns or COLUMNS, *rows])
    return path


def open_bank(folder: Path, keys: Keys, **changes: Any) -> Department:
    """Open the bank over its rows in a folder, at the moment of all these tests."""
    data = folder / "bank.csv"
    if not data.exists():
        write_rows(data, ROWS)
    public = folder / "310101-hedui.pub.pem"
    if not public.exists():
        write_public(keys.platform, public)
    department = open_department(source="bank", data=data, partner_keys=public, division="310101")
    return replace(department, clock=lambda: NOW, **changes)


def close(department: Department) -> None:
    """Let another open the same files."""
    department.log.close()
    department.answers.close()


def read_reply(
    department: Department, keys: Keys, reply: bytes, message_id: str, *elements: InquiryElement
) -> dict[str, Answer | Rejected]:
    """Read a reply as the platform does."""
    return parse_answer(
        reply,
        request={element.reference_id: element for element in elements},
        message_id=message_id,
        sender=BANK,
        receiver=PLATFORM,
        verifier=Verifier.of(replace(department.signer.public(), owner=BANK)),
        now=NOW,
    )


def ask(
    department: Department, keys: Keys, *elements: InquiryElement, message_id: str | None = None
) -> list[Answer | Rejected]:
    """Ask the bank over its desk and read what it answers."""
    identity = message_id or new_message_id(NOW)
    reply = answer(department, search(keys, *elements, message_id=identity))
    return list(read_reply(department, keys, reply, identity, *elements).values())
