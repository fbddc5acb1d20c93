"""What the tests of the sample look at: dates, the checks of every household, a policy case."""

from datetime import date
from typing import Any

from hedui.batch.sample import SOURCES, SampleHousehold
from hedui.catalogue import from_cell, sources
from hedui.procedure.cases.content import check
from hedui.values.resident_id import ResidentId, ResidentIdError

GOLDEN = {"applied_on": date(2024, 8, 1), "as_of": date(2024, 7, 31)}
DATES = [
    GOLDEN,
    {"applied_on": date(2026, 11, 1), "as_of": date(2026, 11, 23)},
    {"applied_on": date(2028, 2, 29), "as_of": date(2028, 2, 28)},
    {"applied_on": date(2027, 1, 1), "as_of": date(2027, 1, 30)},
]
_NOT_FOR_RULES = {"name", "id_number", "marital_status", "authorization"}


def check_case(household: SampleHousehold) -> None:
    """Check that the declaration is taken as it is, and nothing in it needs normalising."""
    case = household.case
    assert check(case, today=date.fromisoformat(case["applied_on"])) == case
    signed = [m["authorization"] for m in case["members"] if "authorization" in m]
    assert {paper["evidence"] for paper in signed} == set(household.scans)
    first = date.fromisoformat(case["applied_on"])
    check_guardians(case, date(first.year - 18, first.month, min(first.day, 28)).isoformat())
    for paper in signed:
        assert paper["signed_on"] == case["applied_on"]
        until = date.fromisoformat(paper["valid_until"])
        assert (until.year - first.year, until.month) == (3, first.month)
        assert until.day == (28 if (first.month, first.day) == (2, 29) else first.day)


def check_guardians(case: dict[str, Any], adult: str) -> None:
    """Check that an adult member signs for each minor, and everybody else for themselves."""
    adults = {m["key"] for m in case["members"] if m["birth_date"] <= adult}
    for member in case["members"]:
        guardian = member.get("authorization", {}).get("guardian")
        if member["key"] in adults:
            assert guardian is None
        else:
            assert guardian in adults


def check_rows(household: SampleHousehold) -> None:
    """Check that each row has the catalogue's columns and values, and is about a member."""
    assert tuple(household.rows) == SOURCES
    members = {ResidentId.parse(number) for number in household.numbers}
    for source, rows in household.rows.items():
        items = sources()[source].items
        for row in rows:
            assert list(row) == ["name", "id_number", "as_of", *items]
            assert row["as_of"] == household.as_of.isoformat()
            assert ResidentId.parse(row["id_number"]) in members
            for name, item in items.items():
                assert item.check(row[name]) == row[name]
                assert type(row[name]) is not float


def rows_of(household: SampleHousehold, key: str, source: str) -> list[dict[str, Any]]:
    """Pick the rows of one member in one department's file."""
    (number,) = [m["id_number"] for m in household.case["members"] if m["key"] == key]
    asked = ResidentId.parse(number)
    return [row for row in household.rows[source] if ResidentId.parse(row["id_number"]) == asked]


def readable(number: str) -> ResidentId | None:
    """Read a number, or None where it is none."""
    try:
        return ResidentId.parse(number)
    except ResidentIdError:
        return None


def for_rules(case: dict[str, Any]) -> dict[str, Any]:
    """Turn a declaration into what the rules take, which know nobody's name."""
    members = [
        {key: value for key, value in member.items() if key not in _NOT_FOR_RULES}
        for member in case["members"]
    ]
    rest = {key: case[key] for key in ("programme", "division", "obligors")}
    return rest | {"as_of": case["applied_on"], "members": members}


def parsed(source: str, cells: dict[str, str]) -> dict[str, Any]:
    """Read the cells of a CSV row as the catalogue does."""
    return {name: from_cell(item, cells[name]) for name, item in sources()[source].items.items()}
