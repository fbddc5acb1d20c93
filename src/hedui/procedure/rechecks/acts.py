"""
定期复核的办理: draw up a list of who is due, or of whom a registry's comparison named; look again.

A list says whom to look at. What comes of it goes the same way as ever: nothing changed is a step
of the case, anything else is commissioned anew.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.rechecks import queries
from hedui.procedure.rechecks.models import Round, Task
from hedui.procedure.rechecks.spread import drawn, in_turn, lot
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.privileges import MAY_CHANGE
from hedui.procedure.record.sealing import blind

GROUND = "社会救助暂行办法 第13条"
MOST = 5_000
"""Families on one list: what a county's offices look at in a month. The rest is for the next."""
COLUMNS = ("household_id", "reason")


class NoList(Refusal):
    """There is nothing to list, or what was given is no list."""


class NotToLook(Refusal):
    """It is not for a second look, not yet, not again, or not by this officer."""


@dataclass(frozen=True, slots=True)
class DrawnUp:
    """
    A list that was drawn up, and how many were left off it.

    nobody: lines that name nobody in reach to whom aid is being paid; already: families that stand
    on such a list; later: those in turns beyond what one list holds, for the next
    """

    held: Round
    nobody: int
    already: int
    later: int


@act("生成复核清单", article=GROUND, roles={Role.COMMISSION})
def open_round(*, until: date, percent: int, by: Actor) -> DrawnUp:
    """
    List the families in reach whose recheck is due by a day, in fair turns.

    A family at which nobody has looked since it was listed as due is not listed once more: a list
    cannot be drawn until the lot suits. percent: how many of a hundred a second officer looks at
    again, drawn by lot

    :raises NoList: nobody is due by then who is not listed already
    """
    listed = {one.case: Task.Reason.DUE for one in queries.due_until(by, until=until)}
    if not listed:
        raise NoList("到这一天没有需要复核的家庭。", "until")
    return _drawn_up(Round.Origin.DUE, listed, until, percent, "", by)


@act("登记批量核对结果", article=GROUND, roles={Role.COMMISSION})
def bring_worklist(*, file: bytes, percent: int, by: Actor) -> DrawnUp:
    """
    List the families that `hedui recheck` wrote into `worklist.csv`, for people to confirm.

    The household's number is that of its case. The same file brought again lists only who stood on
    no list of it.

    :raises NoList: it is not such a file, or names nobody in reach who is not listed already
    """
    reasons = _read(file)
    listed = {
        case: Task.Reason(reasons[case.number]) for case in queries.aided(by, numbers=reasons)
    }
    if not listed:
        raise NoList("文件中没有本机构范围内正在领取救助的家庭。", "file")
    drawn_up = _drawn_up(
        Round.Origin.REGISTRY, listed, today(), percent, sha256(file).hexdigest(), by
    )
    return replace(drawn_up, nobody=len(reasons) - len(listed))


@act("列入复核清单", article=GROUND, roles={Role.COMMISSION})
def enlist(
    *,
    held: Round,
    case: Case,
    reason: Task.Reason,
    turn: int,
    sampled: bool,
    by: Actor,
) -> Task:
    """
    Put one family on a list; the family sees in its record that it was.

    :raises NotYours: the case is not in reach
    """
    if not visible_to(by).filter(pk=case.pk).exists():
        raise NotYours
    entry = note(case=case.pk, list=str(held.pk), reason=reason.value)
    return Task.objects.create(
        round=held, case=case, reason=reason, turn=turn, sampled=sampled, entry_id=entry
    )


@act("抽查复核", article=GROUND, roles={Role.COMMISSION})
def look_again(*, task: Task, agrees: bool, by: Actor) -> Task:
    """
    Look a second time at what was drawn for it, after somebody else's first.

    agrees: whether the second officer comes to the same; otherwise the case is taken up anew

    :raises NotYours: the case is not in reach
    :raises NotToLook: it was not drawn, nobody looked yet, it was looked at again already, or the
        first look was theirs
    """
    held = Task.objects.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    if not visible_to(by).filter(pk=held.case_id).exists():
        raise NotYours
    first = queries.done_of(held)
    if first is None:  # said before all else: until then nobody learns what was drawn
        raise NotToLook("这一户还没有复核,复核以后再抽查。")
    if not held.sampled:
        raise NotToLook("这一户没有抽中,不需要第二人复查。")
    if held.looked_at is not None:
        raise NotToLook("这一户已经抽查过。")
    if first.by == by.identifier:
        raise NotToLook("不能抽查本人办理的复核,请由另一人抽查。")
    note(case=held.case_id, list=str(held.round_id), agrees=agrees)
    held.looked_by, held.looked_at, held.agrees = by.identifier, moment(), agrees
    held.save(update_fields=MAY_CHANGE["rechecks_task"])
    return held


def _drawn_up(
    origin: Round.Origin,
    named: Mapping[Case, Task.Reason],
    until: date,
    percent: int,
    digest: str,
    by: Actor,
) -> DrawnUp:
    if not 0 <= percent <= 100:  # noqa: PLR2004
        raise NoList("抽查比例为 0 至 100。", "percent")
    if by.agency is None:
        raise NoList("请以所在机构的岗位生成清单。")
    # One list of an agency after the other: a click twice finds what the first has listed.
    Agency.objects.select_for_update(no_key=True).get(pk=by.agency)
    already = queries.listed_already(by, origin=origin, digest=digest)
    fresh = [case for case in named if case.pk not in already]
    if not fresh:
        raise NoList(f"这{len(named)}户都已列入复核清单,没有需要再列的。")
    key = uuid7()
    turns = in_turn(
        fresh, office=lambda one: one.agency_id, lot=lambda one: lot("turn", key, one.pk)
    )[:MOST]
    held = Round.objects.create(
        id=key,
        agency_id=by.agency,
        origin=origin,
        until=until,
        percent=percent,
        digest=digest,
        opened_by=by.identifier,
        opened_at=moment(),
        entry_id=note(list=str(key), families=len(turns), digest=digest),
    )
    twice = set(drawn(turns, percent=percent, lot=lambda one: blind(f"second|{key}|{one.pk}")))
    for turn, case in enumerate(turns, start=1):
        enlist(held=held, case=case, reason=named[case], turn=turn, sampled=case in twice, by=by)
    return DrawnUp(held, 0, len(named) - len(fresh), len(fresh) - len(turns))


def _read(file: bytes) -> dict[str, str]:
    try:
        text = file.decode("utf-8-sig")
        rows = csv.DictReader(text.splitlines())
        if "\0" in text or not {*COLUMNS} <= {*(rows.fieldnames or ())}:
            raise NoList("请选择 hedui recheck 写出的 worklist.csv。", "file")
        found = {row["household_id"]: row["reason"] for row in rows}
    except (UnicodeDecodeError, csv.Error):
        raise NoList("请选择 hedui recheck 写出的 worklist.csv。", "file") from None
    known = {Task.Reason.OUTCOME.value, Task.Reason.DISCREPANCY.value}
    if not known.issuperset(found.values()):
        raise NoList("文件中的 reason 只能是 outcome 或 discrepancy,请重新导出。", "file")
    return found
