"""办理事项 (stepping): the page on which a step of the course is taken, and the list of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, show
from hedui.faces.workbench.forms.objections import CHOOSE
from hedui.faces.workbench.forms.steps import FORMS
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views.authorization import file_response
from hedui.procedure.agencies.queries import colleagues_of, names_behind
from hedui.procedure.authorizations import evidence, exhibits
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.models import Case, Exhibit, Step
from hedui.procedure.determinations import applying, granting, publishing, surveying, timing
from hedui.procedure.determinations.models import made_in
from hedui.procedure.determinations.standing import stand, whole
from hedui.procedure.determinations.states import State
from hedui.procedure.determinations.told import told_of
from hedui.procedure.objections.acts import consult_exhibit
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.values.money import yuan_text

Kind = Step.Kind
ROOM = "determinations."
WRONG = 422
Act = Callable[[Case, dict[str, Any], Actor], Step]


def _post(case: Case, given: dict[str, Any], by: Actor) -> Step:
    made = made_in(case).latest("id")
    return publishing.publish(
        determination=made, place=given["place"], posted_on=given["posted_on"], by=by
    )


def _look(act: Callable[..., Step]) -> Act:
    return lambda case, given, by: act(case=case, seen=surveying.Seen(**given), by=by)


def _supplement(case: Case, given: dict[str, Any], by: Actor) -> Step:
    missing = given["missing"].splitlines()
    return applying.supplement(case=case, **given | {"missing": missing}, by=by)


def _extend(case: Case, given: dict[str, Any], by: Actor) -> Step:
    return timing.extend(case=case, **given | {"whole": given["whole"] == "yes"}, by=by)


def _as_given(act: Callable[..., Step]) -> Act:
    return lambda case, given, by: act(case=case, **given, by=by)


ACTS: dict[Kind, Act] = {
    Kind.SUPPLEMENT: _supplement,
    Kind.SUPPLY: _as_given(applying.supply),
    Kind.ACCEPT: _as_given(applying.accept),
    Kind.TURN_DOWN: _as_given(applying.turn_down),
    Kind.CONFIRM_TURNING_DOWN: _as_given(applying.confirm_turning_down),
    Kind.STAND_BACK: _as_given(applying.stand_back),
    Kind.VISIT: _look(surveying.visit),
    Kind.INTERVIEW: _look(surveying.interview),
    Kind.REVIEW: _as_given(surveying.review),
    Kind.PUBLISH: _post,
    Kind.PROTEST: _as_given(publishing.protest),
    Kind.DISMISS: _as_given(publishing.dismiss),
    Kind.UPHOLD: _as_given(publishing.uphold),
    Kind.NOTIFY: _as_given(granting.notify),
    Kind.PAY: _as_given(granting.pay),
    Kind.RECHECK: _as_given(granting.recheck),
    Kind.PHASE_OUT: _as_given(granting.phase_out),
    Kind.END: _as_given(granting.end),
    Kind.PAUSE: _as_given(timing.pause),
    Kind.RESUME: _as_given(timing.resume),
    Kind.EXTEND: _extend,
    Kind.ARCHIVE: _as_given(granting.archive),
}
HINTS = {
    Kind.SUPPLEMENT: "一次写全缺少的全部材料。告知以后不能再要求补充别的材料。",
    Kind.TURN_DOWN: "提出以后没有效力，须由另一名人员确认。家庭可以随时重新申请。",
    Kind.CONFIRM_TURNING_DOWN: "您是第二名人员。请先看提出人写的理由；确认以后书面告知家庭。",
    Kind.STAND_BACK: "登记以后，回避的人员看不到也不能办理本案，不能撤回。",
    Kind.VISIT: "须有两名工作人员。家庭没有同意的不进入，也不作不利依据。",
    Kind.PUBLISH: "只公示姓名（未成年人不写全名）、人数、项目、拟给予金额；期满自动撤下。",
    Kind.PROTEST: "核实以前不能确认。不愿留名的人，不写姓名。",
    Kind.PHASE_OUT: "自确认的次月一日起，渐退期内继续发放。",
    Kind.END: "决定书送达以前、渐退期内，都继续发放。",
    Kind.PAUSE: "自今天起不计入期限，到恢复计时为止。",
    Kind.EXTEND: "每项期限只能延长一次，不超过本地规定的天数。",
}
TOLD = {
    "missing": "缺少的材料",
    "way": "方式",
    "note": "说明",
    "reasons": "理由",
    "reason": "理由",
    "present": "在场",
    "seen": "看到和听到的情况",
    "own_words": "家庭要求记明",
    "agreed": "同意人数",
    "said": "内容",
    "receipt": "签收",
    "situation": "家庭情况",
    "applicant": "申请人",
    "members": "人数",
    "programme": "项目",
    "amount_fen": "拟给予金额（每月）",
    "place": "地点",
    "consent": "是否同意",
}
WORDS: Mapping[str, str] = {
    **applying.TURNED_DOWN,
    **applying.WAYS,
    **surveying.CONSENT,
    **granting.WAYS,
    **timing.PAUSED_FOR,
}


@page
@require_http_methods(["GET", "POST"])
@shows
def take(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Take a step of the course."""
    if kind not in FORMS:  # also what only another system tells
        raise Http404
    step = Kind(kind)
    desk = only(ROOM + kind, request)
    case = cases.case_of(desk.actor, number=number)
    form = _form(step, request, desk, case)
    if form.is_valid():
        given = {
            n: v for n, v in form.cleaned_data.items() if not n.startswith(("what_", "paper_"))
        }
        if hasattr(form, "papers") and form.papers != ():
            given["papers"] = form.papers
        try:
            ACTS[step](case, given, desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return _gone_on(request, desk, step, number)
    current = stand(told_of(case), today())
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "label": REGISTRY[ROOM + kind].label,
        "hint": HINTS.get(step, ""),
        "stand": current,
        "may": current.state.allows(ROOM + kind),
        "takes_papers": "paper_1" in form.fields,
        "before": _proposal(case) if step is Kind.CONFIRM_TURNING_DOWN else None,
    }
    return show(request, "step", **context, status=WRONG if form.errors else 200)


