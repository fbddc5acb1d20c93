"""What a stranger's registry comes to: facts by what was meant, findings by the script."""

from collections import Counter
from typing import Any

import pytest

from tests.batch import stranger
from tests.batch.by_script import SOURCES, check
from tests.batch.stranger import NEWEST, Person, Row
from tests.batch.test_recheck import rows, run

MATCHES = ("exact", "normalised", "upgraded", "name_variant", "name_conflict")


def key(name: str) -> str:
    return "".join(c for c in name if c not in " \u3000·•・‧")


def match(one: Person, row: Row) -> str:
    if key(one.named) != key(row.name):
        return "name_conflict"
    return "name_variant" if one.named != row.name else MATCHES[max(one.degree, row.degree)]


def signed(one: Person, source: str) -> bool:
    """Tell whether somebody signed in force for anything of a source."""
    listed = [name.strip() for name in one.items.split(",")]
    named = any(name == source or name.startswith(f"{source}.") for name in listed)
    return one.until is not None and one.until >= one.day and ("*" in listed or named)


@pytest.mark.parametrize("seed", range(4))
def test_every_fact_that_was_meant_is_found_and_no_other(tmp_path, seed):
    everybody, given = stranger.made(tmp_path, seed)
    summary = run(tmp_path).summary
    facts: set[tuple[Any, ...]] = set()
    refused: Counter[str] = Counter()
    for one in (person for person in everybody if person.home):
        for source in SOURCES:
            about = [r for r in given.get(source, ()) if one.read and r.number == one.read]
            if signed(one, source):
                facts |= {(one.home, one.key, source, r.place, match(one, r)) for r in about}
            else:
                refused[source] += len(about)
    read = rows(tmp_path / "out/facts.parquet")
    assert {tuple(row.values()) for row in read} == facts
    assert len(read) == len(facts)
    assert Counter(summary["refused"]) == refused
    check(tmp_path, seed)
    findings = rows(tmp_path / "out/findings.parquet")
    assert len({row["status"] for row in findings}) == 6  # not only the easy ones
    assert {row["match"] for row in findings} == {*MATCHES, None}
    assert NEWEST in {row["as_of"] for row in findings}
