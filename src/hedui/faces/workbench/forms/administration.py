"""Departments 协作部门, agencies 机构, officers 工作人员 and their posts 岗位."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, PasswordChangeForm

from hedui import catalogue
from hedui.faces.workbench.forms.application import DayInput, PublicKeyInput, counties
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.agencies.accounts import change_password
from hedui.procedure.agencies.acts import LONGEST_DAYS
from hedui.procedure.agencies.models import Agency, Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.record.actor import POSTS
from hedui.values.divisions import division, full_name, provinces


def places(agency: Agency) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the divisions of the province of an agency: the upper levels, then the counties."""
    top = division(agency.division)
    above = {top.code}
    while top.parent:
        top = division(top.parent)
        above.add(top.code)
    upper = [(one.code, full_name(one.code)) for one in provinces() if one.code == top.code]
    return [("省（市）级", upper), *counties(agency.division)]


class Registration(Worded, forms.Form):
    """Where a department is reached: address, key, time to answer."""

    source = forms.ChoiceField(label="数据来源")
    division = forms.ChoiceField(label="行政区划")
    name = forms.CharField(label="部门名称", max_length=120)
    base_url = forms.URLField(
        label="服务地址",
        max_length=280,
        required=False,
        assume_scheme="https",
        help_text="部门前置服务的地址，如 https://10.0.0.8:8443；用文件或者视图问答的部门不填。",
    )
    answer_within = forms.IntegerField(
        label="答复时限（秒）",
        min_value=1,
        max_value=86400 * 30,
        initial=20,
        help_text="超过时限没有答复的，报告记为“未反馈”。",
    )
    public_key = forms.CharField(
        label="验签公钥",
        required=False,
        widget=PublicKeyInput(rows=5),
        help_text="粘贴部门提供的 .pub.pem 文件全文；人工交换、只给视图的部门不签名，可以不填。",
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            (source.name, source.label) for source in catalogue.sources().values()
        ]
        self.fields["division"].choices = places(agency)  # type: ignore[attr-defined]
        self.fields["division"].initial = agency.division


class NewAgency(Worded, forms.Form):
    """An agency to be registered."""

    name = forms.CharField(label="机构名称", max_length=120)
    kind = forms.ChoiceField(label="类别", choices=Agency.Kind.choices)
    division = forms.ChoiceField(label="行政区划")

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].choices = places(agency)  # type: ignore[attr-defined]
        self.fields["division"].initial = agency.division

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name: str = self.cleaned_data["name"].strip()
        if Agency.objects.filter(name=name).exists():
            raise forms.ValidationError("已有同名机构。")
        return name


class Intake(Worded, forms.Form):
    """How an agency takes in authorizations."""

    second_person = forms.BooleanField(
        label="授权登记须由第二人复核",
        required=False,
        help_text="另一位受理人员对照扫描件复核之前，不查询。",
    )
    numbered_only = forms.BooleanField(
        label="只收编号授权书",
        required=False,
        help_text="不在本系统打印、没有编号的授权书（包括导入的）一律不收。",
    )
    authorization_days = forms.IntegerField(
        label="授权有效天数",
        min_value=1,
        max_value=LONGEST_DAYS,
        help_text="打印授权书时默认的有效期。申请未获确认或者救助终止的，授权提前终止。",
    )


class Relief(Worded, forms.Form):
    """The last day of a post."""

    last_day = forms.DateField(
        label="任职止",
        widget=DayInput,
        help_text="岗位在这一天仍然有效；即刻免去的，填昨天。",
    )


TWICE = "两次填写的密码不一致，请重新填写。"

if TYPE_CHECKING:
    UserCreation = BaseUserCreationForm[Officer]
else:  # Django's class takes no type when it runs
    UserCreation = BaseUserCreationForm


class NewOfficer(Worded, UserCreation):
    """An account for one person, with the password to begin with."""

    class Meta:
        model = Officer
        fields = ("username", "display_name")
        labels = {"username": "登录名", "display_name": "姓名"}
        error_messages = {
            "username": {
                "unique": "这个登录名已有人使用，请另填一个。",
                "invalid": "请只用字母、数字和 @ . + - _ 填写登录名。",
            }
        }

    error_messages = {"password_mismatch": TWICE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].required = True
        self.fields["username"].help_text = "字母、数字和 @ . + - _。"
        self.fields["password1"].label, self.fields["password2"].label = "初始密码", "再次输入"
        self.fields["password1"].help_text = "至少 8 位，不能是常见密码。请本人首次登录后修改。"
        self.fields["password2"].help_text = ""


class Appointment(Worded, forms.Form):
    """A post for an officer."""

    officer = forms.ModelChoiceField(
        Officer.objects.order_by("display_name"), label="工作人员", empty_label="请选择"
    )
    agency = forms.ModelChoiceField(Agency.objects.all(), label="机构", empty_label="请选择")
    role = forms.ChoiceField(label="岗位", choices=[(role.value, role.label) for role in POSTS])
    first_day = forms.DateField(label="任职起", widget=DayInput)


class OwnPassword(Worded, PasswordChangeForm):
    """The old password, and the new one twice."""

    error_messages = {
        "password_mismatch": TWICE,
        "password_incorrect": "旧密码不正确，请重新填写。",
    }

    def save(self, commit: bool = True) -> Officer:
        """Change it by the act, as whoever it is."""
        officer: Officer = self.user
        chosen = self.cleaned_data["new_password1"]
        if commit:
            changed = change_password(officer=officer, password=chosen, by=actor_of(officer))
            officer.password = changed.password  # the session goes on with it
        return officer
