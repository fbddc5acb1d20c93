"""申报 (declaration): the form of each member, the read-back, the confirmation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from hedui.faces.workbench.desk import Desk, done, only, page, refused, show
from hedui.faces.workbench.forms import member as member_form
from hedui.faces.workbench.forms.application import Application
from hedui.faces.workbench.seen import shows
from hedui.procedure.cases import acts, queries
from hedui.procedure.cases.content import Fault, NotWellFormed
from hedui.procedure.cases.labels import field_label
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.readback import read_back
from hedui.procedure.record.outcome import Refusal
from hedui.values.periods import Period

MOST_MEMBERS = 30
Content = dict[str, Any]


@dataclass(slots=True)
class Shown:
    """How the form of one member is shown: what is wrong, where to go on, whether it is kept."""

    position: int
    is_kept: bool
    faults: Mapping[str, str] = field(default_factory=dict)
    focus: str = ""


@page
@require_http_methods(["GET", "POST"])
@shows
def new_member(request: HttpRequest, number: str) -> HttpResponse:
    """Add a member; the first is the applicant."""
    desk, case, content = _draft(request, number)
    members = content["members"]
    if len(members) >= MOST_MEMBERS:
        refusal = Refusal(f"一户至多登记 {MOST_MEMBERS} 位成员。")
        return refused(request, refusal, "workbench:case", number=number)
    if request.method == "POST" and (kept := _posted_before(request, members)):
        return _fill_in(request, desk, case, content, kept)
    taken = {m["key"] for m in members}
    key = next(f"m{n}" for n in range(1, MOST_MEMBERS + 2) if f"m{n}" not in taken)
    fresh: Content = {"key": key, "incomes": [], "assets": [], "expenses": []}
    if not members:
        fresh["relation"] = "self"
    return _fill_in(request, desk, case, {**content, "members": [*members, fresh]}, key)


@page
@require_http_methods(["GET", "POST"])
@shows
def member(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Go on filling in a member."""
    desk, case, content = _draft(request, number)
    return _fill_in(request, desk, case, content, key)


@page
@require_POST
@shows
def remove_member(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Take a member out of the declaration."""
    desk, case, content = _draft(request, number)
    members = [m for m in content["members"] if m["key"] != key]
    try:
        acts.fill_in(case=case, content={**content, "members": members}, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:case", number=number)
    return done(request, "已移除这位成员。", "workbench:case", number=number)


@page
@require_http_methods(["GET", "POST"])
@shows
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Read everything back to the household, and take its declaration."""
    desk, case, content = _draft(request, number)
    faults = queries.faults_in(content)
    unread = False
    if request.method == "POST" and not faults:
        unread = request.POST.get("read_back") != "yes"
        if not unread:
            try:
                acts.declare(case=case, content=content, by=desk.actor)
            except NotWellFormed as refusal:
                faults = refusal.faults
            except Refusal as refusal:
                return refused(request, refusal, "workbench:case", number=number)
            else:
                return done(
                    request, "申报已确认。下一步请登记授权。", "workbench:case", number=number
                )
    links = [_led(case, content, fault) for fault in faults]
    return show(
        request,
        "confirm",
        case=case,
        faults=links,
        unread=unread,
        told=read_back(queries.as_declared(content)),
        status=422 if unread else 200,
    )


def _posted_before(request: HttpRequest, members: list[Content]) -> str:
    """Return the key of the member that this form was saved as before, by a double click, or ""."""
    posted = member_form.read(request.POST, "")
    return next(
        (
            str(m["key"])
            for m in members
            if posted.get("id_number")
            and (m.get("id_number"), m.get("name")) == (posted["id_number"], posted.get("name"))
        ),
        "",
    )


def _led(case: Case, content: Content, fault: Fault) -> tuple[str, str]:
    """Say whose fault it is, and where its field is: an address, or "" where no page has it."""
    parts = fault.field.split("/")
    if parts[0] in Application.base_fields:
        where = reverse("workbench:application", kwargs={"number": case.number})
        return str(fault), f"{where}#id_{parts[0]}"
    if parts[0] != "members" or len(parts) < 2:
        return str(fault), ""
    person = content["members"][int(parts[1])]
    where = reverse("workbench:member", kwargs={"number": case.number, "key": person["key"]})
    name = "·".join([_name_of(person, int(parts[1])), field_label("/".join(parts[2:]))]).strip("·")
    return f"{name}:{fault.message}", f"{where}?check#{'-'.join(parts[2:])}"


def _name_of(person: Content, position: int) -> str:
    return str(person.get("name") or f"第 {position + 1} 位成员")


def _draft(request: HttpRequest, number: str) -> tuple[Desk, Case, Content]:
    desk = only("cases.fill_in", request)
    case = queries.case_of(desk.actor, number=number)
    return desk, case, queries.open_draft_of(desk.actor, case=case)


def _fill_in(
    request: HttpRequest, desk: Desk, case: Case, content: Content, key: str
) -> HttpResponse:
    places = [place for place, m in enumerate(content["members"]) if m["key"] == key]
    if not places:
        raise Http404
    position = places[0]
    page_now = Shown(
        position,
        is_kept=any(m["key"] == key for m in queries.draft_of(desk.actor, case=case)["members"]),
    )
    if request.method == "POST":
        posted = member_form.read(request.POST, key)
        content["members"][position] = posted
        wish = request.POST.get("do", "save")
        if ":" in wish:
            page_now.focus = member_form.arrange(posted, wish, _look_back(content))
        else:
            try:
                acts.fill_in(case=case, content=content, by=desk.actor)
            except Refusal as refusal:
                return refused(request, refusal, "workbench:case", number=case.number)
            page_now.is_kept = True
            if wish == "save":
                page_now.faults = member_form.faults_of(content, position)
            if not page_now.faults:
                name = posted.get("name", "成员")
                said = f"{name} 的申报已填好。" if wish == "save" else f"{name} 的草稿已保存。"
                return done(request, said, "workbench:case", number=case.number)
    elif "check" in request.GET:
        page_now.faults = member_form.faults_of(content, position)
    return _member_page(request, case, content, page_now)


def _look_back(content: Content) -> Period:
    return Period.year_before(date.fromisoformat(content["applied_on"]))


def _member_page(request: HttpRequest, case: Case, content: Content, now: Shown) -> HttpResponse:
    """Show the form; once the draft knows the member, it leads to the member's own address."""
    person = content["members"][now.position]
    where = {"number": case.number, "key": person["key"]}
    here = reverse("workbench:member", kwargs=where) if now.is_kept else request.path
    shown = show(
        request,
        "member",
        case=case,
        person=person,
        position=now.position + 1,
        whose=_name_of(person, now.position),
        entries=member_form.person_entries(person, now.faults, now.focus),
        groups=member_form.groups(person, now.faults, now.focus),
        focus=now.focus,
        faults=[(name, member_form.label_of(name), said) for name, said in now.faults.items()],
        look_back=_look_back(content),
        is_kept=now.is_kept,
        here=here,
        status=422 if now.faults and request.method == "POST" else 200,
    )
    if here != request.path:
        shown["HX-Push-Url"] = here
    return shown
