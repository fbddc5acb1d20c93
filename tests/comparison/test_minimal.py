"""Less than a figure, held against what was declared: words, and never a number of money."""

from datetime import date

import pytest

from hedui.catalogue import sources
from hedui.comparison import SourceAnswer, Status, compare_member, found_lines, silent_classes
from hedui.values.periods import Period

LOOK_BACK = Period(date(2023, 8, 1), date(2024, 7, 31))
DAY = date(2024, 8, 1)
BAND = frozenset({"bank.balance_band"})


def bank(value, items=BAND):
    return {"bank": SourceAnswer("FOUND", DAY, rows=[{"balance_band": value}], items=items)}


def compared(answers, items, *assets):
    (finding,) = compare_member(
        member_key="a",
        declared={"incomes": [], "assets": list(assets)},
        answers=answers,
        authorized_items=items,
        look_back=LOOK_BACK,
        as_of=DAY,
    )
    return finding


def deposit(yuan):
    return {"class": "deposit", "kind": "bank", "value": yuan}


@pytest.mark.parametrize(
    ("declared", "band", "status"),
    [
        ("20000.00", "10000-20000", Status.CONSISTENT),
        ("10000.01", "10000-20000", Status.CONSISTENT),
        ("10000.00", "10000-20000", Status.INCONSISTENT),
        ("20000.01", "10000-20000", Status.INCONSISTENT),
        ("900000.00", "500000-", Status.CONSISTENT),
        ("0.00", "500000-", Status.INCONSISTENT),
        ("0.00", "0", Status.CONSISTENT),
        ("0.01", "0", Status.NOT_FOUND),
    ],
)
def test_what_was_declared_fits_the_band_or_does_not(declared, band, status):
    finding = compared(bank(band), BAND, deposit(declared))
    assert finding.status is status
    assert finding.found_fen is None and finding.found_count is None
    assert finding.item == "bank.balance_band"
    assert bool(finding.found_words) is (status is not Status.NOT_FOUND)


def test_a_band_becomes_a_line_with_bounds_and_leaves_nothing_silent():
    (line,) = found_lines(bank("10000-20000"), LOOK_BACK)["assets"]
    assert (line["at_least"], line["at_most"]) == ("10000.01", "20000.00")
    assert "value" not in line
    (open_line,) = found_lines(bank("500000-"), LOOK_BACK)["assets"]
    assert "at_most" not in open_line
    assert found_lines(bank("0"), LOOK_BACK)["assets"] == []
    assert not silent_classes(bank("10000-20000"), LOOK_BACK, expected=["bank"], as_of=DAY)


FORMS = [(source, form) for source in sources().values() for form in source.minimal.values()]


@pytest.mark.parametrize(("source", "form"), FORMS, ids=[form.item.full_name for _, form in FORMS])
def test_every_form_reaches_the_rules_as_bounds_of_its_class_or_as_what_is_unknown(source, form):
    items, class_ = frozenset({form.item.full_name}), source.figure_of(form).against.class_
    told: dict[str, bool | int | str] = {"present": True, "count": 2, "band": "10000-20000"}
    answer = SourceAnswer("FOUND", DAY, rows=[{form.item.name: told[form.form]}], items=items)
    lines = found_lines({source.name: answer}, LOOK_BACK)["assets"]
    silent = silent_classes({source.name: answer}, LOOK_BACK, expected=[source.name], as_of=DAY)
    if form.form == "band":
        [line] = lines
        assert (line["class"], line["at_least"], line["at_most"]) == (
            class_,
            "10000.01",
            "20000.00",
        )
        assert f"assets.{class_}" not in silent
    else:
        assert lines == []
        assert f"assets.{class_}" in silent


@pytest.mark.parametrize(("value", "silent"), [(True, {"assets.vehicle"}), (False, set())])
def test_that_there_is_one_says_not_which_so_that_its_class_is_unknown(value, silent):
    items = frozenset({"vehicle.has_vehicle"})
    answers = {"vehicle": SourceAnswer("FOUND", DAY, rows=[{"has_vehicle": value}], items=items)}
    assert silent_classes(answers, LOOK_BACK, expected=["vehicle"], as_of=DAY) == silent
    assert found_lines(answers, LOOK_BACK)["assets"] == []
    finding = compared(answers, items)
    assert finding.status is (Status.INCONSISTENT if value else Status.CONSISTENT)
    assert finding.found_count is None


def test_a_number_of_things_is_a_number():
    items = frozenset({"real_estate.number_of_units"})
    answers = {
        "real_estate": SourceAnswer("FOUND", DAY, rows=[{"number_of_units": 2}], items=items)
    }
    home = {"class": "real_estate", "kind": "residence"}
    finding = compared(answers, items, home)
    assert (finding.declared_count, finding.found_count) == (1, 2)
    assert finding.status is Status.INCONSISTENT
