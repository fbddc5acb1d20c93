"""The authorization 授权 of one member, as it was signed on paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms

from hedui import catalogue
from hedui.faces.workbench.forms.application import DayInput
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.authorizations.evidence import MOST_BYTES
from hedui.procedure.cases.queries import Person
from hedui.procedure.record.moment import today
from hedui.wire.artefact import LONGEST_VALIDITY

REASONS = (
    ("本人要求撤回", "本人要求撤回"),
    ("监护人要求撤回", "监护人要求撤回"),
    ("申请已撤回", "申请已撤回"),
    ("登记有误，重新登记", "登记有误，重新登记"),
)


@dataclass(frozen=True, slots=True)
class SourceItems:
    """One source with the items that may be ticked: full name, label, sensitive, ticked."""

    name: str
    label: str
    unit: str
    items: list[tuple[str, str, bool, bool]]


class Authorization(Worded, forms.Form):
    """Days, scan and guardian; the items are ticked beside it."""

    signed_on = forms.DateField(label="签署日期", widget=DayInput)
    valid_until = forms.DateField(
        label="授权有效期至", widget=DayInput, help_text="含当日。以授权书上写明的日期为准。"
    )
    guardian = forms.ChoiceField(label="监护人（代为签署）", required=False)
    scan = forms.FileField(
        label="已签名的授权书扫描件",
        help_text="PDF、PNG 或 JPEG，不超过 10 MB。加密保存，只留摘要对外。",
    )

    def __init__(self, *args: Any, adults: Iterable[Person] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = today()
        self.fields["signed_on"].initial = day
        self.fields["valid_until"].initial = _year_on(day)
        self.fields["scan"].widget.attrs["accept"] = ".pdf,.png,.jpg,.jpeg"
        if adults is None:
            del self.fields["guardian"]
            return
        guardian = self.fields["guardian"]
        guardian.required = True
        guardian.choices = [  # type: ignore[attr-defined]
            (p.key, f"{p.name}（{p.is_to_applicant}）") for p in adults
        ]

    def clean_valid_until(self) -> date:
        """Refuse what is over already, and what the record would cut short."""
        until: date = self.cleaned_data["valid_until"]
        signed: date | None = self.cleaned_data.get("signed_on")
        if until < today() and not (signed and until < signed):
            raise forms.ValidationError("授权有效期已过，不能据此查询，请重新签署授权书。")
        if until > today() + LONGEST_VALIDITY - timedelta(days=1):
            years = LONGEST_VALIDITY.days // 365
            raise forms.ValidationError(f"授权有效期最长 {years} 年，请与授权书一并更正。")
        return until

    def clean_scan(self) -> Any:
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["scan"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("签署件不能超过 10 MB，请降低扫描分辨率后上传。")
        return file


class Revocation(forms.Form):
    """Why an authorization ends; fixed words, because the reason enters the ledger."""

    reason = forms.ChoiceField(label="撤回原因", choices=REASONS)


def source_items(needed: Iterable[str], ticked: Iterable[str]) -> list[SourceItems]:
    """Group the items a programme needs by source, each with whether it is ticked."""
    wanted, marked = set(needed), set(ticked)
    return [
        SourceItems(
            source.name,
            source.label,
            source.unit,
            [
                (item.full_name, item.label, item.sensitive, item.full_name in marked)
                for item in source.items.values()
                if item.full_name in wanted
            ],
        )
        for source in catalogue.sources().values()
        if any(item.full_name in wanted for item in source.items.values())
    ]


def _year_on(day: date) -> date:
    """Return the last day of the year that begins on `day`."""
    try:
        return day.replace(year=day.year + 1) - timedelta(days=1)
    except ValueError:
        return date(day.year + 1, 2, 28)
