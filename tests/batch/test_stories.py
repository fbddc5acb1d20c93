"""The four households made by hand say what their stories say, on every day of application."""

import pytest

from hedui.batch.sample import stories
from hedui.policy import compute
from hedui.values.identity import match_identity
from hedui.values.resident_id import ResidentId
from tests.batch.made import DATES, GOLDEN, check_case, check_rows, for_rules, rows_of

# Written down by hand: member, item, status, declared, found, match. What is nil on both sides
# and consistent is left out.
SAID = [
    [
        ("a", "real_estate.unit_no", "consistent", 1, 1, "exact"),
        ("a", "tax.amount_fen", "consistent", "50400.00", "50400.00", "exact"),
        ("a", "bank.balance_fen", "consistent", "18000.00", "18000.00", "exact"),
        ("a", "provident_fund.balance_fen", "consistent", "15200.00", "15200.00", "exact"),
        ("b", "bank.balance_fen", "consistent", "12000.00", "12000.00", "exact"),
    ],
    [
        ("a", "vehicle.vehicle_class", "inconsistent", 0, 1, "exact"),
        ("a", "tax.amount_fen", "consistent", "45600.00", "45600.00", "exact"),
        ("a", "bank.balance_fen", "inconsistent", "20000.00", "35600.00", "exact"),
        ("b", "bank.balance_fen", "consistent", "3500.50", "3500.50", "exact"),
        ("c", "bank.balance_fen", "consistent", "1200.00", "1200.00", "exact"),
        (
            "d", "social_insurance.benefit_monthly_fen",
            "consistent", "28800.00", "28800.00", "exact",
        ),
        ("d", "real_estate.unit_no", "consistent", 1, 1, "exact"),
    ],
    [
        ("a", "real_estate.unit_no", "inconsistent", 0, 1, "upgraded"),
        ("a", "tax.amount_fen", "consistent", "36000.00", "36000.00", "exact"),
        ("a", "bank.balance_fen", "consistent", "6400.00", "6400.00", "name_variant"),
        ("b", "bank.balance_fen", "consistent", "2100.00", "2100.00", "name_variant"),
    ],
    [
        (
            "a", "social_insurance.benefit_monthly_fen",
            "consistent", "18000.00", "18000.00", "exact",
        ),
        ("a", "real_estate.unit_no", "consistent", 1, 1, "exact"),
        ("a", "bank.balance_fen", "consistent", "45936.01", "45936.01", "exact"),
    ],
]  # fmt: skip
ASKED_ABOUT = ["abc", "abcd", "ab", "a"]


@pytest.fixture(params=DATES, ids=lambda dates: str(dates["applied_on"]))
def households(request):
    return stories(**request.param)


def test_each_declaration_is_taken_as_it_is(households):
    for household in households:
        check_case(household)


def test_each_row_has_the_columns_and_values_of_the_catalogue(households):
    for household in households:
        check_rows(household)


@pytest.mark.parametrize("story", range(4))
def test_a_report_must_say_what_the_story_says(households, story):
    findings = households[story].expected["findings"]
    told = [
        (f["member"], f["item"], f["status"], f["declared"], f["found"], f["match"])
        for f in findings
        if f["status"] != "consistent" or f["declared"] not in (0, "0.00")
    ]
    assert told == SAID[story]
    assert "".join(sorted({f["member"] for f in findings})) == ASKED_ABOUT[story]


def test_who_did_not_sign_is_not_asked_though_the_departments_hold_rows(households):
    wang = households[2]
    assert [each["member"] for each in wang.expected["not_asked"]] == ["c"] * 6
    assert "authorization" not in wang.case["members"][2]
    assert len(rows_of(wang, "c", "bank")) == len(rows_of(wang, "c", "vehicle")) == 1
    assert [h.expected["not_asked"] for h in (households[0], households[1], households[3])] == [
        [], [], []
    ]  # fmt: skip


def test_minors_are_signed_for_by_a_guardian_of_the_household(households):
    child, daughter = households[0].case["members"][2], households[1].case["members"][2]
    assert child["authorization"]["guardian"] == "a"
    assert daughter["authorization"]["guardian"] == "b"
    others = [
        member
        for household in households
        for member in household.case["members"]
        if member not in (child, daughter) and "authorization" in member
    ]
    assert [m["name"] for m in others if "guardian" in m["authorization"]] == []


def test_ages_hold_on_the_day_of_application(households):
    def ages(household):
        year, _, rest = household.case["applied_on"].partition("-")
        found = []
        for member in household.case["members"]:
            born, _, birthday = member["birth_date"].partition("-")
            found.append(int(year) - int(born) - (rest < birthday))
        return found

    assert [ages(h) for h in households] == [[40, 38, 10], [42, 41, 12, 72], [45, 43, 20], [83]]


def test_the_departments_of_the_third_story_write_numbers_and_names_in_their_own_way(households):
    wang = households[2]

    def matches(key, source):
        member = wang.case["members"]["abc".index(key)]
        asked = ResidentId.parse(member["id_number"])
        return {
            match_identity(asked, member["name"], row["id_number"], row["name"])
            for row in rows_of(wang, key, source)
        }

    assert matches("a", "real_estate") == {"upgraded"}
    assert matches("a", "bank") == {"name_variant"}
    assert matches("b", "social_insurance") == {"normalised"}
    assert matches("b", "bank") == {"name_variant"}
    assert rows_of(wang, "b", "social_insurance")[0]["id_number"].endswith("x")
    assert len(rows_of(wang, "a", "real_estate")[0]["id_number"]) == 15


def test_wages_paid_before_the_look_back_period_stand_in_the_file_but_count_for_nothing():
    periods = [row["period"] for row in rows_of(stories(**GOLDEN)[1], "a", "tax")]
    assert len(periods) == 13
    assert [period for period in periods if not "2023-08" <= period <= "2024-07"] == ["2023-07"]


@pytest.mark.parametrize("story", range(4))
def test_the_rules_of_shanghai_2024_come_to_the_assessment_that_the_story_gives(story):
    household = stories(**GOLDEN)[story]
    expected = household.expected["assessment"]["declared"]
    found = compute(for_rules(household.case)).report()
    assert {name: found["tests"][name] for name in expected["tests"]} == expected.pop("tests")
    assert {name: found[name] for name in expected} == expected


def test_nobody_stands_in_two_stories(households):
    numbers = [number for household in households for number in household.numbers]
    assert len(numbers) == len(set(numbers)) == 11


def test_the_same_dates_give_the_same_households():
    assert stories(**GOLDEN) == stories(**GOLDEN)
