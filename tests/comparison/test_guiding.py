"""What the family is asked and may bring: for every part of every source, and nothing else."""

import pytest

from hedui import catalogue
from hedui.comparison import guidance, guided
from hedui.procedure.reports.models import Cause

PARTS = {
    one.against.class_name for source in catalogue.sources().values() for one in source.comparisons
}


@pytest.mark.parametrize("part", sorted(PARTS))
def test_every_part_that_a_source_speaks_of_asks_for_each_cause_once(part):
    causes = [one.cause for one in guidance(part)]
    assert causes == sorted(set(causes), key=list(Cause).index)
    assert "undeclared" not in causes
    assert all(one.ask and one.bring for one in guidance(part))


def line(status: str, **changes: str) -> dict[str, str]:
    known = {"id": "F01", "label": "存款余额", "part": "assets.deposit", "unit": "fen", "cause": ""}
    return known | {"status": status} | changes


@pytest.mark.parametrize(
    ("status", "changes", "asked"),
    [
        ("inconsistent", {}, True),
        ("awaiting_explanation", {}, True),
        ("not_comparable", {}, True),
        ("inconsistent", {"cause": "exempt"}, False),
        ("consistent", {}, False),
        ("not_found", {}, False),
        ("no_reply", {}, False),
        ("not_comparable", {"part": "members.residence", "unit": "words"}, False),
        ("not_comparable", {"part": "members.aid", "unit": "words"}, True),
        ("awaiting_explanation", {"part": "members.living", "unit": "words"}, True),
    ],
)
def test_silence_what_agrees_and_what_is_settled_ask_nothing(status, changes, asked):
    assert bool(guided([line(status, **changes)])) is asked


def test_one_kind_of_thing_is_asked_about_once_for_all_of_the_household():
    (kind,) = guided([line("inconsistent"), line("inconsistent", id="F07")])
    assert kind["findings"] == ["F01", "F07"]
