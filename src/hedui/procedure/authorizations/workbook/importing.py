"""Take a workbook in 导入表格: household by household, each whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass

from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.authorizations.workbook.households import Household, households_in
from hedui.procedure.authorizations.workbook.reading import Place, Read, read
from hedui.procedure.authorizations.workbook.sheets import TAKEN, sheets
from hedui.procedure.authorizations.workbook.writing import written
from hedui.procedure.cases.content import Fault, NotWellFormed
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.outcome import Refusal

Scan = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Imported:
    """
    What came of a workbook.

    taken: the numbers given; before: how many had one already; refused: how many are not taken in
    faults: what is wrong, by sheet and line as a spreadsheet counts; copy: the file, marked
    """

    taken: tuple[str, ...]
    before: int
    refused: int
    faults: tuple[tuple[str, int, str], ...]
    copy: bytes


def import_workbook(
    content: bytes,
    *,
    scan: Scan,
    by: Actor,
    most: int | None = None,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Imported:
    """
    Take in each household that is whole, and mark in a copy what is wrong with the others.

    A household with a number was taken in before, and is passed over.

    scan: gives a signed paper by its name, None if there is none; most: so many at a time;
    tell: called after each household with how many are done, and of how many
    :raises NotAWorkbook: as `read` has it
    :raises Refusal: more households than at a time
    """
    found = read(content)
    households = households_in(found)
    waiting = [one for one in households if not one.taken]
    if most is not None and len(waiting) > most:
        raise Refusal(f"一次至多导入 {most} 户,这个文件有 {len(waiting)} 户,请分成几个文件。")
    taken = []
    for done, household in enumerate(waiting, start=1):
        if not household.is_faulty and (number := _taken(household, found, scan, by)):
            found.rows[household.place[0]][household.place[1]][TAKEN] = number
            taken.append(number)
        tell(done, len(waiting))
    order = {sheet.name: place for place, sheet in enumerate(sheets())}
    faults = sorted(found.faults.items(), key=lambda one: (order[one[0][0]], one[0][1]))
    return Imported(
        taken=tuple(taken),
        before=len(households) - len(waiting),
        refused=len(waiting) - len(taken),
        faults=tuple((p[0], p[1] + 2, message) for p, said in faults for message in said),
        copy=written(found.rows, found.faults),
    )


def _taken(household: Household, found: Read, scan: Scan, by: Actor) -> str:
    """Take one household in; return its number, "" if it was refused, with why in `found`."""
    content = household.content
    try:
        return take_in(content, scans=_named_in(content, scan), by=by).number
    except NotWellFormed as refusal:
        for fault in refusal.faults:
            found.fault(household.place_of(fault), str(fault))
    except Refusal as refusal:
        place: Place = household.place_of(Fault(refusal.field, refusal.message))
        found.fault(place, refusal.message)
    return ""


def _named_in(content: dict[str, object], scan: Scan) -> dict[str, bytes]:
    people = content["members"]
    assert isinstance(people, list)
    names = {one.get("authorization", {}).get("evidence", "") for one in people} - {""}
    return {name: paper for name in names if (paper := scan(name)) is not None}
