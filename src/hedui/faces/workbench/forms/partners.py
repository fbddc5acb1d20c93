"""合作方, who may ask whether somebody is verified here."""

from datetime import timedelta
from typing import Any

from django import forms

from hedui import policy
from hedui.faces.workbench.forms.administration import places
from hedui.faces.workbench.forms.application import DayInput, PublicKeyInput
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.agencies.models import Agency
from hedui.procedure.agencies.partners import Terms
from hedui.procedure.record.moment import today


class PartnerTerms(Worded, forms.Form):
    """What is agreed with a partner."""

    name = forms.CharField(label="单位名称", max_length=120)
    sender_id = forms.CharField(
        label="系统标识", max_length=80, help_text="报文中的 sender_id，如 310101-education。"
    )
    division = forms.ChoiceField(label="行政区划", help_text="只答复这个区划内的案件。")
    programmes = forms.MultipleChoiceField(
        label="可以询问的救助项目", widget=forms.CheckboxSelectMultiple
    )
    legal_basis = forms.CharField(
        label="依据", max_length=200, help_text="协议文号，或者法规的名称和条款。"
    )
    contact = forms.CharField(label="联系人", max_length=120, help_text="处室和值班电话。")
    callback_url = forms.CharField(
        label="回调地址", max_length=280, help_text="https 地址，其下为 /registry/on-search 等。"
    )
    public_key = forms.CharField(
        label="验签公钥",
        widget=PublicKeyInput(rows=5),
        help_text="粘贴合作方提供的 .pub.pem 文件全文。",
    )
    certificate_name = forms.CharField(
        label="客户端证书的名称",
        required=False,
        max_length=200,
        help_text="对方客户端证书中的 DNS 名称；填写后，只接受出示这一证书的调用。",
    )
    last_day = forms.DateField(
        label="协议止（含当日）", widget=DayInput, help_text="期满即不再答复；不超过两年。"
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        begins = {"last_day": today() + timedelta(days=364), "division": agency.division}
        super().__init__(*args, **{"initial": begins} | kwargs)
        self.fields["division"].choices = places(agency)  # type: ignore[attr-defined]
        self.fields["programmes"].choices = [  # type: ignore[attr-defined]
            (one.name, one.label) for one in policy.known_programmes().values()
        ]

    def terms(self) -> Terms:
        """Return the terms as the act takes them."""
        return Terms(**self.cleaned_data)


class Keys(Worded, forms.Form):
    """With which keys a partner is known from now on."""

    public_key = forms.CharField(
        label="验签公钥",
        widget=PublicKeyInput(rows=8),
        help_text="粘贴 .pub.pem 文件全文。换钥期间新旧公钥都粘贴；期满或者旧钥失窃，只留新的。",
    )


class AddressAndKeys(Keys):
    """Where a department is asked from now on, and with which keys it is known."""

    base_url = forms.URLField(
        label="服务地址",
        max_length=280,
        required=False,
        assume_scheme="https",
        help_text="查询发往这个地址；用文件或者视图问答的部门不填。只换公钥的不改。",
    )
    field_order = ("base_url", "public_key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["public_key"].required = False  # who signs nothing has none
