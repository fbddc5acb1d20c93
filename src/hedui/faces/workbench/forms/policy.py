"""Which programme, place and day a page on parameters is about."""

from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from hedui.faces.workbench.forms.application import DayInput
from hedui.faces.workbench.forms.wording import Worded
from hedui.policy.programme import programmes

_CODE = {"pattern": "[0-9]{6}", "inputmode": "numeric"}


class Wanted(NamedTuple):
    """The programme and the day."""

    programme: str
    on: date


class Asked(Worded, forms.Form):
    """Programme and day; 低保 and today unless asked otherwise."""

    programme = forms.ChoiceField(label="救助项目", required=False)
    on = forms.DateField(label="日期", required=False, widget=DayInput)

    def __init__(self, data: QueryDict | None = None, *, today: date, **kwargs: Any) -> None:
        usual = {"programme": "dibao", "on": today.isoformat()}
        super().__init__(usual | data.dict() if data else None, **kwargs)
        self._today = today
        choices = [(one.name, one.label) for one in programmes().values()]
        self.fields["programme"].choices = choices  # type: ignore[attr-defined]
        self.fields["programme"].initial = "dibao"
        self.fields["on"].initial = today

    @property
    def asked(self) -> Wanted:
        """What is asked for; what is not said, or said wrongly, is the usual."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return Wanted(given.get("programme") or "dibao", given.get("on") or self._today)


class Looked(Asked):
    """What holds at a place, and which parameters of it by their name."""

    q = forms.CharField(label="查找参数", required=False, max_length=40)

    @property
    def text(self) -> str:
        """What a name must contain."""
        return str(self.cleaned_data.get("q", "")) if self.is_bound and self.is_valid() else ""


class Pair(Asked):
    """Two places, two days, or both."""

    division = forms.RegexField(
        r"^[0-9]{6}$", label="地方（行政区划代码）", widget=forms.TextInput(attrs=_CODE)
    )
    and_division = forms.RegexField(
        r"^[0-9]{6}$",
        label="另一地方（行政区划代码）",
        required=False,
        widget=forms.TextInput(attrs=_CODE),
    )
    and_on = forms.DateField(label="另一日期", required=False, widget=DayInput)
    field_order = ("programme", "division", "on", "and_division", "and_on")

    def clean(self) -> dict[str, Any]:
        """Ask for something to compare with."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("and_division") and not given.get("and_on"):
            raise forms.ValidationError("请填写另一地方或另一日期。")
        given["programme"] = given.get("programme") or "dibao"
        return given

    @property
    def sides(self) -> tuple[tuple[str, date], tuple[str, date]]:
        """Place and day of each side; what is not said of the other is as on the first."""
        given = self.cleaned_data
        first = given["division"], given.get("on") or self._today
        return first, (given.get("and_division") or first[0], given.get("and_on") or first[1])
