"""The authorization 授权 of one member, as it was signed on paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms

from hedui import catalogue
from hedui.faces.workbench.forms.application import DayInput
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.authorizations.acts import REVOKED_BECAUSE
from hedui.procedure.authorizations.evidence import MOST_BYTES
from hedui.procedure.authorizations.guardians import ENDED_BECAUSE
from hedui.procedure.authorizations.outsiders import Outsider
from hedui.procedure.cases.labels import OUTSIDERS
from hedui.procedure.cases.queries import Person
from hedui.procedure.record.moment import today
from hedui.wire.artefact import LONGEST_VALIDITY

OUTSIDE = "outside"
CAPACITIES = (
    ("", "完全民事行为能力，本人签署"),
    ("limited", "限制民事行为能力，由监护人签署"),
    ("none", "无民事行为能力，由监护人签署"),
)


@dataclass(frozen=True, slots=True)
class Signing:
    """How papers are taken in here: validity offered, only numbered ones."""

    days: int
    numbered: bool


@dataclass(frozen=True, slots=True)
class SourceItems:
    """One source with the items that may be ticked: full name, label, sensitive, ticked."""

    name: str
    label: str
    unit: str
    items: list[tuple[str, str, bool, bool]]


class Authorization(Worded, forms.Form):
    """What stands on the signed paper, and who signed; the items are ticked beside it."""

    number = forms.CharField(
        label="授权书编号",
        required=False,
        max_length=30,
        help_text="打印在授权书上，可用扫码枪扫二维码录入。在本系统打印的授权书必填。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    signed_on = forms.DateField(label="签署日期", widget=DayInput)
    valid_until = forms.DateField(
        label="授权有效期至",
        widget=DayInput,
        help_text="含当日。以授权书上写明的日期为准；申请未获确认或者救助终止的，授权提前终止。",
    )
    capacity = forms.ChoiceField(label="民事行为能力", required=False, choices=CAPACITIES)
    guardian = forms.ChoiceField(label="监护人（代为签署）", required=False)
    outsider_relation = forms.ChoiceField(
        label="家庭以外的监护人是其",
        required=False,
        choices=[("", "请选择"), *OUTSIDERS.items()],
    )
    outsider_name = forms.CharField(
        label="家庭以外的监护人姓名或者组织名称", required=False, max_length=60
    )
    outsider_number = forms.CharField(
        label="家庭以外的监护人公民身份号码或者组织的统一社会信用代码",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    proof = forms.FileField(
        label="监护证明",
        required=False,
        help_text="户口簿、出生医学证明、法院判决书或者指定监护的文书，不超过 10 MB。未成年人按申报"
        "由家庭中的父母等签署的，可以不传；成年人和由家庭以外的监护人签署的，必须上传。",
    )
    agent_name = forms.CharField(label="代办人姓名", required=False, max_length=60)
    agent_relation = forms.CharField(
        label="代办人与授权人的关系",
        required=False,
        max_length=30,
        help_text="如邻居、村（居）委会工作人员。代办人只代为递交，不能代成年人签名。",
    )
    scan = forms.FileField(
        label="已签名的授权书扫描件",
        help_text="本系统打印的可以整份扫描，其他的只扫描签名的那一页。PDF、PNG 或 JPEG，"
        "不超过 10 MB。加密保存，只留摘要对外。",
    )

    def __init__(
        self, *args: Any, adults: Iterable[Person], minor: bool, signing: Signing, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._minor, self._signing = minor, signing
        day = today()
        self.fields["signed_on"].initial = day
        self.fields["valid_until"].initial = day + timedelta(days=signing.days - 1)
        for name in ("scan", "proof"):
            self.fields[name].widget.attrs["accept"] = ".pdf,.png,.jpg,.jpeg"
        self.fields["number"].required = signing.numbered
        guardian = self.fields["guardian"]
        named = [(p.key, f"{p.name}（{p.is_to_applicant}）") for p in adults]
        self._nobody_inside = minor and not named
        outside = (OUTSIDE, "家庭以外的人或者组织")
        guardian.choices = (  # type: ignore[attr-defined]
            [*named, outside] if minor else [("", "（本人签署）"), *named, outside]
        )
        if minor:
            guardian.required = True
            del self.fields["capacity"]

    @property
    def offered_until(self) -> date:
        """Return the last day that is offered to be signed for."""
        until: date = self.fields["valid_until"].initial
        return until

    def clean(self) -> dict[str, Any]:
        """Ask who the guardian is, and what a person who hands the paper in is to the signer."""
        given = super().clean() or {}
        if given.get("capacity") and not given.get("guardian"):
            self.add_error("guardian", "请选择监护人。")
        if bool(given.get("agent_name")) != bool(given.get("agent_relation")):
            self.add_error("agent_name", "请写明代办人的姓名，以及与授权人的关系。")
        return given

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

    @property
    def from_outside(self) -> Outsider | None:
        """Return the guardian outside the household, if one signed."""
        given = self.cleaned_data
        if given.get("guardian") != OUTSIDE:
            return None
        return Outsider(
            given["outsider_relation"], given["outsider_name"], given["outsider_number"]
        )

    @property
    def opens_outside(self) -> bool:
        """Tell whether the fields of a guardian outside the household are shown at once."""
        return self._nobody_inside or self["guardian"].value() == OUTSIDE

    def clean_scan(self) -> Any:
        """Refuse a file that is too large before it is read."""
        return _small_enough(self.cleaned_data["scan"], "签署件")

    def clean_proof(self) -> Any:
        """Refuse a proof that is too large before it is read."""
        return _small_enough(self.cleaned_data["proof"], "监护证明")


class Revocation(forms.Form):
    """Why an authorization ends; fixed words, because the reason enters the ledger."""

    reason = forms.ChoiceField(label="撤回原因", choices=[(one, one) for one in REVOKED_BECAUSE])


class StandingLost(forms.Form):
    """Why a guardian has standing no more; fixed words, because the reason enters the ledger."""

    reason = forms.ChoiceField(label="终止原因", choices=[(one, one) for one in ENDED_BECAUSE])


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
                for item in source.askable.values()
                if item.full_name in wanted
            ],
        )
        for source in catalogue.sources().values()
        if any(item.full_name in wanted for item in source.askable.values())
    ]


def _small_enough(file: Any, what: str) -> Any:
    if file and file.size > MOST_BYTES:
        raise forms.ValidationError(f"{what}不能超过 10 MB，请降低扫描分辨率后上传。")
    return file
