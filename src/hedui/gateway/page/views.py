"""
What each address of the department's page shows and does (页面).
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from hedui.catalogue import PROGRAMMES
from hedui.gateway.corrections import answer_correction, asked_for
from hedui.gateway.page.drawing import GROUND, HEIGHT, WIDTH, chart
from hedui.gateway.page.exchange import Answer, Asked, go
from hedui.gateway.page.record import (
    DECISIONS,
    NAMES,
    OUTCOMES,
    Wanted,
    as_csv,
    entries,
    subject_of,
)
from hedui.gateway.page.sessions import COOKIE
from hedui.gateway.tables import DataUnreadable
from hedui.values.resident_id import ResidentId, ResidentIdError
from hedui.wire.checks import CHECKS, WireError
from hedui.wire.moments import china_day
from hedui.wire.seals import KeyFileError

if TYPE_CHECKING:
    from hedui.gateway.page.app import Page

SHOWN = 200
DAYS = 30
LONGEST = timedelta(days=366)
EARLIEST = date(2000, 1, 1)
FAULTS = {"value": "内容不对", "person": "不是此人", "outdated": "已过时", "missing": "有遗漏"}
FOUND = {"corrected": "已更正", "upheld": "核实无误", "not_ours": "不属本部门"}


def overview(page: "Page", asked: Asked) -> Answer:
    """Show how it stands: the switch, thirty days, what was refused and why."""
    department = page.department
    page.tallies.read_on()
    today = china_day(department.clock())
    days = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    kinds = ("answered", "refused")
    codes = page.tallies.of(days, page.tallies.codes)
    requests = asked_for(department)
    return page.show(
        asked,
        "overview.html",
        chart=chart(days, page.tallies.decisions, kinds),
        size=(WIDTH, HEIGHT, GROUND),
        days=[
            (day, *(page.tallies.decisions[day.isoformat(), kind] for kind in kinds))
            for day in reversed(days)
        ],
        decisions=[
            (DECISIONS.get(word, word), count)
            for word, count in page.tallies.of(days, page.tallies.decisions).most_common()
        ],
        outcomes=[
            (OUTCOMES.get(word, word), count)
            for word, count in page.tallies.of(days, page.tallies.outcomes).most_common()
        ],
        refused=[
            (code, CHECKS[code].label if code in CHECKS else "", count)
            for code, count in codes.most_common()
        ],
        today=today,
        waiting=department.questions.waiting(),
        open_requests=sum(not request.signed for request in requests),
        state=_state(page, today),
        pauses=list(department.pause.history())[-5:][::-1],
    )


def record(page: "Page", asked: Asked) -> Answer:
    """Show a day's entries; a number to look for comes by form, never in an address."""
    words = asked.form if asked.method == "POST" else asked.query
    today = china_day(page.department.clock())
    day, said = _day(words.get("day", ""), today)
    subject, number_said = _subject(page, words.get("number", ""))
    wanted = Wanted(
        words.get("decision", ""), words.get("sender", ""), words.get("text", ""), subject
    )
    found = entries(page.department.log.path, day, day, wanted)
    rows = list(islice(found, SHOWN + 1))
    labels = {item.full_name: item.label for item in page.department.source.askable.values()}
    page.note(asked, f"查看 {day} 的查询留痕" + (",按身份号码查找" if subject else ""))
    return page.show(
        asked,
        "record.html",
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
        today=today,
        rows=[dict.fromkeys(NAMES) | row for row in rows[:SHOWN]],
        is_cut=len(rows) > SHOWN,
        wanted=wanted,
        by_number=bool(subject),
        said=said or number_said,
        named=lambda items: "、".join(labels.get(item, item) for item in items or ()),
        decision_words=DECISIONS,
        outcome_words=OUTCOMES,
        checks=CHECKS,
        programmes=PROGRAMMES,
    )


