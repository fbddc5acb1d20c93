"""Random households: taken by every check, and wrong exactly as often as said."""

import random
from collections import Counter
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hedui.batch.sample import PER_THOUSAND, SOURCES, Register, household, many
from hedui.catalogue import sources
from hedui.values.identity import match_identity
from hedui.values.money import fen_from_yuan
from hedui.values.resident_id import ResidentId
from tests.batch.made import GOLDEN, check_case, check_rows, rows_of

TWO_THOUSAND = 2000


@pytest.fixture(scope="module")
def drawn():
    return many(TWO_THOUSAND, seed=20240801, **GOLDEN)


@given(st.integers(), st.dates(date(2024, 7, 1), date(2040, 12, 31)))
@example(926_104_459_974_238_928_896, date(2024, 7, 24))  # a child of age since that day
@settings(max_examples=150, deadline=None)
def test_a_household_is_taken_as_it_is_and_its_rows_are_the_catalogues(seed, applied_on):
    made = household(random.Random(seed), 1, applied_on=applied_on, as_of=applied_on)
    check_case(made)
    check_rows(made)
    assert 1 <= len(made.case["members"]) <= 6


def test_the_same_seed_gives_the_same_households_and_another_seed_others():
    assert many(20, 5, **GOLDEN) == many(20, 5, **GOLDEN)
    assert many(20, 5, **GOLDEN) != many(20, 6, **GOLDEN)


def test_the_first_households_do_not_depend_on_how_many_follow():
    assert many(10, 5, **GOLDEN) == many(40, 5, **GOLDEN)[:10]


def test_no_two_people_have_the_same_number_and_all_begin_with_99(drawn):
    numbers = [number for each in drawn for number in each.numbers]
    assert len(numbers) > TWO_THOUSAND
    assert len(set(numbers)) == len(numbers)
    assert {number[:2] for number in numbers} == {"99"}


def test_households_that_share_a_register_share_no_number():
    register = Register()
    one, other = (household(random.Random(9), 1, **GOLDEN, register=register) for _ in range(2))
    assert register.taken == {*one.numbers, *other.numbers}
    assert not set(one.numbers) & set(other.numbers)


def test_every_signed_paper_is_another_file(drawn):
    papers = [content for each in drawn for content in each.scans.values()]
    assert len(set(papers)) == len(papers)


def test_households_of_every_size_occur(drawn):
    assert set(Counter(len(each.case["members"]) for each in drawn)) >= {1, 2, 3, 4, 5, 6}


def measured(made, finding, comparison):
    """Count what both sides say from the files alone, not from how they were made."""
    (member,) = [m for m in made.case["members"] if m["key"] == finding["member"]]
    against = comparison.against
    lines = [
        line
        for line in member[against.side]
        if line["class"] == against.class_ and (not against.kinds or line["kind"] in against.kinds)
    ]
    rows = [
        row
        for row in rows_of(made, member["key"], finding["source"])
        if all(row[name] in codes for name, codes in comparison.where.items())
        if not any(row[name] in codes for name, codes in comparison.unless.items())
        if row.get("period", "2024-07") >= "2023-08"
    ]
    if comparison.measure == "count":
        return len(lines), len(rows)
    declared = sum(fen_from_yuan(line.get("amount", line.get("value"))) for line in lines)
    months = 12 if comparison.measure == "monthly" else 1
    return declared, sum(row[comparison.item] for row in rows) * months


def test_what_a_report_must_say_follows_from_the_declaration_and_the_files(drawn):
    by_label = {
        (name, each.label): each
        for name in SOURCES
        for each in sources()[name].comparisons
        if each.measure != "hint"
    }
    seen: Counter[str] = Counter()
    for made in drawn[:600]:
        for finding in made.expected["findings"]:
            comparison = by_label[finding["source"], finding["label"]]
            declared, found = measured(made, finding, comparison)
            said = [
                None if side is None else side if type(side) is int else fen_from_yuan(side)
                for side in (finding["declared"], finding["found"])
            ]
            counted = finding["status"] in ("consistent", "inconsistent")
            assert said == [declared, found if counted else None]
            if counted:
                assert (declared == found) is (finding["status"] == "consistent")
            seen[finding["status"]] += 1
    assert seen.keys() == {"consistent", "inconsistent", "not_found", "awaiting_explanation"}


