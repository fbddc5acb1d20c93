"""
Tell a story of a family 一户人家的故事, as `public_cases/*.yaml` has it, through the real acts.

Each is told from a case that was public. What it may say: the `family` (born, relation, and what
the declaration knows of a person), what was `declared`, what a source `found`, what the report
`shows` of it and tells the family to bring, what the family `objects` with and how that is
`resolved`, or what the officer settles `on_draft`, and how it `ends`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests import cast

FOLDER = Path(__file__).parent / "public_cases"
KEYS = {
    "title",
    "told",
    "family",
    "declared",
    "departments",
    "found",
    "shows",
    "shows_also",
    "objects",
    "resolved",
    "on_draft",
    "ends",
    "over_by_her_own_word",
}
NAMES = {"a": "杨一", "b": "杨二"}
PAPER = cast.SCAN


@dataclass(frozen=True)
class Story:
    """One family: what is written about it, and where."""

    name: str
    written: Mapping[str, Any]

    @cached_property
    def applied_on(self) -> date:
        """Return the day of the application: the first of this month."""
        from hedui.procedure.record.moment import today

        return today().replace(day=1)

    def declaration(self) -> dict[str, Any]:
        """Return what the family declares."""
        members = []
        for key, person in self.written["family"].items():
            said = {
                name: value for name, value in person.items() if name not in ("born", "sequence")
            }
            number = cast.number(person["born"], person.get("sequence", "001"))
            declared = self.written.get("declared", {}).get(key, {})
            members.append(
                {"key": key, "name": NAMES[key], "id_number": number, **said, **declared}
            )
        return {
            "programme": "dibao",
            "division": cast.DIVISION,
            "applied_on": self.applied_on.isoformat(),
            "members": members,
        }

    def answer(self, key: str, source: str) -> tuple[str, tuple[dict[str, Any], ...]]:
        """Return outcome and rows of a source about a member; else it finds none."""
        told = self.written["found"].get(f"{key}.{source}", [])
        if isinstance(told, Mapping):
            return told["outcome"], ()
        year, month = self.applied_on.year - 1, self.applied_on.month
        when = {"year": str(year), "month": f"{year}-{month:02d}"}
        rows = tuple(
            {item: self._dated(value, when) for item, value in row.items()} for row in told
        )
        return ("FOUND" if rows else "NOT_FOUND"), rows

    @staticmethod
    def _dated(value: Any, when: Mapping[str, str]) -> Any:
        return value.format(**when) if isinstance(value, str) else value


def stories() -> list[Story]:
    """Read all stories, in the order of their numbers."""
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert set(written) <= KEYS, (file.name, set(written) - KEYS)
        found.append(Story(file.stem, written))
    return found


def applied(place: cast.County, story: Story) -> Any:
    """Let the family declare and sign; return its case."""
    from hedui.procedure.cases import acts as cases

    further = story.written.get("departments", [])
    for source in further:
        cast.department(source)
    case = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=story.applied_on, by=place.intake
    )
    cases.declare(case=case, content=story.declaration(), by=place.intake)
    for member in case.members.all():
        cast.authorize(place, member, items=("*", *further))
    return case


def case_file(story: Story) -> dict[str, Any]:
    """Return CASE.json of a family, each signed today, as an outside system sends it."""
    content, further = story.declaration(), story.written.get("departments", [])
    for member in content["members"]:
        member["authorization"] = {
            "signed_on": cast_today().isoformat(),
            "form": cast.FORM,
            "evidence": f"{member['key']}.pdf",
            "items": ["*", *further],
            "valid_until": (cast_today() + timedelta(days=364)).isoformat(),
        }
    return content


def cast_today() -> date:
    """Return today in China."""
    from hedui.procedure.record.moment import today

    return today()


def granted(amount_fen: int) -> Any:
    """Return that an amount is granted, whatever the rules reckon."""
    from hedui.procedure.determinations.acts import Decided

    return Decided(amount_fen, departs="本地补充救助")


def drafted(place: cast.County, story: Story) -> Any:
    """Let the family apply at the counter and the sources answer; return the draft."""
    return drafted_on(story, cast.commissioned(place, applied(place, story)))


def drafted_on(story: Story, commission: Any) -> Any:
    """Let the sources answer as the story has it; return the draft of the report."""
    from hedui.procedure.inquiries.acts import Received, inquire, receive
    from hedui.procedure.record.actor import WORKER
    from hedui.procedure.record.moment import today
    from hedui.procedure.reports.drafting import draft

    received = []
    for envelope in inquire(commission=commission, by=WORKER):
        for ticket in envelope.tickets:
            asked = ticket.inquiry
            outcome, rows = story.answer(asked.member.key, asked.source)
            match = "exact" if rows else ""
            received.append(
                Received(ticket, outcome, match=match, as_of=today(), unit=asked.source, rows=rows)
            )
    receive(commission=commission, received=received, by=WORKER)
    return draft(commission=commission, by=WORKER)


def heard(place: cast.County, story: Story, report: Any) -> Any:
    """Let the family say what it says, bring its papers, and an officer apart resolve it."""
    from hedui.procedure.authorizations.exhibits import Paper

    key, _, item = story.written["shows"]["item"].partition(".")
    said, resolved = story.written["objects"], story.written["resolved"]
    finding = cast.finding_on(report, item, key)
    return cast.objected(
        place,
        report,
        items={finding: said["says"]},
        papers=[Paper(said["brings"], PAPER)],
    ), {"outcome": "upheld", "reasons": f"看过{said['brings']}，情况属实", **resolved}
