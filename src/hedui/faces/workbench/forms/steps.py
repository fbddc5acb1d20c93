"""What an officer enters at a step of the course: one small form for each kind."""

from collections.abc import Iterable
from typing import Any

from django import forms

from hedui.faces.workbench.forms.application import DayInput, MonthInput
from hedui.faces.workbench.forms.objections import CHOOSE, Papers
from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.cases.models import Step
from hedui.procedure.determinations import applying, granting, surveying, timing
from hedui.procedure.record.moment import today

Kind = Step.Kind
LINE, TEXT = 200, 2000


def a_day(label: str) -> forms.DateField:
    """Ask for a day, today unless another is given."""
    return forms.DateField(label=label, widget=DayInput, initial=today)


def words(label: str, **asked: Any) -> forms.CharField:
    """Ask for some sentences."""
    return forms.CharField(
        label=label, max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4}), **asked
    )


def one_of(label: str, choices: Iterable[tuple[str, str]]) -> forms.ChoiceField:
    """Ask to choose; nothing is chosen beforehand."""
    return forms.ChoiceField(label=label, choices=[CHOOSE, *choices])


def a_month(label: str, **asked: Any) -> forms.DateField:
    """Ask for a month; its first day is meant."""
    return forms.DateField(label=label, widget=MonthInput, input_formats=["%Y-%m"], **asked)


class Plain(Worded, forms.Form):
    """A step without papers."""

    papers: tuple[()] = ()


class Supplement(Plain):
    """All that is missing, told once."""

    missing = words("全部缺少的材料", help_text="每行一项，一次写全；补正只能告知一次。")
    way = one_of("告知方式", applying.WAYS.items())
    told_on = a_day("告知日期")


class Supply(Papers):
    """What the family brought."""

    note = words("收到了哪些材料")
    received_on = a_day("收到日期")


class TurnDown(Plain):
    """Why an application is not to be accepted."""

    ground = one_of("情形", applying.TURNED_DOWN.items())
    reasons = words("理由", help_text="会写进书面告知；请写明依据和家庭可以怎样办。")


class ConfirmTurningDown(Plain):
    """How the family is told that it is not accepted."""

    way = one_of("告知方式", applying.WAYS.items())


class StandBack(Plain):
    """Why an officer stands back."""

    officer = one_of("回避的人员", ())
    reason = words("与申请家庭的关系或者其他理由", help_text="登记后不能撤回。")


class Look(Papers):
    """A visit, or what a neighbour said."""

    day = a_day("日期")
    officer = one_of("一同办理的人员", ())
    present = forms.CharField(label="在场的人", max_length=LINE)
    consent = one_of("当事人是否同意", surveying.CONSENT.items())
    seen = words("看到和听到的情况", required=False, help_text="没有同意的，不进入，不用填写。")
    own_words = words("家庭要求记明的话", required=False)


class Review(Papers):
    """What a meeting of neighbours said."""

    held_on = a_day("评议日期")
    present = forms.IntegerField(label="到会人数", min_value=surveying.FEWEST, max_value=500)
    agreed = forms.IntegerField(label="同意人数", min_value=0, max_value=500)
    said = words("评议意见")


class Publish(Plain):
    """Where a notice is posted."""

    place = forms.CharField(label="公示地点", max_length=LINE)
    posted_on = a_day("张贴日期")


class Protest(Papers):
    """What somebody says against a notice."""

    said = words("异议内容", help_text="本人不愿留名的，不写姓名。")
    received_on = a_day("收到日期")


class Answer(Papers):
    """What came of it."""

    reasons = words("核实的情况和理由")


class Notify(Papers):
    """That the decision was delivered."""

    # By text message only from the notice, which knows the receipt.
    way = one_of("送达方式", [one for one in granting.WAYS.items() if one[0] != "message"])
    delivered_on = a_day("送达日期")
    receipt = forms.CharField(label="由谁签收、如何确认", max_length=LINE)


class Pay(Plain):
    """From which month aid is paid."""

    month = a_month("起始月份")
    situation = one_of("家庭情况", ())


class Recheck(Plain):
    """That a check found nothing changed."""

    checked_on = a_day("复核日期")
    note = words("复核的情况")


class PhaseOut(Plain):
    """How long aid goes on."""

    months = forms.IntegerField(label="渐退月数", min_value=1, max_value=granting.MOST_MONTHS)
    reason = words("理由和依据")


class End(Plain):
    """From which month nothing is paid."""

    month = a_month("停止发放的月份")


class Pause(Plain):
    """Why a clock stands still."""

    reason = one_of("情形", timing.PAUSED_FOR.items())
    note = words("理由")


class Extend(Plain):
    """By how much a clock is extended."""

    whole = forms.ChoiceField(
        label="延长哪项期限",
        choices=[("", "目前这一步的期限"), ("yes", "全程办结的期限")],
        required=False,
    )
    days = forms.IntegerField(label="延长天数", min_value=1, max_value=60)
    reason = words("理由")


class Archive(Plain):
    """A word on the file."""

    note = words("备注", required=False)


FORMS: dict[Kind, type[forms.Form]] = {
    Kind.SUPPLEMENT: Supplement,
    Kind.SUPPLY: Supply,
    Kind.ACCEPT: Plain,
    Kind.TURN_DOWN: TurnDown,
    Kind.CONFIRM_TURNING_DOWN: ConfirmTurningDown,
    Kind.STAND_BACK: StandBack,
    Kind.VISIT: Look,
    Kind.INTERVIEW: Look,
    Kind.REVIEW: Review,
    Kind.PUBLISH: Publish,
    Kind.PROTEST: Protest,
    Kind.DISMISS: Answer,
    Kind.UPHOLD: Answer,
    Kind.NOTIFY: Notify,
    Kind.PAY: Pay,
    Kind.RECHECK: Recheck,
    Kind.PHASE_OUT: PhaseOut,
    Kind.END: End,
    Kind.PAUSE: Pause,
    Kind.RESUME: Plain,
    Kind.EXTEND: Extend,
    Kind.ARCHIVE: Archive,
}
