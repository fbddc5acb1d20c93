"""What was found, written as the lines of a case (核到的收入和财产), for rules on basis "found".

Only what a source really said becomes a line. Where it said nothing usable, the class of income or
assets is *silent*, and the rules must treat it as unknown: see :func:`silent_classes`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from hedui.catalogue import Comparison, Source, sources
from hedui.comparison.comparing import companions, is_fresh
from hedui.comparison.finding import Row, SourceAnswer
from hedui.comparison.measure import drawn_in, relevant, row_period, ruled_out
from hedui.comparison.minimal import form_asked, lines_of
from hedui.values.money import yuan_text
from hedui.values.periods import Period

Line = dict[str, Any]
Read = tuple[list[Line], set[str]]
"""Lines, each with its class, and the classes of which something cannot be read."""

_INCOME_OF_TYPE: Final = {
    "wage": ("wage", "salary"),
    "bonus": ("wage", "bonus"),
    "labour_service": ("wage", "labour_service"),
    "business": ("business", "self_employed"),
    "rent": ("property", "rent"),
    "interest": ("property", "interest"),
    "dividend": ("property", "dividend"),
}
_INCOME_CLASSES: Final = frozenset(class_ for class_, _ in _INCOME_OF_TYPE.values())
_KIND_OF_BENEFIT: Final = {
    "pension": "pension",
    "basic_resident_pension": "basic_resident_pension",
    "unemployment_benefit": "unemployment_benefit",
    "work_injury": "other",
}


def found_lines(
    answers: Mapping[str, SourceAnswer], look_back: Period
) -> dict[str, list[dict[str, Any]]]:
    """Write the answers about one member as incomes and assets of a case (核到明细).

    A building carries its `unit_no`, which `once_each` needs and takes away. A wage is given gross
    with the tax the source states; yearly totals that are not exactly the look-back period, shares
    that are not stated and names in conflict give no line.
    """
    lines: dict[str, list[dict[str, Any]]] = {"incomes": [], "assets": []}
    for source in sources().values():
        answer = answers.get(source.name)
        if answer is not None and _is_complete(answer) and source.binding:
            for line in _read(answer, source, look_back)[0]:
                lines[_side(source, line["class"])].append(line)
    return lines


def silent_classes(
    answers: Mapping[str, SourceAnswer],
    look_back: Period,
    *,
    expected: Iterable[str],
    as_of: date,
) -> frozenset[str]:
    """Name the classes of which nothing is known (不明的类别), as ``incomes.wage``.

    expected: the sources that should have spoken about this member; one that was not asked, is
        down, refused, answered in part, or about a person not surely the same, is silent. So is
        an answer without a line for the class whose records are too old to prove an absence, and
        a class that cannot be read because not all of its items were asked.
    """
    silent: set[str] = set()
    for name in expected:
        source, answer = sources()[name], answers.get(name)
        classes = {comparison.against.class_name for comparison in source.binding}
        if answer is None or not (_is_complete(answer) or answer.outcome == "NOT_FOUND"):
            silent |= classes
            continue
        silent |= _unasked(answer, source)
        lines, unreadable = (
            _read(answer, source, look_back) if answer.outcome == "FOUND" else ([], set())
        )
        silent |= {f"{_side(source, class_)}.{class_}" for class_ in unreadable}
        if not is_fresh(answer, source, as_of):
            silent |= classes - {f"{_side(source, one['class'])}.{one['class']}" for one in lines}
    return frozenset(silent)


def _unasked(answer: SourceAnswer, source: Source) -> set[str]:
    """Name the classes of which not all was asked that tells what and how much."""
    if answer.items is None or answer.outcome != "FOUND":
        return set()
    return {
        one.against.class_name
        for one in source.binding
        if not {f"{source.name}.{n}" for n in (one.item, *companions(source, one))} <= answer.items
        and form_asked(source, one, answer.items) is None
    }


def _read(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    if source.forms_in(answer.items or ()):
        return lines_of(answer, source)
    return _READERS.get(source.name, _as_compared)(answer, source, look_back)


def _side(source: Source, class_: str) -> str:
    """Tell on which side of a declaration a class of a source stands."""
    return next(one.against.side for one in source.binding if one.against.class_ == class_)


def _is_complete(answer: SourceAnswer) -> bool:
    return answer.outcome == "FOUND" and answer.match != "name_conflict"


def _tax(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    sums: dict[tuple[str, str, Period], tuple[int, int]] = {}
    unreadable: set[str] = set()
    for row in answer.rows:
        income_type = row.get("income_type")
        period, amount, tax = row_period(row, source), row.get("amount_fen"), row.get("tax_fen")
        if period is not None and period.overlap(look_back) is None:
            continue
        if income_type is None:
            # whoever did not sign for the type has income of a class that nobody may know
            unreadable |= _INCOME_CLASSES
        if income_type not in _INCOME_OF_TYPE:
            continue
        class_, kind = _INCOME_OF_TYPE[str(income_type)]
        inside = period is not None and period.overlap(look_back) == period
        if period is None or not inside or not isinstance(amount, int):
            unreadable.add(class_)
            continue
        before = sums.get((class_, kind, period), (0, 0))
        paid = tax if isinstance(tax, int) else 0
        sums[class_, kind, period] = (before[0] + amount, before[1] + paid)
    lines = []
    for (class_, kind, period), (amount, paid) in sums.items():
        # a correction larger than the month itself belongs to another month we cannot tell
        if not 0 <= paid <= amount:
            unreadable.add(class_)
            continue
        lines.append(
            {
                "class": class_,
                "kind": kind,
                "amount": yuan_text(amount),
                "tax": yuan_text(paid),
                **_from_to(period),
            }
        )
    return lines, unreadable


def _social_insurance(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    lines: list[Line] = []
    for row in answer.rows:
        rate, benefit = row.get("benefit_monthly_fen"), row.get("benefit_type")
        if benefit is None and rate in (None, 0):
            continue
        drawn = _drawn(row, rate, look_back)
        if benefit is None or drawn is None:
            return lines, {"transfer"}
        if drawn:
            lines.append({"class": "transfer", "kind": _KIND_OF_BENEFIT[str(benefit)], **drawn})
    return lines, set()


def _bank(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    lines = []
    for row, balance in _amounts(answer, "balance_fen"):
        kind = "payment_account" if row.get("account_type") == "payment" else "bank"
        lines.append({"class": "deposit", "kind": kind, "value": balance, **_dated(answer)})
    return lines, _gaps(answer, "balance_fen", "deposit")


def _securities(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    lines: list[Line] = [
        {"class": "security", "value": value, **_dated(answer)}
        for item in ("market_value_fen", "cash_fen")
        for _, value in _amounts(answer, item)
    ]
    return lines, _gaps(answer, "market_value_fen", "security")


def _commercial_insurance(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    lines: list[Line] = [
        {"class": "insurance", "kind": "cash_value", "value": value, **_dated(answer)}
        for row, value in _amounts(answer, "cash_value_fen")
        if row.get("role") == "policyholder"
    ]
    own = SourceAnswer(
        answer.outcome,
        rows=[row for row in answer.rows if row.get("role") in ("policyholder", None)],
    )
    return lines, _gaps(own, "cash_value_fen", "insurance")


def _provident_fund(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    lines: list[Line] = [
        {"class": "provident_fund", "value": value, **_dated(answer)}
        for _, value in _amounts(answer, "balance_fen")
    ]
    return lines, _gaps(answer, "balance_fen", "provident_fund")


def _vehicle(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    lines, unreadable = [], set()
    (comparison,) = source.comparisons
    for row in answer.rows:
        if ruled_out(row, comparison):
            continue
        if row.get("vehicle_class") is None:
            unreadable.add("vehicle")
            continue
        line: Line = {"class": "vehicle", "kind": row["vehicle_class"]}
        price = row.get("purchase_price_fen")
        if isinstance(price, int):
            line["purchase_price"] = yuan_text(price)
        if row.get("registered_on") is not None:
            line["purchased_on"] = row["registered_on"]
        lines.append(line)
    return lines, unreadable


def _real_estate(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    lines: dict[object, Line] = {}
    unreadable = set()
    for number, row in enumerate(answer.rows):
        if row.get("use") is None:
            unreadable.add("real_estate")
            continue
        line: Line = {"class": "real_estate", "kind": row["use"]}
        share, area = row.get("share"), row.get("floor_area")
        alone = row.get("ownership") == "sole"
        if area is not None and (share is not None or alone):
            line |= {"floor_area": area, "share": share if share is not None else "1"}
        if row.get("unit_no"):
            line["unit_no"] = row["unit_no"]
        lines.setdefault(row.get("unit_no") or number, line)
    return list(lines.values()), unreadable


def _business_registration(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    lines: dict[tuple[object, object], Line] = {}
    unreadable = set()
    (comparison,) = source.comparisons
    for number, row in enumerate(answer.rows):
        if ruled_out(row, comparison):
            continue
        if row.get("entity_type") is None or row.get("role") is None:
            unreadable.add("business")
            continue
        line = {"class": "business", "kind": row["entity_type"], "role": row["role"]}
        lines[row.get("usc_code", number), row["role"]] = line
    return list(lines.values()), unreadable


def _as_compared(answer: SourceAnswer, source: Source, look_back: Period) -> Read:
    """Read a source that needs no reader of its own: each comparison's rows, as its figure is."""
    lines: list[Line] = []
    unreadable: set[str] = set()
    for comparison in source.binding:
        against = comparison.against
        kind = {"kind": against.kinds[0]} if against.kinds else {}
        for row in relevant(answer.rows, comparison):
            if ruled_out(row, comparison):
                continue
            read = _figure(row, answer, source, comparison, look_back)
            if read is None:
                unreadable.add(against.class_)
            elif read:
                lines.append({"class": against.class_, **kind, **read})
    return lines, unreadable


