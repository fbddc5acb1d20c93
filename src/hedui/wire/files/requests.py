"""
Write and read the rows of a request file (请求文件): one row, one inquiry.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from hedui.catalogue import Source
from hedui.values.periods import Period
from hedui.wire.files.faults import FileFault
from hedui.wire.inquiry import InquiryElement


class AskedTable(Protocol):
    """What questions are read from: CSV or a workbook."""

    columns: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[int, Sequence[object]]]:
        """Yield the rows with their number."""
        ...


REQUEST_COLUMNS: dict[str, str] = {
    "reference_id": "查询编号",
    "name": "姓名",
    "id_number": "公民身份号码",
    "items": "查询项",
    "period_from": "查询期间起",
    "period_to": "查询期间止",
    "asked_as_of": "查询截至",
    "purpose": "用途",
    "consent_jws": "授权凭证",
}
"""Of a request, by their names, with the words that stand in its head."""

ANSWER_COLUMNS: dict[str, str] = {
    "reference_id": "查询编号",
    "name": "姓名",
    "id_number": "公民身份号码",
    "outcome": "结果",
    "record": "第几条",
    "records": "共几条",
    "as_of": "数据截至",
    "unit": "答复单位",
    "serial": "答复编号",
}
"""Of an answer, besides one for each item."""


def request_row(element: InquiryElement) -> list[str]:
    """Write one inquiry as a row; the authorization travels in it, to be verified."""
    return [
        element.reference_id,
        element.subject_name,
        element.subject_number,
        " ".join(element.items),
        element.period.first.isoformat(),
        element.period.last.isoformat(),
        element.as_of.isoformat(),
        element.purpose,
        element.consent_jws,
    ]


def asked_in(table: "AskedTable", source: str) -> dict[str, InquiryElement]:
    """
    Return what a request file asks, by the number of each question, to hold answers against.

    The authorizations are left where they are.

    :raises FileFault: it is no table of questions
    """
    labels = {label: place for place, label in enumerate(table.columns)}
    try:
        at = {name: labels[label] for name, label in REQUEST_COLUMNS.items()}
        return {
            str(row[at["reference_id"]]): _element(source, {n: str(row[p]) for n, p in at.items()})
            for _, row in table
        }
    except (KeyError, IndexError, ValueError):
        raise FileFault("unknown_request") from None


def _element(source: str, said: Mapping[str, str]) -> InquiryElement:
    day = date.fromisoformat
    return InquiryElement(
        reference_id=said["reference_id"],
        source=source,
        subject_name=said["name"],
        subject_number=said["id_number"],
        items=tuple(said["items"].split()),
        period=Period(day(said["period_from"]), day(said["period_to"])),
        as_of=day(said["asked_as_of"]),
        purpose=said["purpose"],
        consent_jws="",
    )


def template_columns(source: Source, agreed: Iterable[str] = ()) -> list[str]:
    """
    Name the columns that an office fills in, beside those of the request.

    agreed: full names; a minimal form has a column where it may be asked
    """
    own = [label for name, label in ANSWER_COLUMNS.items() if name not in REQUEST_COLUMNS]
    items = [*source.items.values(), *(form.item for form in source.forms_in(agreed))]
    return own + [item_heading(item.label, item.type) for item in items]


def item_heading(label: str, kind: str) -> str:
    """Return how an item's column is headed: an amount with its unit."""
    return f"{label}(元)" if kind == "fen" else label
