"""新版报告 (revise): what objections, corrections and late answers change becomes a new version."""

from collections.abc import Mapping
from typing import Any

from hedui.procedure.cases.acts import NotYours
from hedui.procedure.commissions.models import Commission
from hedui.procedure.commissions.queries import lock
from hedui.procedure.inquiries.reverifying import awaited_again
from hedui.procedure.objections.acts import CAUSED
from hedui.procedure.objections.queries import open_in, results_in
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.accepted import mark, with_accepted
from hedui.procedure.reports.assessment import stated_in
from hedui.procedure.reports.compose import compose
from hedui.procedure.reports.drafting import Composed, version_of
from hedui.procedure.reports.heard import heard
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.versions import Ground, carried, changes, key_of, newest, reference_to


class NotRevised(Refusal):
    """A new version cannot be made now."""


@act("拟制新版报告", article="民办函〔2011〕365号 三 规范流程", roles={Role.VERIFY})
def revise(*, report: Report, ground: Ground, by: Actor) -> Report:
    """
    Draft the next version of a report, from the answers that are there now and what was resolved.

    It is a draft as the first was: the officer in charge examines it, another signs. The version
    before stays as it was signed, and says from the signing on that it was replaced.

    :raises NotYours: another body verifies
    :raises NotRevised: the newest version is not issued, an objection is open, or a source is
        being asked once more
    """
    commission = report.commission
    if commission.body_id != by.agency:
        raise NotYours
    lock(commission)
    if commission.case.is_filed:
        raise NotRevised("本案已经归档,不再拟制新版报告。")
    before = newest(commission)
    if before is None or before.pk != report.pk or before.status != Report.Status.ISSUED:
        raise NotRevised("已经有更新的版次,请打开最新的报告。")
    if waiting := waits_for(commission):
        raise NotRevised(waiting)
    prepared, changed = _composed(commission, before)
    note(case=commission.case_id, replaces=str(before.pk), ground=ground.value)
    return version_of(
        commission,
        prepared,
        version=before.version + 1,
        replaces=reference_to(before, ground),
        **changed,
    )


def waits_for(commission: Commission) -> str:
    """Say what a new version has to wait for; "" where nothing."""
    if open_in(commission):
        return "还有异议没有复核完,复核后再拟制新版报告。"
    if awaited_again(commission):
        return "还有来源正在复核查询,请等待反馈或者期限届满。"
    return ""


def _composed(commission: Commission, before: Report) -> tuple[Composed, dict[str, Any]]:
    """
    Compose the body anew, and say what is new in it.

    Answers are judged fresh by the day of the first draft: that time goes by is no difference.
    """
    first = commission.reports.earliest("version")
    commission.declaration.case = commission.case
    stated = stated_in(commission.declaration)
    told_now = heard(commission, stated, first.drafted_at)
    body = compose(commission, stated, told_now)
    results = results_in(before)
    was = before.opened
    lines = [_resolved(line, results) for line in carried(was, body)]
    body = with_accepted({**body, "findings": lines}, stated, told_now.found)
    told = {
        "changes": changes(was, body),
        "objections": [
            _told(line, results[key_of(line)]) for line in lines if key_of(line) in results
        ],
    }
    return Composed(body, told_now.members, moment()), told


def _resolved(line: Mapping[str, Any], results: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    """Mark a line with what its objection came to, where it was upheld."""
    result = results.get(key_of(line))
    if result is None or result["outcome"] not in CAUSED:
        return dict(line)
    return mark(line, result["cause"], result["accepted"], result["reasons"])


def _told(line: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """Write an objection and its result for the report."""
    told = (
        "number",
        "received_on",
        "grounds",
        "outcome",
        "outcome_label",
        "reasons",
        "resolved_at",
    )
    return {"finding": line["id"], **{name: result[name] for name in told}}