def _figure(
    row: Row, answer: SourceAnswer, source: Source, comparison: Comparison, look_back: Period
) -> Line | None:
    """Write a row's figure; empty where it is none of the period, None where it cannot be read."""
    amount = row.get(comparison.item)
    if comparison.measure == "sum":
        if not isinstance(amount, int):
            return None
        return {"value": yuan_text(amount), **_dated(answer)} if amount >= 0 else {}
    if comparison.measure == "monthly":
        return _drawn(row, amount, look_back)
    period = row_period(row, source)
    if period is not None and period.overlap(look_back) is None:
        return {}
    inside = period is not None and period.overlap(look_back) == period
    if period is None or not inside or not isinstance(amount, int) or amount < 0:
        return None
    return {"amount": yuan_text(amount), **_from_to(period)}


def _drawn(row: Row, rate: object, look_back: Period) -> Line | None:
    """Write what was drawn of a benefit in the look-back period (待遇)."""
    if rate == 0:
        return {}
    drawn = drawn_in(row, look_back)
    stopped = row.get("status") in ("suspended", "ended")
    if drawn is None or stopped or not isinstance(rate, int):
        return None
    if not isinstance(drawn, Period):
        return {}
    return {"amount": yuan_text(rate * drawn.months()), **_from_to(drawn)}


_READERS: Final[Mapping[str, Callable[[SourceAnswer, Source, Period], Read]]] = {
    "social_insurance": _social_insurance,
    "commercial_insurance": _commercial_insurance,
    "vehicle": _vehicle,
    "real_estate": _real_estate,
    "tax": _tax,
    "bank": _bank,
    "securities": _securities,
    "provident_fund": _provident_fund,
    "business_registration": _business_registration,
}


def _amounts(answer: SourceAnswer, item: str) -> Iterator[tuple[Row, str]]:
    """Yield each row with its amount as yuan; an overdraft is no asset and is left out."""
    for row in answer.rows:
        amount = row.get(item)
        if isinstance(amount, int) and amount >= 0:
            yield row, yuan_text(amount)


def _gaps(answer: SourceAnswer, item: str, class_: str) -> set[str]:
    return {class_} if any(row.get(item) is None for row in answer.rows) else set()


def _dated(answer: SourceAnswer) -> Line:
    return {} if answer.as_of is None else {"as_of": answer.as_of.isoformat()}


def _from_to(period: Period) -> Line:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}
