"""How days, moments, amounts and controls are written on pages."""

from datetime import datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, Select
from django.utils.safestring import SafeString

from hedui.procedure.cases.written import NOTHING, day, lasting, yuan
from hedui.procedure.record.moment import SHANGHAI
from hedui.values.marks import punctuated
from hedui.values.money import yuan_text

register = template.Library()


register.filter(day)
register.filter(yuan)
register.filter(lasting)
register.filter(punctuated)


@register.filter
def within(seconds: int) -> str:
    """Write a term that is kept in seconds."""
    return lasting(seconds * 1000)


@register.filter
def instant(value: datetime | str | None) -> str:
    """Write a moment in Chinese time: 2024年8月1日 10:02."""
    if not value:
        return NOTHING
    moment = _local(value)
    return f"{day(moment)} {moment:%H:%M}"


@register.filter
def clock(value: datetime | str | None) -> str:
    """Write a moment of a day's work: 8月1日 10:02:33."""
    if not value:
        return NOTHING
    moment = _local(value)
    return f"{moment.month}月{moment.day}日 {moment:%H:%M:%S}"


@register.filter
def exact(value: datetime | str | None) -> str:
    """Write a moment in full and to the second: 2024年8月1日 10:02:33."""
    if not value:
        return NOTHING
    moment = _local(value)
    return f"{day(moment)} {moment:%H:%M:%S}"


@register.filter
def iso(value: datetime | str | None) -> str:
    """Write a moment for machines, in the datetime attribute."""
    return _local(value).isoformat(timespec="seconds") if value else ""


@register.filter
def fen(value: int | None) -> str | None:
    """Write fen as decimal yuan, to be shown by `yuan`."""
    return None if value is None else yuan_text(value)


@register.filter
def difference(value: object) -> str:
    """Write found less declared with its sign: +¥31,580.46, −1, 0."""
    written = yuan(value)
    nought = written == NOTHING or not any(digit in "123456789" for digit in written)
    return written if nought or written.startswith("−") else f"+{written}"


@register.filter
def get(mapping: Any, key: object) -> Any:
    """Look a key up."""
    return mapping.get(key) if mapping else None


@register.filter
def grouped(number: str) -> str:
    """Write an ID number in groups that can be read aloud: 990101 19850101 1234."""
    return f"{number[:6]} {number[6:14]} {number[14:]}" if len(number) == 18 else number


@register.filter
def control(bound: BoundField) -> SafeString:
    """Render a form's control with the classes of the style sheet."""
    widget = bound.field.widget
    if isinstance(widget, CheckboxInput):
        style = "form-check-input"
    else:
        style = "form-select" if isinstance(widget, Select) else "form-control"
    if bound.errors:
        style += " is-invalid"
    return bound.as_widget(attrs={"class": style})


@register.filter
def is_tick(bound: BoundField) -> bool:
    """Tell whether a field is one tick box, whose label stands behind it."""
    return isinstance(bound.field.widget, CheckboxInput)


@register.inclusion_tag("workbench/_faults.html")
def faults(*forms: BaseForm) -> dict[str, list[tuple[str, str]]]:
    """Sum up in one box what is wrong with the forms of a page: the field's id, what is said."""
    told = [("", str(said)) for form in forms for said in form.non_field_errors()]
    for bound in (bound for form in forms for bound in form):
        label = str(bound.label)
        told += [
            (_first_of(bound), said if label in said else f"{label}：{said}")
            for said in map(str, bound.errors)
        ]
    return {"told": told}


def _first_of(bound: BoundField) -> str:
    """Return the id of a field's control; where there are many, of the first."""
    return str(bound.id_for_label or next((w.id_for_label for w in bound.subwidgets), ""))


def _local(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(SHANGHAI)