def _form(step: Kind, request: HttpRequest, desk: Desk, case: Case) -> Any:
    data = request.POST if request.method == "POST" else None
    form: Any = FORMS[step](data, request.FILES or None)
    if "officer" in form.fields:
        people = colleagues_of(desk.actor)
        own = desk.actor.identifier
        if step is not Kind.STAND_BACK:
            people = [one for one in people if one[0] != own]
        form.fields["officer"].choices = [CHOOSE, *people]
        form.fields["officer"].initial = own if step is Kind.STAND_BACK else ""
    if "situation" in form.fields:
        classes = granting.classes_of(case)
        shown = [(name, f"{name}（{months} 个月后复核）") for name, months in classes.items()]
        form.fields["situation"].choices = [CHOOSE, *shown]
        made = told_of(case).conclusion
        form.fields["month"].initial = made.first_month if made else None
    return form


def _gone_on(request: HttpRequest, desk: Desk, step: Kind, number: str) -> HttpResponse:
    said = f"已登记：{step.label}。"
    if not cases.visible_to(desk.actor).filter(number=number).exists():
        return done(request, "已登记回避，您不再看到和办理这一案件。", "workbench:home")
    return done(request, said, "workbench:steps", number=number)


def _proposal(case: Case) -> dict[str, str] | None:
    proposed = case.steps.filter(kind=Kind.TURN_DOWN).last()
    return {"理由": proposed.opened["reasons"], "情形": WORDS[proposed.word]} if proposed else None


@page
@require_GET
@shows
def listed(request: HttpRequest, number: str) -> HttpResponse:
    """Show the steps that were taken, and what may be done now."""
    desk = desk_of(request)
    case = cases.case_of(desk.actor, number=number)
    told, on = told_of(case), today()
    current = stand(told, on)
    taken = list(case.steps.all())
    for step in taken:
        step.case = case
    people = {who for step in taken for who in (step.recorded_by, step.officer) if who}
    useless = Kind.PAUSE if told.pauses else Kind.RESUME
    context: dict[str, Any] = {
        "case": case,
        "stand": current,
        "days_left": current.left(on),
        "whole": whole(told, on),
        "possible": [
            (kind, label) for kind, label in possible(desk, current.state) if kind != useless
        ],
        "steps": [_shown(step) for step in taken],
        "names": names_behind(desk.actor, people),
        "notice": _notice(taken),
    }
    return show(request, "steps", **context)


def possible(desk: Desk, state: State) -> list[tuple[str, str]]:
    """Return the steps that this officer may take in a state: kind and label."""
    kinds = [act.removeprefix(ROOM) for act in (*state.leads, *state.stays, ROOM + "stand_back")]
    return [
        (kind, REGISTRY[ROOM + kind].label)
        for kind in kinds
        if kind in FORMS and desk.may(ROOM + kind) and state.allows(ROOM + kind)
    ]


def _shown(step: Step) -> dict[str, Any]:
    papers = [(one.pk, exhibits.described(one)) for one in exhibits.about(step.pk)]
    said = [
        (TOLD[name], _said(name, value))
        for name, value in step.opened.items()
        if name in TOLD and value not in ("", None)
    ]
    if step.word in WORDS and step.kind not in (Kind.VISIT, Kind.INTERVIEW, Kind.HEAR):
        said.insert(0, ("情形", WORDS[step.word]))
    if step.days and step.kind == Kind.EXTEND:
        said.insert(0, ("延长", f"{step.days} 天"))
    return {"step": step, "said": said, "papers": papers}


def _said(name: str, value: Any) -> str:
    if name == "amount_fen":
        return f"{yuan_text(value)} 元"
    if isinstance(value, list):
        return "\n".join(value)
    return WORDS.get(str(value), str(value))


def _notice(taken: Sequence[Step]) -> publishing.Notice | None:
    posted = [step for step in taken if step.kind == Kind.PUBLISH]
    try:
        return publishing.notice_of(posted[-1], today()) if posted else None
    except publishing.Over:
        return None


@page
@require_GET
@shows
def paper(request: HttpRequest, number: str, exhibit: UUID) -> HttpResponse:
    """Open a paper that came with a step."""
    desk = desk_of(request)
    case = cases.case_of(desk.actor, number=number)
    about = case.steps.values("pk")
    held = Exhibit.objects.select_related("case").get(pk=exhibit, case=case, about__in=about)
    kept = consult_exhibit(exhibit=held, by=desk.actor)
    kind = evidence.kind_of(kept)
    return file_response(kept, kind, f"{held.pk}.{kind.rpartition('/')[2]}")
