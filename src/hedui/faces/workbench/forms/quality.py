"""What a second officer concludes, who knows nothing of the first."""

from django import forms

from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.oversight.models import SecondReview


class Second(Worded, forms.Form):
    """What one would have concluded, and why."""

    outcome = forms.ChoiceField(
        label="盲审结论", choices=[("", "请选择"), *SecondReview.Outcome.choices]
    )
    reasons = forms.CharField(
        label="理由",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="只凭本页的材料判断，不要打听原来的结论。",
    )
