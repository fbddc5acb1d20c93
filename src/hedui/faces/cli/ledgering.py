"""What the commands of the ledger do."""

import json
import os
from pathlib import Path

import click

from hedui.faces.cli.wording import cause
from hedui.ledger.verify import Unreadable, public_keys_in
from hedui.procedure.record import checkpoints, witness
from hedui.procedure.record.outcome import Trouble
from hedui.wire import seals


def write_export(out: Path, as_json: bool) -> None:
    """Write the export, and say how long it is."""
    unfinished = out.with_name(f"{out.name}.part")
    entries = 0
    try:
        with unfinished.open("wb") as file:
            for line in checkpoints.export():
                file.write(line)
                entries += not line.startswith(b"{")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(out)
    except OSError as error:
        raise click.UsageError(f"不能写入 {out}:{cause(error)}") from None
    size = out.stat().st_size
    told = {"file": str(out), "entries": entries, "bytes": size}
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else f"已导出 {entries} 条:{out}")


def look(url: str, key: Path, name: str, signing_key: Path, state: Path, as_json: bool) -> None:
    """Witness another's ledger once, and say what was seen."""
    try:
        seen = witness.follow(
            url,
            keys=public_keys_in(key),
            name=name,
            signer=seals.load_signer(signing_key),
            state=state,
        )
    except (Unreadable, seals.KeyFileError) as error:
        raise click.UsageError(str(error)) from None
    except witness.NotGrown as error:
        raise Trouble(str(error)) from None
    told = {"size": seen.size, "witnessed": True}
    click.echo(json.dumps(told) if as_json else f"已见证:{seen.size} 条,自上次以来只增不改。")
