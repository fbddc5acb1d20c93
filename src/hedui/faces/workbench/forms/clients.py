"""接入系统 and their tokens."""

from datetime import timedelta
from typing import Any

from django import forms

from hedui.faces.workbench.forms.application import DayInput
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.agencies.clients import MOST_TOKEN_DAYS, POSTS
from hedui.procedure.agencies.models import Agency
from hedui.procedure.record.actor import Role
from hedui.procedure.record.moment import today


class Admission(Worded, forms.Form):
    """A system that is proposed."""

    name = forms.CharField(label="系统名称", max_length=60)
    agency = forms.ModelChoiceField(
        label="所属机构",
        queryset=Agency.objects.all(),
        help_text="系统以这个机构的名义受理、委托和查看，看不到其他机构的案件。",
    )
    roles = forms.MultipleChoiceField(
        label="岗位",
        choices=[(role.value, role.label) for role in POSTS],
        widget=forms.CheckboxSelectMultiple,
        initial=[Role.INTAKE.value],
        help_text="提交申请须有受理岗。",
    )
    decides = forms.BooleanField(
        label="在该系统内审核确认",
        required=False,
        help_text="本机构不在这里审核确认、由该系统告知结果的勾选；须有委托岗。",
    )
    contact = forms.CharField(label="系统负责人", max_length=120, help_text="科室和值班电话。")
    last_day = forms.DateField(
        label="接入止（含当日）", widget=DayInput, help_text="期满即不再接受调用；不超过两年。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        begins = {"last_day": today() + timedelta(days=364)}
        super().__init__(*args, **{"initial": begins} | kwargs)

    def clean_roles(self) -> list[Role]:
        """Return the posts."""
        return [Role(value) for value in self.cleaned_data["roles"]]


class NextToken(Worded, forms.Form):
    """A token that is given."""

    days = forms.IntegerField(label="有效天数", min_value=1, max_value=MOST_TOKEN_DAYS, initial=180)
    at_once = forms.BooleanField(
        label="此前的令牌立即停用",
        required=False,
        help_text="令牌可能泄露时勾选；不勾选的，此前的令牌再用 24 小时，供系统更换。",
    )


class Address(Worded, forms.Form):
    """Where a client is told of news."""

    url = forms.CharField(
        label="推送地址",
        max_length=300,
        help_text="系统接收消息的 https 地址。只推送“某委托有消息”，系统再来查询。",
    )


class Again(forms.Form):
    """The cursor from which news is told again."""

    after = forms.IntegerField(min_value=-1)
