"""Compare one member's declaration with the answers of the sources (电子比对)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from hedui.catalogue import Comparison, Minimal, Source, expand, sources
from hedui.comparison.classify import COMPANION, Seen, classify
from hedui.comparison.finding import Finding, SourceAnswer, Status, Unit
from hedui.comparison.measure import declared_total, measure, relevant, ruled_out
from hedui.comparison.membership import registered
from hedui.comparison.minimal import form_asked, seen_in
from hedui.values.money import yuan_text
from hedui.values.periods import Period

_HINT: Final = (
    "{unit}查到{label}的记录,但没有申报相应的收入。这类记录只是线索,不是收入,没有计入。请说明情况。"
)
_LIVING_HINT: Final = (
    "{unit}查到{label}的记录{words}。这类记录只用来了解生活状况,不是收入或者财产,没有计入。"
)


def compare_member(
    *,
    member_key: str,
    declared: Mapping[str, Any],
    answers: Mapping[str, SourceAnswer],
    authorized_items: Iterable[str],
    look_back: Period,
    as_of: date,
) -> list[Finding]:
    """Compare, source by source, in the order of the catalogue (逐项比对).

    declared: the member's part of the application: incomes and assets
    answers: source → its answer; a source that is not there was not asked and yields nothing
    authorized_items: what the member signed for; an item outside yields nothing, whatever came
    as_of: the day for which freshness counts (核对日)

    Each comparison of the catalogue gives one finding; a hint gives one only where it raises a
    question, a membership where somebody has to look at what is registered.
    """
    asked = _Asked(declared, frozenset(expand(authorized_items)), look_back, as_of)
    findings = []
    for source in sources().values():
        answer = answers.get(source.name)
        if answer is None:
            continue
        for comparison in source.comparisons:
            form = form_asked(source, comparison, asked.authorized)
            if form is None and f"{source.name}.{comparison.item}" not in asked.authorized:
                continue
            verdict = _verdict(asked, answer, source, comparison, form)
            if verdict is not None:
                one = _finding(member_key, answer, source, comparison, verdict)
                findings.append(one if form is None else _in_form(one, form))
    return findings


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one member declared and signed for, and the days that count."""

    declared: Mapping[str, Any]
    authorized: frozenset[str]
    look_back: Period
    as_of: date


@dataclass(frozen=True, slots=True)
class _Verdict:
    status: Status
    note: str
    declared: int | None
    found: int | None
    words: str = ""


def _verdict(
    asked: _Asked,
    answer: SourceAnswer,
    source: Source,
    comparison: Comparison,
    form: Minimal | None,
) -> _Verdict | None:
    missing = [
        source.items[name].label
        for name in companions(source, comparison)
        if f"{source.name}.{name}" not in asked.authorized
    ]
    if comparison.measure == "membership":
        held = registered(asked.declared, answer, source, comparison, missing=missing)
        return None if held is None else _Verdict(held.status, held.note, None, None, held.words)
    if comparison.against.side == "members":
        return _living_hint(answer, comparison)
    said = declared_total(asked.declared, comparison, asked.look_back)
    if comparison.measure == "hint":
        return _hint(said, answer, comparison)
    usable = answer.outcome in ("FOUND", "PARTIAL") and answer.match != "name_conflict"
    seen = Seen(None if usable else 0, usable)
    if usable and missing and form is None:
        seen = Seen(None, True, obstacle=COMPANION.format(items="、".join(missing)))
    elif usable and form:
        seen = seen_in(answer, form, said)
    elif usable:
        seen = measure(answer.rows, source, comparison, asked.look_back)
    status, note = classify(
        answer.outcome,
        match=answer.match,
        fresh=is_fresh(answer, source, asked.as_of),
        declared=said,
        seen=seen,
    )
    speaks = status in (Status.CONSISTENT, Status.INCONSISTENT)
    exact = speaks and (form is None or form.form == "count")
    words = seen.words if speaks and not exact else ""
    return _Verdict(status, note, said, seen.measured if exact else None, words)


def _in_form(finding: Finding, form: Minimal) -> Finding:
    return replace(finding, item=form.item.full_name, label=form.item.label)


def _hint(said: int | None, answer: SourceAnswer, comparison: Comparison) -> _Verdict | None:
    """Raise a question where a hint stands against a declared nothing; otherwise say nothing."""
    if said != 0 or not _hinted(answer, comparison):
        return None
    return _Verdict(Status.AWAITING_EXPLANATION, _HINT, said, None)


def _living_hint(answer: SourceAnswer, comparison: Comparison) -> _Verdict | None:
    """Show a hint that stands against nothing declared (辅助线索); nobody need explain it."""
    amounts = _hinted(answer, comparison)
    if not amounts:
        return None
    words = "、".join(f"{yuan_text(amount)} 元" for amount in amounts)
    return _Verdict(Status.NOT_COMPARABLE, _LIVING_HINT, None, None, words)


def _hinted(answer: SourceAnswer, comparison: Comparison) -> list[int]:
    """Return the amounts above nought that a hint rests on; none where the person is not sure."""
    if answer.outcome != "FOUND" or answer.match == "name_conflict":
        return []
    amounts = [
        row.get(comparison.item)
        for row in relevant(answer.rows, comparison)
        if not ruled_out(row, comparison)
    ]
    return [amount for amount in amounts if isinstance(amount, int) and amount > 0]


def companions(source: Source, comparison: Comparison) -> list[str]:
    """Name the items without which the rows cannot be told apart or dated."""
    dated = [source.dated_by] if comparison.measure == "sum_in_period" and source.dated_by else []
    return [*comparison.companions, *dated]


def is_fresh(answer: SourceAnswer, source: Source, as_of: date) -> bool:
    """Tell whether an answer is recent enough to be relied on (数据是否够新)."""
    longest = source.max_age_days if answer.max_age_days is None else answer.max_age_days
    return answer.as_of is not None and (as_of - answer.as_of).days <= longest


def _finding(
    member_key: str,
    answer: SourceAnswer,
    source: Source,
    comparison: Comparison,
    verdict: _Verdict,
) -> Finding:
    things = comparison.measure == "count"
    unit: Unit = "words" if comparison.against.side == "members" else "count" if things else "fen"
    note = verdict.note.format(
        unit=answer.unit or source.unit,
        as_of=answer.as_of.isoformat() if answer.as_of else "不详",
        label=comparison.label,
        words=verdict.words,
    )
    return Finding(
        member_key=member_key,
        source=source.name,
        item=f"{source.name}.{comparison.item}",
        label=comparison.label,
        side=comparison.against.side,
        class_=comparison.against.class_,
        status=verdict.status,
        unit=unit,
        note=note,
        declared_fen=None if things else verdict.declared,
        found_fen=None if things else verdict.found,
        declared_count=verdict.declared if things else None,
        found_count=verdict.found if things else None,
        found_words=verdict.words if comparison.is_figure else "",
        as_of=answer.as_of,
        match=answer.match,
    )