def export(page: "Page", asked: Asked) -> Answer:
    """Give the entries of some days as CSV."""
    today = china_day(page.department.clock())
    first, said = _day(asked.query.get("from", ""), today)
    last, said_last = _day(asked.query.get("to", ""), today)
    if said or said_last or not first <= last <= first + LONGEST:
        told = said or said_last or "起止日期应在一年之内,起在止前。"
        return page.show(asked, "said.html", 400, title="没有导出", said=told)
    page.note(asked, f"导出 {first} 至 {last} 的查询留痕")
    content = as_csv(entries(page.department.log.path, first, last, Wanted()))
    name = f"{page.department.source.name}-{first}-{last}.csv"
    kept = ("content-disposition", f'attachment; filename="{name}"')
    return Answer(content, kind="text/csv; charset=utf-8", headers=(kept,))


def switch(page: "Page", asked: Asked) -> Answer:
    """Pause, or go on, with a reason."""
    paused, reason = asked.form.get("paused") == "yes", asked.form.get("reason", "")
    if not 2 <= len(reason) <= 200 or not reason.isprintable():
        return page.show(
            asked, "said.html", 400, title="没有办理", said="请写明原因(2 至 200 个字)。"
        )
    assert asked.session is not None
    page.department.pause.turn(paused=paused, reason=reason, by=asked.session.name)
    return go("/")


def corrections(page: "Page", asked: Asked) -> Answer:
    """Show what partners asked to be corrected."""
    requests = asked_for(page.department)
    return page.show(
        asked,
        "corrections.html",
        open=[one for one in requests if not one.signed],
        done=[one for one in requests if one.signed][::-1],
        faults=FAULTS,
        found=FOUND,
        labels={item.full_name: item.label for item in page.department.source.askable.values()},
        today=china_day(page.department.clock()),
    )


def correct(page: "Page", asked: Asked) -> Answer:
    """Answer a request for correction."""
    assert asked.session is not None
    try:
        answer_correction(
            page.department,
            partner=asked.form.get("partner", ""),
            number=asked.form.get("number", ""),
            outcome=asked.form.get("outcome", ""),
            by=asked.session.name,
        )
    except WireError as fault:
        return page.show(asked, "said.html", 400, title="没有办理", said=f"{fault.reason}。")
    return go("/corrections")


def logout(page: "Page", asked: Asked) -> Answer:
    """Forget who looks."""
    assert asked.session is not None
    page.sessions.end(asked.session)
    return go("/login", ("set-cookie", f"{COOKIE}=; Path=/; Max-Age=0"))


VIEWS: Mapping[tuple[str, str], Callable[["Page", Asked], Answer]] = {
    ("GET", "/"): overview,
    ("GET", "/record"): record,
    ("POST", "/record"): record,
    ("GET", "/record.csv"): export,
    ("POST", "/switch"): switch,
    ("GET", "/corrections"): corrections,
    ("POST", "/corrections"): correct,
    ("POST", "/logout"): logout,
}


def _state(page: "Page", today: date) -> tuple[bool, str]:
    """Say whether the data can be read, and as of when they are."""
    try:
        dataset = page.department.data.dataset()
        as_of = dataset.as_of(today)
    except (DataUnreadable, KeyFileError) as fault:
        return False, f"数据现在读不出:{fault}"
    rows = f"{dataset.rows} 行," if dataset.rows is not None else ""
    return as_of is not None, f"{rows}数据日期 {as_of or '没有可用的行'}"


def _day(text: str, today: date) -> tuple[date, str]:
    if not text:
        return today, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today, "日期应为 YYYY-MM-DD,已改为今天。"
    if not EARLIEST <= day <= today:
        return today, "这一天没有查询留痕,已改为今天。"
    return day, ""


def _subject(page: "Page", number: str) -> tuple[str, str]:
    if not number:
        return "", ""
    try:
        person = ResidentId.parse(number)
    except ResidentIdError:
        return "", "身份号码有误,没有按它查找。"
    return subject_of(page.department, person.reveal()), ""
