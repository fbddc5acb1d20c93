"""
The example household in the repository is valid, and is what the sample makes.

Run as a program this file writes the example anew.
"""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hedui.batch.sample import SOURCES, many, stories, write_case, write_sources
from hedui.batch.sample.numbers import old_form
from hedui.procedure.cases.content import SCHEMA
from hedui.values.divisions import DivisionError, division
from tests.batch.made import GOLDEN, check_case

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "one-household"
PAGE = ROOT / "docs" / "reference" / "sample-people.md"


def write_example(folder: Path) -> None:
    """Write the first story as files, with a few strangers in the departments' files."""
    household = stories(**GOLDEN)[0]
    write_case(household, folder)
    write_sources([household], folder / "sources", decoys=5)


def files(folder: Path) -> dict[str, bytes]:
    """Read everything in a folder but its README."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "README.md"
    }


def test_the_example_is_valid_against_the_schema():
    case = json.loads((EXAMPLE / "CASE.json").read_text(encoding="utf-8"))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(case)) == []


def test_the_example_is_what_the_sample_makes(tmp_path):
    write_example(tmp_path)
    assert files(EXAMPLE) == files(tmp_path), f"write it anew: python {Path(__file__).name}"


def test_the_example_brings_its_scans_and_a_file_for_each_department():
    household = stories(**GOLDEN)[0]
    check_case(household)
    sources = {f"sources/{name}.csv" for name in SOURCES}
    assert files(EXAMPLE).keys() == {"CASE.json", *household.scans, *sources}


def pattern() -> re.Pattern[str]:
    """Take the expression for scanners from the page that recommends it."""
    (expression,) = re.findall(r"```regex\n(.+)\n```", PAGE.read_text(encoding="utf-8"))
    return re.compile(expression)


def test_the_expression_on_the_page_recognises_every_sample_number_however_written():
    found = pattern()
    for household in many(300, 2, **GOLDEN):
        for number in household.numbers:
            assert found.fullmatch(number)
            assert found.fullmatch(number.lower())
            assert found.search(f"号码{number},") and not found.search(f"1{number}")
            if number[6:8] == "19":
                assert found.fullmatch(old_form(number))


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "310101198001010019", "110105491231002", "9901011980130100190"]
)
def test_the_expression_on_the_page_recognises_nothing_else(number):
    assert not pattern().search(number)


def test_no_division_begins_with_99():
    for code in range(990000, 1000000):
        with pytest.raises(DivisionError):
            division(str(code))


if __name__ == "__main__":
    write_example(EXAMPLE)
