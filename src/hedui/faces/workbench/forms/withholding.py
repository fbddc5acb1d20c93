"""What is not shown to a person for a time, and why."""

from collections.abc import Iterable
from typing import Any

from django import forms

from hedui.faces.workbench.forms.application import DayInput
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.reports.models import Withholding


class Proposal(Worded, forms.Form):
    """Entries of one person, the reason, its ground and its end."""

    entries = forms.TypedMultipleChoiceField(
        label="暂不展示的记录", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.ChoiceField(label="理由", choices=[("", "请选择"), *Withholding.Reason.choices])
    basis = forms.ChoiceField(label="依据", choices=[("", "请选择"), *Withholding.Basis.choices])
    document = forms.CharField(
        label="来函文号", max_length=80, help_text="请求机关来函的文号，不写任何人的姓名。"
    )
    last_day = forms.DateField(
        label="暂不展示至（含当日）", widget=DayInput, help_text="期满自动恢复展示，并告知本人。"
    )

    def __init__(self, *args: Any, choices: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["entries"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(choices)
