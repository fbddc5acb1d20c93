"""The application 申请 and the file that brings a whole one."""

from datetime import date
from typing import Any

from django import forms

from hedui import policy
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.agencies.models import Agency
from hedui.procedure.authorizations.workbook.reading import MOST_BYTES as LARGEST_BOOK
from hedui.procedure.cases.content import (
    EARLIEST,
    MOST_BYTES,
    TOO_EARLY,
    NotWellFormed,
    read_file,
)
from hedui.procedure.record.moment import today
from hedui.values.divisions import Division, children, division
from hedui.wire.seals import SECRET

Groups = list[tuple[str, list[tuple[str, str]]]]


class PublicKeyInput(forms.Textarea):
    """Public keys as PEM text; a secret one that was pasted by mistake is not shown again."""

    def __init__(self, rows: int) -> None:
        super().__init__(attrs={"rows": rows, "spellcheck": "false"})

    def format_value(self, value: Any) -> str:
        """Write the text, unless there is a secret key in it."""
        text = str(value or "")
        return "" if SECRET in text else text


class DayInput(forms.DateInput):
    """A day, chosen in the browser's own calendar."""

    input_type = "date"

    def format_value(self, value: Any) -> str:
        """Write the day as the browser wants it."""
        return value.isoformat() if isinstance(value, date) else str(value or "")


class MonthInput(forms.DateInput):
    """A month, chosen in the browser's own calendar."""

    input_type = "month"

    def format_value(self, value: Any) -> str:
        """Write the month as the browser wants it."""
        return f"{value:%Y-%m}" if isinstance(value, date) else str(value or "")


class Application(Worded, forms.Form):
    """Programme, county and day of an application."""

    programme = forms.ChoiceField(label="救助项目")
    division = forms.ChoiceField(label="县（市、区）", help_text="户籍地或经常居住地，按当地规定。")
    applied_on = forms.DateField(label="申请日期", widget=DayInput)

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = [  # type: ignore[attr-defined]
            (p.name, p.label) for p in policy.known_programmes().values()
        ]
        self.fields["division"].choices = counties(agency.division)  # type: ignore[attr-defined]
        self.fields["division"].initial = agency.division

    def clean_applied_on(self) -> date:
        """Refuse a day that has not come yet, and one on which nobody could apply yet."""
        day: date = self.cleaned_data["applied_on"]
        if day > today():
            raise forms.ValidationError("申请日期不能晚于今天。")
        if day < EARLIEST:
            raise forms.ValidationError(f"{TOO_EARLY}。")
        return day


def counties(code: str) -> Groups:
    """Return the counties of the province a division lies in, by city, as choices."""
    top = division(code)
    while top.parent:
        top = division(top.parent)
    direct: list[Division] = []
    groups: Groups = []
    for below in children(top.code):
        if below.level == "county":
            direct.append(below)
        else:
            groups.append(
                (
                    below.name,
                    [(c.code, c.name) for c in children(below.code)] or [(below.code, below.name)],
                )
            )
    if direct:
        groups.append((top.name, [(c.code, c.name) for c in direct]))
    return groups


class SeveralFilesInput(forms.ClearableFileInput):
    """A control that takes several files."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Several uploaded files."""

    widget = SeveralFilesInput

    def clean(self, files: Any, initial: Any = None) -> Any:
        """Check each file alone."""
        one = super().clean
        given = files if isinstance(files, list | tuple) else [files] if files else []
        return [one(file, initial) for file in given]


class CaseFile(Worded, forms.Form):
    """CASE.json and the signed papers it names."""

    case = forms.FileField(label="申请文件 CASE.json")
    scans = SeveralFiles(
        label="签署件扫描件",
        required=False,
        help_text="申请文件中 evidence 写明的文件，可多选；PDF、PNG 或 JPEG。",
    )

    def clean_case(self) -> dict[str, Any]:
        """Read the file."""
        file = self.cleaned_data["case"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("申请文件不能超过 2 MB。")
        try:
            return read_file(file.read())
        except NotWellFormed as refusal:
            raise forms.ValidationError(f"{refusal.faults[0].message}。") from None


class Book(Worded, forms.Form):
    """A workbook of many households and the signed papers it names."""

    book = forms.FileField(label="申请表（xlsx）")
    scans = SeveralFiles(
        label="签署件扫描件",
        required=False,
        help_text="授权表中写明的签署件文件，可多选；PDF、PNG 或 JPEG。",
    )

    def clean_book(self) -> bytes:
        """Read the file, no more of it than is taken."""
        content: bytes = self.cleaned_data["book"].read(LARGEST_BOOK + 1)
        return content
