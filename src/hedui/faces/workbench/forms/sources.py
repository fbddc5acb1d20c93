"""Whether a source was right 来源核实, what it answers 更正答复, and that it is used again."""

from django import forms

from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.reports.models import Correction, SourceReview


class Review(Worded, forms.Form):
    """Whether the source was right; nothing is chosen beforehand."""

    verdict = forms.ChoiceField(
        label="核实结果",
        choices=[
            ("right", "来源无误"),
            *((fault, f"来源有误：{label}") for fault, label in SourceReview.Fault.choices),
        ],
        widget=forms.RadioSelect,
    )

    def clean_verdict(self) -> str:
        """Return what was wrong; nothing where the source was right."""
        verdict = str(self.cleaned_data["verdict"])
        return "" if verdict == "right" else verdict


class Answer(Worded, forms.Form):
    """What a department answered to a request for correction."""

    outcome = forms.ChoiceField(
        label="部门的答复", choices=Correction.Outcome.choices, widget=forms.RadioSelect
    )
    document = forms.CharField(label="复函文号", max_length=80, required=False)


class Lift(Worded, forms.Form):
    """Why a suspended source may be used again."""

    reason = forms.CharField(
        label="来源的问题如何解决",
        max_length=200,
        help_text="如：部门已修复批量导入错位。不要写任何人的姓名、号码或金额。",
    )
