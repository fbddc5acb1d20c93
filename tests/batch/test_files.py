"""Written files are what a department and an intake office can take, and always the same bytes."""

import csv
import io
import json

import pytest
from pypdf import PdfReader

from hedui.batch.sample import SOURCES, many, stories, write_case, write_sources
from hedui.batch.sample.strangers import mistyped
from hedui.catalogue import sources
from hedui.gateway.dataset import load
from hedui.gateway.mapping import plain
from hedui.values.resident_id import ResidentId
from tests.batch.made import GOLDEN, parsed, readable

TUTORIAL = ("99010119840301101X", "990101198607151022", "990101201405201030")


@pytest.fixture(scope="module")
def households():
    return stories(**GOLDEN) + many(30, 1, **GOLDEN)


def read(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_a_file_for_each_department_with_exactly_its_columns(households, tmp_path):
    paths = write_sources(households, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.csv" for name in SOURCES}
    for source, path in paths.items():
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert header == ["name", "id_number", "as_of", *sources()[source].items]


def test_what_is_read_back_is_what_the_households_hold(households, tmp_path):
    paths = write_sources(households, tmp_path, decoys=0)
    for source, path in paths.items():
        read_back = [
            {name: row[name] for name in ("name", "id_number", "as_of")} | parsed(source, row)
            for row in read(path)
        ]
        held = [row for each in households for row in each.rows[source]]
        assert sorted(read_back, key=str) == sorted(held, key=str)


def test_strangers_stand_in_every_file_and_are_no_member(households, tmp_path):
    members = {ResidentId.parse(number) for each in households for number in each.numbers}
    for source, path in write_sources(households, tmp_path, decoys=40).items():
        rows = read(path)
        held = sum(len(each.rows[source]) for each in households)
        strangers = [row for row in rows if readable(row["id_number"]) not in members]
        assert len(rows) - held == len(strangers) == 40 * (2 if source == "tax" else 1)


def test_some_strangers_are_twins_with_the_nearest_number_and_some_numbers_are_mistyped(
    households, tmp_path
):
    rows = read(write_sources(households, tmp_path, decoys=40)["bank"])
    members = {(m["name"], m["id_number"]) for h in households for m in h.case["members"]}
    beside = {(name, number[:14], int(number[14:17])) for name, number in members}
    near = [
        row
        for row in rows
        if (row["name"], row["id_number"]) not in members
        and any(
            (row["name"], row["id_number"][:14], int(row["id_number"][14:17]) + step) in beside
            for step in (-2, 2)
        )
        and readable(row["id_number"])
    ]
    assert len(near) == 8
    assert sum(readable(row["id_number"]) is None for row in rows) == 8
    assert {row["id_number"][:2] for row in rows} == {"99"}


def test_a_mistyped_number_is_nobodys(households):
    for each in households:
        for number in each.numbers:
            assert sorted(mistyped(number)) == sorted(number)
            assert readable(mistyped(number)) is None


def test_a_departments_gateway_finds_the_rows_of_a_member_and_no_others(households, tmp_path):
    for source, path in write_sources(households, tmp_path).items():
        dataset = load(plain(path, sources()[source]))
        assert dataset.days == (GOLDEN["as_of"],)
        assert dataset.nobodys == (20 if source == "tax" else 10)
        for each in households:
            found = sum(
                len(dataset.people.get(ResidentId.parse(number), ())) for number in each.numbers
            )
            assert found == len(each.rows[source])


def test_the_same_households_give_the_same_bytes(households, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    again = stories(**GOLDEN) + many(30, 1, **GOLDEN)
    for folder, made in ((one, households), (other, again)):
        write_sources(made, folder)
        write_case(made[5], folder)
    names = sorted(path.name for path in one.iterdir())
    assert len(names) >= 8
    assert names == sorted(path.name for path in other.iterdir())
    assert [n for n in names if (one / n).read_bytes() != (other / n).read_bytes()] == []


def test_no_household_no_files(tmp_path):
    with pytest.raises(ValueError, match="household"):
        write_sources([], tmp_path)


def test_a_case_is_written_with_the_scans_it_names(households, tmp_path):
    for place, each in enumerate(households):
        path = write_case(each, tmp_path / str(place))
        case = json.loads(path.read_text(encoding="utf-8"))
        assert case == each.case
        named = {m["authorization"]["evidence"] for m in case["members"] if "authorization" in m}
        assert {p.name for p in path.parent.iterdir()} == named | {"CASE.json"}


def test_each_scan_is_a_pdf_of_one_page_that_names_whose_it_is(households):
    for each in households[:8]:
        members = {m["authorization"]["evidence"]: m for m in each.case["members"]
                   if "authorization" in m}  # fmt: skip
        for name, content in each.scans.items():
            reader = PdfReader(io.BytesIO(content), strict=True)
            (page,) = reader.pages
            text = page.extract_text()
            assert members[name]["id_number"] in text
            assert "nobody real" in text
            assert len(content) < 1000


def test_nobody_in_the_files_has_a_number_of_the_tutorial(tmp_path):
    made = stories(**GOLDEN) + many(300, 1, **GOLDEN)
    for path in write_sources(made, tmp_path, decoys=300).values():
        assert not set(TUTORIAL) & {row["id_number"] for row in read(path)}
