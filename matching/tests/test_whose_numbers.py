"""Whose numbers enter: of whom a recheck would ask that source too, and of nobody else."""

import csv
from pathlib import Path

import pytest
from hedui_matching import MatchingError, numbers

LATER = "2027-01-01"


def number(n: int) -> str:
    """Write a number that can belong to nobody: division 99 is not assigned."""
    body = f"99010119{60 + n % 40:02d}0101{n // 40:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True))
    return body + "10X98765432"[total % 11]


def write(path: Path, columns: str, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns.split(), *rows])


def registry(folder: Path, members: list[tuple[str, str, str, str]], **programmes: str) -> Path:
    """Write a registry: household, key, number and list of each member; programme of each other."""
    homes = {household: programmes.get(household, "dibao") for household, *_ in members}
    write(
        folder / "households.csv",
        "household_id programme as_of",
        [(home, programme, "2026-11-26") for home, programme in homes.items()],
    )
    write(
        folder / "members.csv",
        "household_id member_key id_number authorized_until authorized_items",
        [(home, key, held, LATER, items) for home, key, held, items in members],
    )
    return folder


def asked(folder: Path, source: str) -> list[tuple[str, str]]:
    found = numbers.authorized(folder, source)
    return sorted(member for each in found for member in each.members)


def test_everything_is_what_is_asked_everywhere_and_no_source_asked_by_agreement(tmp_path):
    folder = registry(
        tmp_path,
        [("H", "all", number(1), "*"), ("H", "by name", number(2), "*, online_finance")],
    )
    assert asked(folder, "bank") == [("H", "all"), ("H", "by name")]
    assert asked(folder, "online_finance") == [("H", "by name")]


def test_a_programme_that_does_not_need_the_source_is_asked_nothing_there(tmp_path):
    folder = registry(
        tmp_path,
        [(home, "a", number(n), "*") for n, home in enumerate(("poor", "ill", "looked", "odd"))],
        ill="medical_aid",
        looked="any",
        odd="no_such",
    )
    assert asked(folder, "bank") == [("looked", "a"), ("poor", "a")]
    assert asked(folder, "social_insurance") == [("ill", "a"), ("looked", "a"), ("poor", "a")]


def test_who_stands_in_two_households_is_named_in_both_and_asked_about_once(tmp_path):
    folder = registry(
        tmp_path,
        [
            ("H1", "child", number(1), "*"),
            ("H2", "head", number(1), "bank"),
            ("H3", "a", number(1), "tax"),
        ],
    )
    (one,) = numbers.authorized(folder, "bank")
    assert one.members == (("H1", "child"), ("H2", "head"))


def test_a_minimal_form_covers_no_source(tmp_path):
    folder = registry(tmp_path, [("H", "a", number(1), "bank.balance_band")])
    assert asked(folder, "bank") == []


def test_a_household_that_stands_twice_is_refused(tmp_path):
    folder = registry(tmp_path, [("H", "a", number(1), "*")])
    path = folder / "households.csv"
    path.write_text(path.read_text() + "H,medical_aid,2026-11-26\n")
    with pytest.raises(MatchingError, match="只留一行"):
        numbers.authorized(folder, "bank")


@pytest.mark.parametrize("broken", ['"unfinished,\n', '"' + "x" * 140_000 + '"\n'])
def test_a_table_that_breaks_off_is_told_in_a_sentence_that_quotes_nothing(tmp_path, broken):
    path = tmp_path / "held.csv"
    path.write_text(f"id_number\n{number(1)}\n{broken}")
    with pytest.raises(MatchingError, match="文件第 3 行起") as told:
        numbers.held(path)
    assert "x" * 9 not in str(told.value)
