"""What the sample expects and what the comparison says are the same, each found in its own way."""

import pytest

from hedui.batch.sample import SOURCES, many, stories
from hedui.catalogue import expand
from hedui.comparison import SourceAnswer, Status, compare_member, found_lines, once_each
from hedui.policy import compute, programme
from hedui.values.identity import match_identity
from hedui.values.money import yuan_text
from hedui.values.periods import Period
from hedui.values.resident_id import ResidentId
from tests.batch.made import DATES, GOLDEN, for_rules, rows_of


def answer(made, member, source, look_back):
    """Answer as a department does: in scope of the period, nothing where the name conflicts."""
    asked = ResidentId.parse(member["id_number"])
    rows = [
        row
        for row in rows_of(made, member["key"], source)
        if row.get("period", look_back.last.isoformat()) >= look_back.first.isoformat()[:7]
    ]
    matches = {match_identity(asked, member["name"], row["id_number"], row["name"]) for row in rows}
    if not rows:
        return SourceAnswer("NOT_FOUND", as_of=made.as_of)
    (match,) = matches
    if match == "name_conflict":
        return SourceAnswer("NAME_MISMATCH", as_of=made.as_of, match=match)
    items = [{k: v for k, v in row.items() if k not in ("name", "id_number")} for row in rows]
    return SourceAnswer("FOUND", as_of=made.as_of, match=match, rows=items)


def compared(made, dates):
    """Compare each member who signed, over what was signed for."""
    look_back = Period.year_before(dates["applied_on"])
    for member in made.case["members"]:
        if "authorization" not in member:
            continue
        signed = member["authorization"]["items"]
        items = programme("dibao").may_ask if "*" in signed else expand(signed)
        yield from compare_member(
            member_key=member["key"],
            declared=member,
            answers={name: answer(made, member, name, look_back) for name in SOURCES},
            authorized_items=items,
            look_back=look_back,
            as_of=made.as_of,
        )


def shown(finding):
    """Show a finding in the terms of the sample."""
    sides = [finding.declared_count, finding.found_count]
    if finding.unit == "fen":
        fens = (finding.declared_fen, finding.found_fen)
        sides = [None if fen is None else yuan_text(fen) for fen in fens]
    return (
        finding.member_key,
        finding.item,
        finding.label,
        finding.status.value,
        *sides,
        finding.match,
    )


@pytest.mark.parametrize("dates", DATES, ids=lambda dates: str(dates["applied_on"]))
def test_the_comparison_says_what_the_sample_expects(dates):
    statuses = set()
    for made in stories(**dates) + many(150, 11, **dates):
        expected = [
            (f["member"], f["item"], f["label"], f["status"], f["declared"], f["found"], f["match"])
            for f in made.expected["findings"]
        ]
        assert sorted(map(shown, compared(made, dates)), key=str) == sorted(expected, key=str)
        statuses |= {f["status"] for f in made.expected["findings"]}
    assert statuses >= {Status.CONSISTENT.value, Status.INCONSISTENT.value}


@pytest.mark.parametrize("story", [0, 1, 3])
def test_the_rules_come_to_the_assessment_on_what_was_found(story):
    made = stories(**GOLDEN)[story]
    look_back = Period.year_before(GOLDEN["applied_on"])
    case = for_rules(made.case)
    lines = {
        person["key"]: found_lines(
            {name: answer(made, person, name, look_back) for name in SOURCES},
            look_back,
        )
        for person in made.case["members"]
    }
    found_once = once_each(lines)
    for member in case["members"]:
        member.update(found_once[member["key"]])
    found = compute(case, basis="found").report()
    expected = made.expected["assessment"]["found"]
    assert {name: found["tests"][name] for name in expected["tests"]} == expected.pop("tests")
    assert {name: found[name] for name in expected} == expected
