"""T02: the declaration is edited once results are there, to frame somebody or to hide something."""

from contextlib import suppress
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from hedui.procedure.cases import acts as cases
from hedui.procedure.commissions.acts import close, commission
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.drafting import draft
from hedui.wire.canonical import digest
from tests import cast
from tests.procedure import raw

ORDERS = 8
CHANGED = "declaration: a version is never changed, it is frozen once"


class Story:
    """One case to which things happen; it remembers what was declared when it was frozen."""

    def __init__(self, place: cast.County) -> None:
        self.place, self.case = place, cast.authorized(place)
        self.declared, self.frozen = self.case.declarations.get().digest, ""
        self.ordered: Any = None

    def declare(self, content: dict[str, Any]) -> None:
        self.declared = cases.declare(case=self.case, content=content, by=self.place.intake).digest
        assert not self.frozen

    def fill_in(self, content: dict[str, Any]) -> None:
        cases.fill_in(case=self.case, content=content, by=self.place.intake)
        assert not self.frozen

    def order(self, _: dict[str, Any]) -> None:
        self.ordered = commission(case=self.case, by=self.place.intake)
        self.frozen = self.frozen or self.declared

    def close(self, _: dict[str, Any]) -> None:
        if self.ordered:
            close(commission=self.ordered, by=self.place.countersigns)

    def ask(self, _: dict[str, Any]) -> None:
        if self.ordered:
            cast.answered(self.ordered)

    def report(self, _: dict[str, Any]) -> None:
        if self.ordered:
            report = draft(commission=self.ordered, by=WORKER)
            assert report.opened["declaration"]["digest"] == self.frozen

    def forge(self, _: dict[str, Any]) -> None:
        if self.ordered:
            with raw.refused(CHANGED):
                raw.update(self.ordered.declaration, digest="sha256:0", content=b"x")


@pytest.mark.parametrize("seed", range(ORDERS))
def test_the_digest_in_the_report_is_that_of_the_dispatch_in_any_order_of_edits(county, seed):
    """Edits, orders, questions and reports in random order; before, between and after."""
    random, story = Random(seed), Story(county)
    steps = [story.declare, story.fill_in, story.order, story.ask, story.report, story.forge,
             story.close]  # fmt: skip
    for step in random.choices(steps, k=14) + [story.report]:
        content = cast.zhang_family(story.case.applied_on)
        content["members"][0]["incomes"][0]["amount"] = f"{random.randrange(10_000)}.00"
        with suppress(Refusal):
            step(content)
    assert story.frozen == (story.ordered.declaration.digest if story.ordered else "")
    for held in story.case.declarations.filter(frozen_at__isnull=False):
        assert digest(held.opened) == story.frozen


def test_no_further_version_by_sql(county):
    ordered = cast.commissioned(county)
    with raw.refused("declaration: frozen, no further version"):
        raw.insert(ordered.declaration, id=uuid4(), version=2, frozen_at=None)


def test_the_order_cannot_be_put_on_another_declaration(county):
    ordered, other = cast.commissioned(county), cast.commissioned(county)
    with raw.refused("commission: never changed, only closed once"):
        raw.update(ordered, declaration_id=other.declaration_id)


def test_whom_was_asked_about_cannot_be_exchanged(county):
    ordered = cast.commissioned(county)
    member = ordered.case.members.get(key="a")
    for changes in ({"person": b"x"}, {"key": "z"}, {"number_index": "0" * 64}):
        with raw.refused("member: a person is never changed, only replaced"):
            raw.update(member, **changes)
