"""What a family is handed, what it says against it, and what came of that."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from hedui.faces.workbench.forms.application import DayInput, MonthInput
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.models import Member
from hedui.procedure.determinations.acts import Decided
from hedui.procedure.determinations.models import Determination
from hedui.procedure.objections.models import Resolution
from hedui.procedure.record.moment import today
from hedui.procedure.reports.accepting import OTHERS, QUESTIONS
from hedui.procedure.reports.delivering import Handed
from hedui.procedure.reports.models import Cause, Delivery
from hedui.values.money import MoneyError, fen_from_yuan

SLOTS = (1, 2, 3)
ACCEPTS = "application/pdf,image/png,image/jpeg"
CHOOSE = ("", "请选择")


class Papers(Worded, forms.Form):
    """Up to three scans, each with what it is; none is needed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for slot in SLOTS:
            self.fields[f"what_{slot}"] = forms.CharField(
                label=f"材料{slot}是什么", required=False, max_length=60
            )
            self.fields[f"paper_{slot}"] = forms.FileField(
                label=f"材料{slot}的扫描件",
                required=False,
                widget=forms.FileInput(attrs={"accept": ACCEPTS}),
            )

    def clean(self) -> dict[str, Any]:
        """Want a word on each scan, and a scan to each word."""
        given = super().clean() or {}
        for slot in SLOTS:
            what, scan = given.get(f"what_{slot}"), given.get(f"paper_{slot}")
            if what and not scan:
                self.add_error(f"paper_{slot}", "请上传这份材料的扫描件，或者清空左边的说明。")
            if scan and not what:
                self.add_error(f"what_{slot}", "请写明这份材料是什么。")
        return given

    @property
    def papers(self) -> list[Paper]:
        """Return the scans that were given."""
        given = self.cleaned_data
        return [
            Paper(given[f"what_{slot}"], given[f"paper_{slot}"].read())
            for slot in SLOTS
            if given.get(f"paper_{slot}")
        ]


class Handing(Papers):
    """That the report was handed to the family."""

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        slots = list(self.fields.items())
        self.fields.clear()
        self.fields["key"] = forms.ChoiceField(label="送达给谁", choices=[CHOOSE, *people])
        self.fields["way"] = forms.ChoiceField(
            label="送达方式", choices=[CHOOSE, *Delivery.Way.choices]
        )
        self.fields["delivered_on"] = forms.DateField(
            label="送达日期", widget=DayInput, initial=today
        )
        self.fields["receipt"] = forms.CharField(
            label="由谁签收、如何确认",
            max_length=200,
            help_text="如“本人签字领取”“邮政签收单号”“两名工作人员入户，本人在场”；"
            "以短信送达的，写明本人怎样回复确认。",
        )
        if self.data.get("way") == Delivery.Way.MESSAGE:
            self.fields["receipt"].required = False  # the act knows whether the place wants it
        self.fields.update(slots)

    def handed(self, member: Member) -> Handed:
        """Return what was filled in, to a person."""
        given = {name: self.cleaned_data[name] for name in ("way", "delivered_on", "receipt")}
        return Handed(member, **given, papers=self.papers)


