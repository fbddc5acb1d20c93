"""What `hedui ledger reconcile` does."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from hedui.procedure.inquiries import reconciling
from hedui.procedure.inquiries.reconciling import AlreadyReconciled, Gateway, NotTold, Statement
from hedui.procedure.record.actor import WORKER


def run(day: date | None, file: Path | None, as_json: bool) -> None:
    """Reconcile what was asked for, and say line by line what was found."""
    found = list(_from_file(file) if file else _from_departments(day))
    for one in found:
        click.echo(json.dumps(one, ensure_ascii=False) if as_json else _told(one))
    if not found and not as_json:
        click.echo("没有需要对账的日子。")
    if any("refused" in one or one["unknown"] or one["denied"] for one in found):
        raise click.exceptions.Exit(1)


def _from_departments(day: date | None) -> Iterator[dict[str, Any]]:
    wanted = [(s, day) for s in reconciling.gateways()] if day else reconciling.due()
    for gateway, one in wanted:
        try:
            statement = reconciling.fetch(gateway, one)
        except NotTold as refusal:
            yield _of(gateway, one) | {"refused": refusal.message}
        else:
            yield _reconciled(gateway, statement)


def _from_file(file: Path) -> Iterator[dict[str, Any]]:
    try:
        gateway, statement = reconciling.read_statement(file.read_bytes())
    except NotTold as refusal:
        raise click.UsageError(refusal.message) from None
    yield _reconciled(gateway, statement)


def _reconciled(gateway: Gateway, statement: Statement) -> dict[str, Any]:
    said = _of(gateway, statement.counts.day)
    try:
        difference = reconciling.reconcile(gateway=gateway, statement=statement, by=WORKER)
    except AlreadyReconciled:
        difference = reconciling.compared(gateway, statement)
    except NotTold as refusal:
        return said | {"refused": refusal.message}
    return said | {
        "received": statement.counts.count,
        "unknown": list(difference.unknown),
        "denied": list(difference.denied),
        "undelivered": list(difference.undelivered),
    }


def _of(gateway: Gateway, day: date) -> dict[str, Any]:
    return {"department": gateway.departments[0].name, "day": day.isoformat()}


def _told(one: dict[str, Any]) -> str:
    if "refused" in one:  # it names the department and the day
        return str(one["refused"])
    begins = f"{one['day']} {one['department']}:"
    parts = [f"部门收到 {one['received']} 次"]
    for name, words in (
        ("unknown", "台账之外的查询"),
        ("denied", "已答复而对账单上没有"),
        ("undelivered", "发出而未送达"),
    ):
        if one[name]:
            parts.append(f"{words} {len(one[name])} 次({'、'.join(one[name][:20])})")
    return begins + ",".join(parts) + ("。" if one["unknown"] or one["denied"] else ",相符。")
