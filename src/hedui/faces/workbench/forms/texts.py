"""A text of the authorization form 授权书文本 to be published."""

from typing import Any

from django import forms

from hedui.faces.workbench.forms.application import DayInput
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.authorizations.texts import programmes_known
from hedui.procedure.record.moment import today


class NewText(Worded, forms.Form):
    """Id, title, text, programmes, and the first day on which it may be signed."""

    form = forms.SlugField(
        label="文本编号",
        max_length=40,
        help_text="字母、数字和短横线，如 form-2027-1。发布后不能更改，也不能再用。",
    )
    title = forms.CharField(label="标题", max_length=120)
    text = forms.CharField(
        label="全文",
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text="须写明告知事项：处理目的、处理方式、保存期限、撤回的权利。以 # 开头的行是标题。",
    )
    programmes = forms.MultipleChoiceField(
        label="用于救助项目", widget=forms.CheckboxSelectMultiple
    )
    first_day = forms.DateField(label="启用日期", widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programmes"].choices = programmes_known()  # type: ignore[attr-defined]
        self.fields["first_day"].initial = today()
        self.fields["form"].error_messages["invalid"] = "请只用字母、数字、短横线填写文本编号。"