class Against(Papers):
    """An objection: nothing is ticked, nothing is written beforehand."""

    def __init__(
        self,
        *args: Any,
        people: Iterable[tuple[str, str]],
        lines: Sequence[Mapping[str, Any]],
        late: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.fields["key"] = forms.ChoiceField(label="由谁提出", choices=[CHOOSE, *people])
        self.fields["received_on"] = forms.DateField(
            label="收到日期", widget=DayInput, initial=today
        )
        self.fields["late_because"] = forms.CharField(
            label="逾期的正当理由",
            required=False,
            max_length=300,
            help_text="异议期已过时填写，如住院、不识字、没有人告知。"
            if late
            else "异议期内不用填写。",
        )
        for line in lines:
            position = line["position"]
            self.fields[f"item_{position}"] = forms.BooleanField(
                label=f"{line['label']}（{line['source_label']}）", required=False
            )
            self.fields[f"grounds_{position}"] = forms.CharField(
                label=f"对“{line['label']}”的异议理由",
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def clean(self) -> dict[str, Any]:
        """Want grounds for each item that is ticked."""
        given = super().clean()
        for position in self._ticked(given):
            if not given.get(f"grounds_{position}", "").strip():
                self.add_error(f"grounds_{position}", "请写明异议理由，家庭怎么说就怎么写。")
        return given

    @property
    def grounds(self) -> dict[int, str]:
        """Return the grounds for each position that is contested."""
        given = self.cleaned_data
        return {position: given[f"grounds_{position}"] for position in self._ticked(given)}

    def _ticked(self, given: Mapping[str, Any]) -> list[int]:
        positions = (line["position"] for line in self.lines)
        return [position for position in positions if given.get(f"item_{position}")]


class Result(Worded, forms.Form):
    """What came of one item."""

    outcome = forms.ChoiceField(label="复核结论", choices=[CHOOSE, *Resolution.Outcome.choices])
    cause = forms.ChoiceField(
        label="差异原因",
        required=False,
        choices=[CHOOSE, *((one.value, one.label) for one in OTHERS)],
        help_text="成立、部分成立时选择。",
    )
    accepted = forms.CharField(
        label="认定数额", required=False, max_length=20, help_text="成立、部分成立时填写。"
    )
    reasons = forms.CharField(
        label="理由和看过的材料", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class Word(Papers):
    """The cause of a difference and what is accepted; a word on each cause that is ruled out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        slots = list(self.fields.items())
        self.fields.clear()
        for cause in OTHERS:
            self.fields[f"not_{cause}"] = forms.CharField(
                label=QUESTIONS[cause],
                required=False,
                max_length=200,
                help_text=f"已排除“{cause.label}”的，写一句依据。",
            )
        self.fields["cause"] = forms.ChoiceField(
            label="差异原因",
            choices=[CHOOSE, *Cause.choices],
            help_text="“应申报未申报”只有在以上逐项排除、家庭已收到报告且异议期届满后才能选择。",
        )
        self.fields["accepted"] = forms.CharField(label="认定数额", max_length=20)
        self.fields["reason"] = forms.CharField(
            label="理由和依据的材料", max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
        )
        self.fields.update(slots)

    @property
    def excluded(self) -> dict[str, str]:
        """Return the words on the causes that were ruled out."""
        return {cause.value: self.cleaned_data[f"not_{cause}"] for cause in OTHERS}


UNAIDED = (Determination.Outcome.GRANT, Determination.Outcome.REFUSE)
WHILE_AIDED = (
    Determination.Outcome.GRANT,
    Determination.Outcome.INCREASE,
    Determination.Outcome.REDUCE,
    Determination.Outcome.STOP,
)


class Conclusion(Papers):
    """What is to be concluded on the application, and on what an adverse one rests."""

    outcome = forms.ChoiceField(label="审核意见")
    reasons = forms.CharField(
        label="理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    amount = forms.CharField(
        label="每月金额（元）",
        required=False,
        max_length=20,
        help_text="不填的，按规则测算的金额。",
    )
    first_month = forms.DateField(
        label="起始月份",
        required=False,
        input_formats=["%Y-%m"],
        widget=MonthInput,
        help_text="不填的，按本地规定。",
    )
    departs = forms.CharField(
        label="与规则测算不同的理由",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="结论或者金额与规则测算不同的，必填。",
    )
    basis = forms.ChoiceField(
        label="不利意见的依据",
        required=False,
        choices=[CHOOSE, *Determination.Basis.choices],
        help_text="只凭家庭自己申报的，须由家庭再次书面说明、提交材料，或者入户调查核实。",
    )
    findings = forms.TypedMultipleChoiceField(
        label="不利意见所依据的不一致事项",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    apart = forms.ChoiceField(
        label="另行核实方式",
        required=False,
        choices=[CHOOSE, *Determination.Apart.choices],
        help_text="不利意见必填，并附核实材料；不能只凭来源的数据。",
    )

    def __init__(
        self, *args: Any, lines: Iterable[tuple[int, str]], is_aided: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        outcome, chosen = self.fields["outcome"], self.fields["findings"]
        assert isinstance(outcome, forms.ChoiceField)
        assert isinstance(chosen, forms.TypedMultipleChoiceField)
        fitting = WHILE_AIDED if is_aided else UNAIDED
        outcome.choices = [CHOOSE, *((one.value, one.label) for one in fitting)]
        chosen.choices = list(lines)

    def clean_amount(self) -> int | None:
        """Read yuan as fen."""
        text = self.cleaned_data["amount"].strip()
        if not text:
            return None
        try:
            return fen_from_yuan(text)
        except MoneyError as error:
            raise forms.ValidationError(str(error)) from None

    @property
    def decided(self) -> Decided:
        """Return what is decided beside the outcome."""
        given = self.cleaned_data
        return Decided(given["amount"], given["first_month"], given["departs"])
