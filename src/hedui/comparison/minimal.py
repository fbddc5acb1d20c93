"""Hold less than a value (简答) against what was declared, and write it as lines of a case."""

from collections.abc import Collection
from typing import Any

from hedui.catalogue import Comparison, ItemValue, Minimal, Source
from hedui.comparison.classify import Seen
from hedui.comparison.finding import SourceAnswer
from hedui.comparison.measure import NO_VALUE
from hedui.values.money import yuan_text

Line = dict[str, Any]


def form_asked(source: Source, comparison: Comparison, asked: Collection[str]) -> Minimal | None:
    """Return the form in which a comparison's figure was asked; none where it was asked whole."""
    if f"{source.name}.{comparison.item}" in asked:
        return None
    return next((one for one in source.forms_in(asked) if one.of == comparison.item), None)


def seen_in(answer: SourceAnswer, form: Minimal, declared: int | None) -> Seen:
    """See a minimal answer from what was declared: equal to it where it may be equal."""
    value = _value(answer, form)
    if value is None:
        return Seen(None, present=True, obstacle=NO_VALUE)
    least, most = form.between(value)
    nearest = max(least, declared or 0) if most is None else min(max(least, declared or 0), most)
    return Seen(nearest, present=most != 0, words=form.words(value))


def lines_of(answer: SourceAnswer, source: Source) -> tuple[list[Line], set[str]]:
    """Write minimal answers as lines with bounds, and name the classes of which more is needed."""
    lines: list[Line] = []
    unknown: set[str] = set()
    for form in source.forms_in(answer.items or ()):
        value, class_ = _value(answer, form), source.figure_of(form).against.class_
        least, most = (0, None) if value is None else form.between(value)
        if most == 0:
            continue
        if value is None or form.form != "band":  # how many there are says not of which kind
            unknown.add(class_)
            continue
        line = {"class": class_, "at_least": yuan_text(least)}
        line |= {} if most is None else {"at_most": yuan_text(most)}
        lines.append(line | ({} if answer.as_of is None else {"as_of": answer.as_of.isoformat()}))
    return lines, unknown


def _value(answer: SourceAnswer, form: Minimal) -> ItemValue:
    return next((row[form.item.name] for row in answer.rows if form.item.name in row), None)
