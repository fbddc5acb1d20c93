"""A table is read a row at a time: no row, and nothing that is wrong with one, is held for long."""

import io
from collections.abc import Iterator
from uuid import UUID

import pytest

from hedui.catalogue import sources
from hedui.wire.files import AnswerTable, CsvTable, FileFault, Group
from hedui.wire.files.requests import ANSWER_COLUMNS
from hedui.wire.files.tables import LONGEST_ROW, Cell
from tests.wire.memory import within

LARGE = 16 * 1024 * 1024
MANY = 200_000
MOST_MEMORY = 24 * 1024
HEAD = "查询编号,备注\r\n".encode()


@pytest.mark.parametrize(
    "row",
    [b'"' + b"\n" * 1_000 + b'",', b'"\n",', b'"x\ny",'],
    ids=["lines alone", "as many cells as lines", "words"],
)
def test_a_quoted_cell_over_many_lines_makes_no_row_beyond_bounds(tmp_path, row):
    path = tmp_path / "answer.csv"
    path.write_bytes(HEAD + row * (LARGE // len(row)))
    with path.open("rb") as stream, within(MOST_MEMORY), pytest.raises(FileFault) as caught:
        list(CsvTable(stream, "utf-8"))
    assert (caught.value.code, caught.value.where) == ("csv", "有一行过长")


def test_so_it_is_with_the_head(tmp_path):
    path = tmp_path / "answer.csv"
    path.write_bytes(b'"\n",' * (LARGE // 4))
    with path.open("rb") as stream, within(MOST_MEMORY), pytest.raises(FileFault) as caught:
        CsvTable(stream, "utf-8")
    assert caught.value.code == "csv"


def test_a_cell_may_go_over_some_lines_in_each_of_many_rows():
    long = b'"' + b"x\r\n" * 1_000 + b'",2\r\n'
    read = list(CsvTable(io.BytesIO(HEAD + long * 100), "utf-8"))
    assert len(long) * 100 > LONGEST_ROW
    assert len(read) == 100
    assert read[-1] == (101, ["x\r\n" * 1_000, "2"])


# ------------------------------------------------------------------ what is gathered of them


class Rows:
    """A table of answers that is made while it is read; it counts what was taken of it."""

    columns = (*ANSWER_COLUMNS.values(),)

    def __init__(self, count: int, **said: str) -> None:
        self.count, self.read, self.said = count, 0, said
        self.all: list[dict[str, str]] = []

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield those that are given, and one row for each of many inquiries."""
        for number, told in enumerate(self.all):
            yield number + 2, [told.get(name, "") for name in ANSWER_COLUMNS]
        for number in range(self.count):
            self.read += 1
            told = {"reference_id": str(UUID(int=number)), "outcome": "无记录"} | self.said
            yield number + 2, [told.get(name, "") for name in ANSWER_COLUMNS]


def groups(rows: Rows) -> Iterator[Group]:
    return AnswerTable(rows, sources()["bank"]).groups()


def test_what_is_wrong_with_an_inquiry_is_said_at_once():
    rows = Rows(10, outcome="也许")
    said = next(groups(rows))
    assert (said.fault, said.row, rows.read) == ("outcome", 2, 1)


def test_many_inquiries_with_a_fault_are_not_held():
    count = 0
    with within(MOST_MEMORY):
        for group in groups(Rows(MANY, outcome="也许")):
            assert group.fault == "outcome"
            count += 1
    assert count == MANY


def test_of_an_inquiry_with_a_fault_it_is_said_once_and_no_other_row_counts():
    rows = Rows(3, reference_id=str(UUID(int=7)), outcome="也许")
    assert [(one.reference, one.fault, one.row) for one in groups(rows)] == [
        (str(UUID(int=7)), "outcome", 2)
    ]


@pytest.mark.parametrize(
    "said",
    [
        [("无记录", "", ""), ("无记录", "1", "1")],
        [("无记录", "", ""), ("有记录", "1", "1")],
        [("有记录", "1", "1"), ("有记录", "01", "1")],
        [("有记录", "1", "1"), ("有记录", "2", "2")],
        [("有记录", "1", "2"), ("有记录", "1", "2")],
        [("有记录", "1", "2"), ("有记录", "01", "2"), ("有记录", "2", "2")],
    ],
)
def test_more_rows_than_an_inquiry_says_it_has_are_not_guessed_about(said):
    rows = Rows(0)
    told = [dict(zip(("outcome", "record", "records"), one, strict=True)) for one in said]
    rows.all = [one | {"reference_id": str(UUID(int=7))} for one in told]
    table = AnswerTable(rows, sources()["bank"])
    doubled = table.survey()
    assert [one.fault for one in table.groups(doubled)] == ["twice"]


def test_rows_that_wait_for_the_others_of_their_inquiry_are_bounded():
    with pytest.raises(FileFault) as caught:
        list(groups(Rows(MANY, outcome="有记录", record="1", records="2")))
    assert caught.value.code == "unordered"
