"""What `hedui ledger proof` does."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from hedui.ledger.kept import NotProven, verify_kept
from hedui.ledger.verify import Unreadable, public_keys_in


def check(file: Path, key: Path, as_json: bool) -> None:
    """Verify a file of proofs and say so."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        proven, waiting = verify_kept(kept, public_keys_in(key))
    except NotProven as reason:
        _tell({"holds": False, "reason": str(reason)}, str(reason), as_json)
        raise click.exceptions.Exit(1) from None
    except (ValueError, KeyError, TypeError, AttributeError, Unreadable):
        raise click.UsageError(f"{file} 不是留痕证明文件,或已损坏") from None
    later = f",{waiting} 条尚待检查点,请稍后重新下载" if waiting else ""
    told = {"holds": True, "proven": proven, "waiting": waiting}
    _tell(told, f"{proven} 条留痕均在台账中{later}。", as_json)


def _tell(verdict: Mapping[str, object], sentence: str, as_json: bool) -> None:
    click.echo(json.dumps(verdict, ensure_ascii=False) if as_json else sentence)