def test_each_member_is_asked_what_was_signed_for_and_nothing_else(drawn):
    for made in drawn:
        asked = {(f["member"], f["source"]) for f in made.expected["findings"]}
        not_asked = {(e["member"], e["source"]) for e in made.expected["not_asked"]}
        assert not asked & not_asked
        for member in made.case["members"]:
            signed = member.get("authorization", {"items": []})["items"]
            for source in SOURCES:
                covered = source in signed or "*" in signed
                assert ((member["key"], source) in asked) is covered
                assert ((member["key"], source) in not_asked) is not covered


def test_the_match_that_is_expected_is_the_match_there_is(drawn):
    for made in drawn[:600]:
        members = {m["key"]: m for m in made.case["members"]}
        for finding in made.expected["findings"]:
            member = members[finding["member"]]
            asked = ResidentId.parse(member["id_number"])
            matches = {
                match_identity(asked, member["name"], row["id_number"], row["name"])
                for row in rows_of(made, member["key"], finding["source"])
                if row.get("period", "2024-07") >= "2023-08"
            }
            assert matches == ({finding["match"]} if finding["match"] else set())


def errors_of_adults(made, count):
    """Count what an adult may have left out, or not signed."""
    for member in made.case["members"]:
        if member["birth_date"] > "2006-08-01":
            continue
        if member["relation"] != "self":
            count("not_signed", "authorization" not in member)
        if "authorization" in member:
            count("signed_in_part", member["authorization"]["items"] != ["*"])
        held = {source: len(rows_of(made, member["key"], source)) for source in SOURCES}
        lines = Counter(line["class"] for line in member["assets"])
        count("vehicle_undeclared", held["vehicle"] > lines["vehicle"])
        count("vehicle_not_found", held["vehicle"] < lines["vehicle"])
        count("home_undeclared", held["real_estate"] > lines["real_estate"])
        for account in range(held["bank"]):
            count("account_undeclared", account >= lines["deposit"])


def errors_of_amounts(made, count):
    """Count the amounts that were declared otherwise than they are."""
    for member in made.case["members"]:
        said = {
            line["kind"]: line for line in member["incomes"] + member["assets"] if "kind" in line
        }
        for source, kind, item, months in (
            ("tax", "salary", "amount_fen", 12),
            ("social_insurance", "pension", "benefit_monthly_fen", 12),
            ("bank", "bank", "balance_fen", 1),
        ):
            rows = rows_of(made, member["key"], source)
            lines = [line for line in member["assets"] if line["class"] == "deposit"]
            if kind in said and (source != "bank" or len(rows) == len(lines) == 1):
                amount = fen_from_yuan(said[kind].get("amount", said[kind].get("value")))
                name = {"tax": "wage_differs", "bank": "balance_differs"}.get(source)
                count(name or "pension_differs", amount != rows[0][item] * months)


def errors_of_writing(made, count):
    """Count how departments write a person, of those they hold rows of."""
    for member in made.case["members"]:
        asked = ResidentId.parse(member["id_number"])
        for source in SOURCES:
            for row in rows_of(made, member["key"], source)[:1]:
                match = match_identity(asked, member["name"], row["id_number"], row["name"])
                count("name_conflict", match == "name_conflict")
                count("name_variant", match == "name_variant")
                ends_with_x = member["id_number"].endswith("X")
                old_enough = asked.birth_date <= date(1999, 9, 30) and not ends_with_x
                if match in ("exact", "upgraded") and old_enough:
                    count("old_number", match == "upgraded")
                if match in ("exact", "normalised") and ends_with_x:
                    count("small_x", match == "normalised")


def test_errors_happen_as_often_as_said(drawn):
    errors: Counter[str] = Counter()
    chances: Counter[str] = Counter()

    def count(what, happened):
        chances[what] += 1
        errors[what] += happened

    for made in drawn:
        errors_of_adults(made, count)
        errors_of_amounts(made, count)
        errors_of_writing(made, count)
    assert chances.keys() == PER_THOUSAND.keys()
    for name, chance in chances.items():
        mean = chance * PER_THOUSAND[name] / 1000
        # four standard deviations: the seed is fixed, so this holds for good or not at all
        assert abs(errors[name] - mean) < 4 * mean**0.5, name
        assert errors[name] > 0, name
