"""
A sample household (样例家庭) and the draft in which it is put together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from hedui.batch.sample.numbers import Sex
from hedui.batch.sample.person import Paper, Person
from hedui.batch.sample.scans import scan
from hedui.batch.sample.truth import SOURCES, finding, is_asked, measures
from hedui.catalogue import sources
from hedui.policy import programme
from hedui.values.periods import Period

Row = dict[str, Any]
"""One row of a department's file: name, id_number, as_of and every item of the source."""

PROGRAMME: Final = "dibao"
DIVISION: Final = "310101"
_YEARS_VALID: Final = 3


@dataclass(frozen=True, slots=True)
class SampleHousehold:
    """
    A household that nobody is.

    case: the declaration, in the form of `CASE.json`
    scans: each signed paper by its file name
    rows: what each of the six departments holds of the members, signed or not; money in fen
    story: for people who look at it, in Chinese
    as_of: the day up to which the departments' data goes
    expected: what a correct report says; `findings` for each member who is asked and each
        comparison that the catalogue defines (incomes of the look-back period and values held as
        decimal yuan, counts as integers, None where nothing may be counted), `not_asked` as
        member and source, and for the hand-made ones `assessment` under the Shanghai rules of
        2024. It holds as long as `as_of` is fresh enough on the day for which freshness counts.
    """

    case: dict[str, Any]
    scans: dict[str, bytes]
    rows: dict[str, list[Row]]
    story: str
    as_of: date
    expected: dict[str, Any]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The members' ID numbers."""
        return tuple(member["id_number"] for member in self.case["members"])


@dataclass(slots=True)
class Draft:
    """
    A household in the making.

    label: ASCII, stands on the signed papers
    """

    label: str
    applied_on: date
    as_of: date
    people: list[Person] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SOURCES})
    look_back: Period = field(init=False)
    months: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.look_back = Period.year_before(self.applied_on)
        self.months = tuple(f"{month.first:%Y-%m}" for month in self.look_back.each_month())

    def member(
        self, name: str, number: str, relation: str, *, signs: Paper | None, **more: Any
    ) -> Person:
        """
        Add a member; keys run from `a`.

        signs: what this person authorizes, None for one who does not sign
        more: further fields of the declaration, such as marital_status
        """
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        sex: Sex = "male" if int(number[16]) % 2 else "female"
        member: dict[str, Any] = {
            "key": "abcdefghijklmnop"[len(self.people)],
            "name": name,
            "id_number": number,
            "relation": relation,
            "birth_date": born.isoformat(),
            "sex": sex,
            **more,
            "incomes": [],
            "expenses": [],
            "assets": [],
        }
        if signs is not None:
            member["authorization"] = self._authorization(member["key"], signs)
        person = Person(self, member, signs)
        self.people.append(person)
        return person

    def add_row(self, source: str, name: str, number: str, items: Mapping[str, object]) -> None:
        """Add a row to a department's file; items that are not given are empty."""
        row: Row = {"name": name, "id_number": number, "as_of": self.as_of.isoformat()}
        row.update(empty_items(source))
        row.update(items)
        self.rows[source].append(row)

    def finish(self, story: str, assessment: Mapping[str, object] | None = None) -> SampleHousehold:
        """Close the draft, with what a correct report says of it."""
        case = {
            "programme": PROGRAMME,
            "division": DIVISION,
            "applied_on": self.applied_on.isoformat(),
            "members": [person.member for person in self.people],
            "obligors": [],
        }
        expected: dict[str, Any] = {
            "findings": [
                finding(person, measure)
                for person in self.people
                for measure in measures().values()
                if is_asked(person, measure.source, measure.item)
            ],
            "not_asked": [
                {"member": person.key, "source": source}
                for person in self.people
                for source in SOURCES
                if not is_asked(person, source)
            ],
        }
        if assessment is not None:
            expected["assessment"] = dict(assessment)
        scans = {
            person.member["authorization"]["evidence"]: self._scan(person)
            for person in self.people
            if person.signs
        }
        return SampleHousehold(case, scans, self.rows, story, self.as_of, expected)

    def _authorization(self, key: str, paper: Paper) -> dict[str, Any]:
        signed = {
            "signed_on": self.applied_on.isoformat(),
            "form": _form(),
            "evidence": f"authorization-{key}.pdf",
            "items": list(paper.items),
            "valid_until": _years_later(self.applied_on, _YEARS_VALID).isoformat(),
        }
        return signed | ({"guardian": paper.guardian} if paper.guardian else {})

    def _scan(self, person: Person) -> bytes:
        number = person.member["id_number"]
        return scan(f"SAMPLE, nobody real: {self.label}, member {person.key}, {number}, signed")


@cache
def empty_items(source: str) -> Mapping[str, None]:
    """Return every item of a source without a value, in the catalogue's order."""
    return dict.fromkeys(sources()[source].items)


@cache
def _form() -> str:
    return programme(PROGRAMME).form.id


def _years_later(day: date, years: int) -> date:
    # signed on 29 February: valid to the end of February
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year + years, day.month, last)
