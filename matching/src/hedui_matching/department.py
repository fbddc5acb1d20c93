"""
The department's side (部门): answers one registry, within what was agreed, and records it first.
"""

import hashlib
import json
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import private_set_intersection.python as psi

from hedui_matching import MatchingError, channel, numbers
from hedui_matching.registry import FORMAT, MODES

FALSE_MATCHES = 1e-9
"""The chance that a whole run names anybody wrongly; set structures are not exact."""

_ELEMENT = 64  # bytes that a blinded number takes at most


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    What was agreed (协议): of which source, how many numbers a run, how many runs a day.

    counts_only: the registry may learn how many, not whom
    least: a count over fewer would tell about single people
    """

    source: str
    most: int
    least: int = 1
    runs_a_day: int = 1
    counts_only: bool = False


def answer(
    door: socket.socket, keys: tuple[Path, Path, Path], data: Path, agreed: Agreement, record: Path
) -> dict[str, Any]:
    """
    Answer one run, and return what was recorded of it.

    keys: own certificate, own key, the registry's certificate

    :raises MatchingError: the registry was refused, or went away
    """
    held, without = numbers.held(data)
    with channel.answered(door, *keys) as open_:
        asked = channel.receive_note(open_)
        if refusal := _refusal(asked, agreed, record):
            channel.send_note(open_, refused=refusal)
            raise MatchingError(f"已拒绝:{refusal}")
        whom = asked["mode"] == "whom"
        # a key for each run: what was blinded in two runs cannot be laid side by side
        server = psi.server.CreateWithNewKey(whom)
        channel.send_note(open_, agreed=True)
        message = channel.receive(open_, asked["size"] * _ELEMENT + channel.SMALL)
        request = psi.Request()
        request.ParseFromString(message)
        if len(request.encrypted_elements) != asked["size"]:
            raise MatchingError("登记一方发来的个数与所说不符,已停止")
        entry = {
            "format": FORMAT,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "registry": channel.peer(open_),
            "source": agreed.source,
            "mode": asked["mode"],
            "size": asked["size"],
            "held": len(held),
            "held_without_number": without,
            "authorizations": asked["authorizations"],
            "request": hashlib.sha256(message).hexdigest(),
        }
        _recorded(record, entry)  # on disk before anything is answered
        setup = server.CreateSetupMessage(FALSE_MATCHES, asked["size"], held)
        channel.send(open_, setup.SerializeToString())
        channel.send(open_, server.ProcessRequest(request).SerializeToString())
        channel.receive_note(open_)
    return entry


def _refusal(asked: dict[str, Any], agreed: Agreement, record: Path) -> str:
    """Say why this is not answered; an empty text where it is."""
    size, mode = asked.get("size"), asked.get("mode")
    if asked.get("format") != FORMAT or mode not in MODES or type(size) is not int:
        return "版本不同"
    reasons = {
        "不是约定的来源": asked.get("source") != agreed.source,
        "只约定了计数": mode == "whom" and agreed.counts_only,
        f"个数不在约定的 {agreed.least} 至 {agreed.most} 之间": not agreed.least
        <= size
        <= agreed.most,
        "没有授权清单的摘要": not _is_digest(asked.get("authorizations")),
        f"今天已答复 {agreed.runs_a_day} 次": _runs_today(record) >= agreed.runs_a_day,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _is_digest(text: object) -> bool:
    return isinstance(text, str) and len(text) == 64 and not set(text) - set("0123456789abcdef")


def _runs_today(record: Path) -> int:
    if not record.exists():
        return 0
    today = datetime.now(UTC).date().isoformat()
    lines = record.read_text(encoding="utf-8").splitlines()
    return sum(json.loads(line)["at"].startswith(today) for line in lines)


def _recorded(record: Path, entry: dict[str, Any]) -> None:
    with os.fdopen(os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
