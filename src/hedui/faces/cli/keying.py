"""What the commands about keys do."""

import json
from datetime import date, timedelta
from typing import cast

import click
from django.conf import settings

from hedui.procedure.cases import rewrapping
from hedui.procedure.record import keys
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.keys import Held, Use
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.rotation import rotate
from hedui.wire.seals.rings import FIRST

NOTICE = timedelta(days=7)
"""So long partners have to take a new public key, unless a day is given."""
LABELS = {"signing": "签名", "sealing": "密封"}


STATES = {"current": "在用", "coming": "待启用", "past": "已换下", "missing": "已不在"}


def show(as_json: bool) -> None:
    """List the keys, and the cases whose key nothing here unwraps."""
    held, used, now = keys.provider().held(), rewrapping.wrapped_by(), today()
    told = [_told(one, held, now) for one in held]
    for one in told:
        if one["use"] == "sealing":
            unnamed = used.pop("", 0) if one["since"] is None else 0
            one["cases"] = used.pop(str(one["id"]), 0) + unnamed
    told += [
        {
            "use": "sealing",
            "id": id_,
            "suite": "",
            "since": None,
            "state": "missing",
            "cases": cases,
        }
        for id_, cases in sorted(used.items())
    ]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for one in told:
        since = f"自 {one['since']} 起" if one["since"] else "最初"
        cases = f"  案件 {one['cases']}" if "cases" in one else ""
        state, use = STATES[str(one["state"])], LABELS[str(one["use"])]
        click.echo(f"{use}  {one['id']}  {one['suite']}  {since}  {state}{cases}")


def change(use: str, day: date | None, as_json: bool) -> None:
    """Make a key in force from a day on, and say what remains to be done."""
    day = day or today() + (NOTICE if use == "signing" else timedelta(0))
    try:
        made = rotate(use=cast(Use, use), suite=settings.HEDUI_CRYPTO_SUITE, day=day, by=INSTALLER)
    except Refusal as refusal:
        raise click.UsageError(refusal.message) from None
    if as_json:
        told = {"use": use, "id": made.id, "suite": made.suite, "since": day.isoformat()}
        click.echo(json.dumps(told))
        return
    click.echo(f"新的{LABELS[use]}密钥 {made.id}({made.suite})自 {day} 起启用。")
    if use == "signing":
        published = f"{settings.HEDUI_KEYS_DIR}/{keys.SIGNING_KEY_PUBLIC}"
        click.echo(f"请在此前把 {published} 交各部门、见证和审计者替换原有公钥(新旧都在其中)。")
    else:
        click.echo("启用后运行 hedui keys rewrap,旧密钥才可以销毁。")


def wrap_anew(as_json: bool) -> None:
    """Wrap the keys of all cases with the key of today, some hundreds at a time."""
    done = 0
    while rewrapping.waiting():
        done += rewrapping.rewrap(by=INSTALLER)
    told = {"rewrapped": done, "key": keys.wrapping().id}
    click.echo(json.dumps(told) if as_json else f"已重新包裹 {done} 个案件的密钥。")


def _told(held: Held, among: list[Held], now: date) -> dict[str, object]:
    in_force = [one for one in among if one.use == held.use and one.since <= now]
    state = "coming" if held.since > now else "current" if held == in_force[-1] else "past"
    since = None if held.since == FIRST else held.since.isoformat()
    return {
        "use": held.use,
        "id": held.id,
        "suite": held.suite,
        "since": since,
        "state": state,
    }
