"""The repository carries no trace of a machine, and no number that could be a living person's."""

import re
import tempfile
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, shown, text_files

HOMES = re.compile(r"/(?:home|Users)/\w|/root/\w|\b[A-Z]:\\Users\\")
NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?![0-9A-Za-z])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"

# First levels that GB/T 2260 assigns. Sample people begin with 99, which is none of them.
PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
PUBLISHED = {"11010519491231002X"}  # printed in GB 11643 itself


def own_places() -> list[str]:
    """Name the folder that this copy stands in and the one above, unless that is everybody's."""
    everybodys = {Path("/"), Path(tempfile.gettempdir()), Path.home(), Path("/tmp"), Path("/home")}
    return [f"{place}/" for place in (ROOT, ROOT.parent) if place not in everybodys]


def resident_numbers(text: str) -> list[str]:
    """Find what is, by date and check digit, somebody's possible resident number."""
    found = []
    for written in NUMBER.findall(unicodedata.normalize("NFKC", text)):
        number = re.sub("[ -]", "", written).upper()
        try:
            date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        except ValueError:
            continue
        total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
        if CHECKS[total % 11] == number[17]:
            found.append(number)
    return found


def test_no_file_names_a_place_on_somebodys_machine():
    places = own_places()
    found = [
        shown(path)
        for path, text in text_files()
        if HOMES.search(text) or any(place in text for place in places)
    ]
    assert found == []


def test_no_resident_number_in_the_repository_can_be_anybodys():
    found = {
        f"{shown(path)}: {number}"
        for path, text in text_files()
        for number in resident_numbers(text)
        if PROVINCES.match(number) and number not in PUBLISHED
    }
    assert sorted(found) == []


@pytest.mark.parametrize(
    "text", ["/ho" + "me/ann/x", "/Us" + "ers/ann", "cd /ro" + "ot/x", "C:\\Us" + "ers\\ann"]
)
def test_the_check_sees_a_home(text):
    assert HOMES.search(text)


@pytest.mark.parametrize(
    "text",
    ["号码 11010519491231002X。", "110105-19491231-002x", "110105194912310022 11010519491231002X",
     "１１０１０５１９４９１２３１００２Ｘ"],
)  # fmt: skip
def test_the_check_sees_a_number_however_it_is_written(text):
    assert resident_numbers(text) == ["11010519491231002X"]


@pytest.mark.parametrize(
    "text", ["110105194902310028", "a11010519491231002X", "110105194912310021"]
)
def test_the_check_lets_pass_what_is_nobodys_number(text):
    assert resident_numbers(text) == []
