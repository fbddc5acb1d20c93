"""How a computation's words are written on pages: members by name, trust marks in words."""

from collections.abc import Mapping

from django import template

from hedui.faces.workbench.parameters import MARKS, place_name
from hedui.policy.law import SEEN
from hedui.procedure.reports.documents.assessment import with_names

register = template.Library()


@register.filter
def told(label: str, names: Mapping[str, str]) -> str:
    """Say members' names where the rules write their keys."""
    return with_names(label, dict(names))


@register.filter
def seen_words(mark: str) -> str:
    """Say how far a text was read."""
    return MARKS[mark] if mark in SEEN else ""


@register.filter
def division_name(code: str | None) -> str:
    """Name a division."""
    return place_name(code or "") or (code or "")
