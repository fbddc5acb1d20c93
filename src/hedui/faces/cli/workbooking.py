"""Take a workbook in from the terminal."""

import sys
from pathlib import Path

import click

from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations.workbook.importing import Imported, import_workbook
from hedui.procedure.authorizations.workbook.reading import MOST_BYTES
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.scope import acting_as


def imported(file: Path, scans: Path, officer: str) -> Imported:
    """
    Take in the households of a workbook with the signed papers in a folder.

    :raises click.UsageError: no such officer, or no workbook of ours
    """
    chosen = Officer.objects.filter(username=officer).first()
    if chosen is None:
        raise click.UsageError(f"没有登录名为 {officer} 的工作人员")
    by = actor_of(chosen)

    def scan(name: str) -> bytes | None:
        paper = scans / name
        return paper.read_bytes() if Path(name).name == name and paper.is_file() else None

    content = file.read_bytes() if file.stat().st_size <= MOST_BYTES else b"\0" * (MOST_BYTES + 1)
    try:
        with acting_as(by.identifier):
            return import_workbook(content, scan=scan, by=by, tell=_tell)
    except Refusal as refusal:
        raise click.UsageError(f"{file}:{refusal.message}") from None


def _tell(done: int, of: int) -> None:
    """Say how far it is, on a terminal."""
    if sys.stderr.isatty():
        click.echo(f"\r{done}/{of} 户", err=True, nl=done == of)
