"""From rows to households 由行成户: each in the shape of CASE.json, and where each part stood."""

from dataclasses import dataclass, field
from typing import Any

from hedui.procedure.authorizations.workbook.reading import NotReadable, Place, Read, value_of
from hedui.procedure.authorizations.workbook.sheets import HOUSEHOLD, TAKEN, Sheet, sheets
from hedui.procedure.cases.content import Fault

WHOLE, PEOPLE = "households", "members"


@dataclass(slots=True)
class Household:
    """
    One household of the workbook.

    place: its row in the first sheet; content: CASE.json; places: the row of each part, by its
    path; is_faulty: whether a row of it could not be read; taken: its number if it was taken in
    """

    place: Place
    content: dict[str, Any]
    taken: str = ""
    is_faulty: bool = False
    places: dict[str, Place] = field(default_factory=dict)

    def place_of(self, fault: Fault) -> Place:
        """Return the row that a fault is about: the nearest that has one."""
        path = fault.field
        while path and path not in self.places:
            path = path.rpartition("/")[0]
        return self.places.get(path, self.place)


def households_in(found: Read) -> list[Household]:
    """Put rows together to households; what cannot be read or belongs to none is a fault."""
    by_code: dict[str, Household] = {}
    for sheet in sheets():
        for number, row in enumerate(found.rows[sheet.name]):
            if not row:
                continue
            place = (sheet.name, number)
            code = _code(row)
            values = _values(sheet, row, place, found)
            if sheet.part == WHOLE:
                if not code or code in by_code:
                    found.fault(place, "家庭代号没有填写,或者与另一行相同")
                    continue
                taken = str(row.get(TAKEN) or "").strip()
                by_code[code] = Household(place, values | {PEOPLE: []}, taken)
            elif (household := by_code.get(code)) is None:
                found.fault(place, "家庭代号不在“家庭”表中")
            else:
                _add(sheet, values, place, household, found)
            if place in found.faults and code in by_code:
                by_code[code].is_faulty = True
    return list(by_code.values())


def _code(row: dict[str, Any]) -> str:
    value = row.get(HOUSEHOLD)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _values(sheet: Sheet, row: dict[str, Any], place: Place, found: Read) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in sheet.columns:
        try:
            value = value_of(column, row.get(column.heading))
        except NotReadable as error:
            found.fault(place, f"{column.heading}:{error}")
            continue
        if value is not None:
            _put(values, column.name, value)
    return values


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    first, _, second = name.partition("/")
    if second:
        values.setdefault(first, {})[second] = int(value) if second == "grade" else value
    elif name == "kind" and "/" in value:
        class_, _, kind = value.partition("/")
        values |= {"class": class_} | ({"kind": kind} if kind else {})
    else:
        values[name] = value


def _add(
    sheet: Sheet, values: dict[str, Any], place: Place, household: Household, found: Read
) -> None:
    """Put a row where it belongs in its household."""
    people = household.content[PEOPLE]
    if sheet.part == PEOPLE:
        household.places[f"{PEOPLE}/{len(people)}"] = place
        people.append(values)
        return
    key = values.pop("key", None)
    position = next((n for n, one in enumerate(people) if one.get("key") == key), None)
    if position is None:
        found.fault(place, "成员代号不在这户的“成员”表中")
        return
    person, path = people[position], f"{PEOPLE}/{position}"
    if sheet.part == "authorizations":
        if "authorization" in person:
            found.fault(place, "这位成员另有一行授权")
            return
        values.setdefault("items", ["*"])
        person["authorization"] = values
        household.places[f"{path}/authorization"] = place
        return
    lines = person.setdefault(sheet.part, [])
    household.places[f"{path}/{sheet.part}/{len(lines)}"] = place
    lines.append(values)
