"""What is agreed with a department 信息共享协议."""

from datetime import timedelta
from typing import Any

from django import forms

from hedui import catalogue
from hedui.faces.workbench.forms.application import DayInput
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.agencies.agreement_files import MOST_BYTES
from hedui.procedure.agencies.agreements import MOST_DAYS_OLD, Terms
from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.inquiries.dispatch import channels
from hedui.procedure.record.moment import today


class HourInput(forms.TimeInput):
    """An hour of the day, chosen in the browser's own clock."""

    input_type = "time"


class AgreementTerms(Worded, forms.Form):
    """The terms that are proposed, to begin with those agreed now, or the catalogue's."""

    items = forms.MultipleChoiceField(
        label="查询项",
        widget=forms.CheckboxSelectMultiple,
        help_text="不在协议内的查询项不查询。同时选了区间、有无、数量的，先只问这些，不够判断时才问数额。",
    )
    channel = forms.ChoiceField(label="交换方式", choices=channels)
    max_age_days = forms.IntegerField(
        label="数据有效天数",
        min_value=1,
        max_value=MOST_DAYS_OLD,
        help_text="数据截止日早于这些天的答复照常保存，但不作为依据。",
    )
    opens = forms.TimeField(label="服务时间起", required=False, widget=HourInput)
    closes = forms.TimeField(
        label="服务时间止",
        required=False,
        widget=HourInput,
        help_text="起止都不填，表示全天。服务时间以外的查询等到服务时间再发出。",
    )
    per_minute = forms.IntegerField(
        label="每分钟最多查询",
        min_value=1,
        required=False,
        help_text="部门约定的上限，超过的等到下一分钟再发出；没有约定的不填。批量文件不按它计。",
    )
    contact = forms.CharField(label="部门联系人", max_length=120, help_text="处室和值班电话。")
    legal_basis = forms.CharField(
        label="依据", max_length=200, help_text="协议文号，或者法规的名称和条款。"
    )
    first_day = forms.DateField(label="协议起", widget=DayInput)
    last_day = forms.DateField(
        label="协议止（含当日）", widget=DayInput, help_text="期满即不再查询；不超过五年。"
    )

    def __init__(
        self, *args: Any, department: Department, standing: Agreement | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs | {"initial": _initial(department, standing)})
        field = self.fields["items"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (item.full_name, f"{item.label}（敏感）" if item.sensitive else item.label)
            for item in catalogue.sources()[department.source].askable.values()
        ]

    def terms(self) -> Terms:
        """Return the terms as the act takes them."""
        return Terms(**self.cleaned_data)


class AgreementTable(Worded, forms.Form):
    """A table with an agreement in each row."""

    table = forms.FileField(label="协议表格", help_text="CSV 或 XLSX，一行一份。")

    def clean_table(self) -> Any:
        """Refuse what no table of agreements is so large as."""
        file = self.cleaned_data["table"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("表格不能超过 2 MB。")
        return file


_KEPT = (
    *("items", "channel", "max_age_days", "opens", "closes", "per_minute"),
    *("contact", "legal_basis"),
)


def _initial(department: Department, standing: Agreement | None) -> dict[str, Any]:
    source = catalogue.sources()[department.source]
    begins = {"first_day": today(), "last_day": today() + timedelta(days=364)}
    if standing is None:
        items = [item.full_name for item in source.items.values()]
        return begins | {"items": items, "max_age_days": source.max_age_days}
    return begins | {name: getattr(standing, name) for name in _KEPT}
