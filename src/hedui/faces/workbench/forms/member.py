"""The form of one member 家庭成员: from what was posted to the declaration, and back."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from hedui.faces.workbench.forms.entries import (
    PERSON,
    SIDES,
    Ask,
    Entry,
    Group,
    Row,
    asset_asks,
    expense_asks,
    income_asks,
)
from hedui.procedure.cases import labels
from hedui.procedure.cases.content import Fault
from hedui.procedure.cases.queries import faults_of_member
from hedui.values.money import MoneyError, fen_from_yuan, yuan_text
from hedui.values.periods import Period

_LINE = re.compile(r"(incomes|assets|expenses)-(\d{1,3})-class")
_DO = re.compile(r"(add|remove):(incomes|assets|expenses)\.(\w{1,20})")
YES_NO = {"yes": True, "no": False}

Line = dict[str, Any]


def asks_of(side: str, class_: str) -> tuple[tuple[Ask, ...], tuple[Ask, ...]]:
    """Return the fields of a line and those folded away."""
    if side == "incomes":
        return income_asks(class_)
    return asset_asks(class_) if side == "assets" else (expense_asks(), ())


def read(posted: QueryDict, key: str) -> dict[str, Any]:
    """Read what was posted, in the shape of CASE.json; what was left empty is left out."""
    member: dict[str, Any] = {"key": key}
    for ask in PERSON:
        value = posted.get(ask.name.replace("/", "-"), "").strip()
        if value:
            _put(member, ask, value)
    if "disability" in member and member["disability"].get("grade"):
        member["disability"]["grade"] = int(member["disability"]["grade"])
    for side, *_ in SIDES:
        member[side] = _lines(posted, side)
    return member


def _put(member: dict[str, Any], ask: Ask, value: str) -> None:
    if ask.name == "employed":
        member["employed"] = YES_NO.get(value, value)
    elif ask.kind == "tick":
        member[ask.name] = True
    elif "/" in ask.name:
        outer, inner = ask.name.split("/")
        member.setdefault(outer, {})[inner] = value
    else:
        member[ask.name] = value


def _lines(posted: QueryDict, side: str) -> list[Line]:
    found = (_LINE.fullmatch(name) for name in posted)
    indexes = sorted(int(m[2]) for m in found if m and m[1] == side)
    lines = []
    for index in indexes:
        class_ = posted.get(f"{side}-{index}-class", "")
        if class_ not in _classes(side):
            continue
        line: Line = {} if side == "expenses" else {"class": class_}
        shown, seldom = asks_of(side, class_)
        for ask in (*shown, *seldom):
            value = posted.get(f"{side}-{index}-{ask.name}", "").strip()
            if value:
                line[ask.name] = _read_as(ask.kind, value)
        lines.append(line)
    return lines


def _read_as(kind: str, value: str) -> str | int:
    if kind == "count" and value.isascii() and value.isdigit():
        return int(value)
    return _plain(value) if kind == "money" else value


def _classes(side: str) -> Mapping[str, str]:
    return {name: dict(adds) for name, _, _, _, adds in SIDES}[side]


def _plain(amount: str) -> str:
    """Write an amount as files have it; what is no amount stays, to be corrected."""
    try:
        return yuan_text(fen_from_yuan(amount))
    except MoneyError:
        return amount


def arrange(member: dict[str, Any], wish: str, look_back: Period) -> str:
    """
    Add or take away a line, as the pressed button asks; return the id of the field to go on with.
    """
    found = _DO.fullmatch(wish)
    if found is None:
        return ""
    act, side, what = found.groups()
    lines = member[side]
    if act == "remove":
        if what.isdigit() and int(what) < len(lines):
            del lines[int(what)]
        return f"add-{side}"
    if what not in _classes(side) or len(lines) >= 200:
        return ""
    line: Line = {} if side == "expenses" else {"class": what}
    shown = {ask.name: ask for ask in asks_of(side, what)[0]}
    if "from" in shown:
        line |= {"from": look_back.first.isoformat(), "to": look_back.last.isoformat()}
    if "as_of" in shown:
        line["as_of"] = look_back.last.isoformat()
    if "kind" in shown and shown["kind"].choices:
        line["kind"] = shown["kind"].choices[0][0]
    lines.append(line)
    return f"{side}-{len(lines) - 1}-{next(iter(shown))}"


def faults_of(content: dict[str, Any], position: int) -> dict[str, str]:
    """Return what is wrong with a member, by the id of the field."""
    member = content["members"][position]
    own = _disability_faults(member) + _money_faults(member)
    others = {
        name: part
        for name, part in member.items()
        if name != "disability" or not _disability_faults(member)
    }
    members = [*content["members"]]
    members[position] = others
    found = faults_of_member({**content, "members": members}, position=position)
    by_id: dict[str, str] = {}
    for fault in own + found:
        by_id.setdefault(fault.field.replace("/", "-"), fault.message.rstrip("。"))
    return dict(sorted(by_id.items(), key=lambda one: _place(one[0])))


def _disability_faults(member: dict[str, Any]) -> list[Fault]:
    held = member.get("disability") or {}
    if not held or ("category" in held and "grade" in held):
        return []
    missing = "grade" if "category" in held else "category"
    return [Fault(f"disability/{missing}", "残疾类别和等级须一并填写")]


def _money_faults(member: dict[str, Any]) -> list[Fault]:
    faults = []
    for side, *_ in SIDES:
        for index, line in enumerate(member[side]):
            shown, seldom = asks_of(side, line.get("class", "expense"))
            for ask in (*shown, *seldom):
                if ask.kind == "money" and ask.name in line:
                    try:
                        fen_from_yuan(line[ask.name])
                    except MoneyError as error:
                        faults.append(Fault(f"{side}/{index}/{ask.name}", str(error)))
    return faults


def _place(field: str) -> tuple[int, int, str]:
    """Sort faults as the page has the fields."""
    names = [ask.name.replace("/", "-") for ask in PERSON]
    if field in names:
        return 0, names.index(field), ""
    side, _, rest = field.partition("-")
    sides = [name for name, *_ in SIDES]
    index, _, name = rest.partition("-")
    return (
        1 + sides.index(side) if side in sides else 9,
        int(index) if index.isdigit() else 0,
        name,
    )


def label_of(field: str) -> str:
    """Name a field for the summary of what is wrong: 收入第 1 项·金额."""
    for ask in PERSON:
        if ask.name.replace("/", "-") == field:
            return ask.label
    return labels.field_label(field.replace("-", "/"))


def person_entries(member: dict[str, Any], faults: Mapping[str, str], focus: str) -> list[Entry]:
    """Return the fields about the person."""
    return [
        _entry(ask, ask.name.replace("/", "-"), _value(member, ask), faults, focus)
        for ask in PERSON
    ]


def groups(member: dict[str, Any], faults: Mapping[str, str], focus: str) -> list[Group]:
    """Return the lines of income, property and expense."""
    return [
        Group(
            side,
            title,
            hint,
            unit,
            [
                _row(side, index, line, faults, focus)
                for index, line in enumerate(member.get(side, []))
            ],
            adds,
        )
        for side, title, hint, unit, adds in SIDES
    ]


def _row(side: str, index: int, line: Line, faults: Mapping[str, str], focus: str) -> Row:
    class_ = line.get("class", "expense")
    prefix = f"{side}-{index}-"
    shown, seldom = (
        [_entry(ask, prefix + ask.name, str(line.get(ask.name, "")), faults, focus) for ask in asks]
        for asks in asks_of(side, class_)
    )
    if side == "assets":  # what only a file fills in is not offered, but is not lost either
        seldom = [entry for entry in seldom if entry.value]
    return Row(index, _classes(side)[class_], class_, shown, seldom)


def _entry(ask: Ask, id_: str, value: str, faults: Mapping[str, str], focus: str) -> Entry:
    return Entry(ask, id_, value, faults.get(id_, ""), focus=id_ == focus)


def _value(member: dict[str, Any], ask: Ask) -> str:
    outer, _, inner = ask.name.partition("/")
    value = member.get(outer)
    if inner:
        value = (value or {}).get(inner)
    if isinstance(value, bool):
        return ("yes" if value else "no") if ask.name == "employed" else ("1" if value else "")
    return "" if value is None else str(value)
