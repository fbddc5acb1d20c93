"""
The department's side (部门): answers one registry, within what was agreed, and records it first.
"""

import hashlib
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import private_set_intersection.python as psi

from hedui_matching import MatchingError, channel, numbers, record
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
    door: socket.socket, keys: tuple[Path, Path, Path], data: Path, agreed: Agreement, kept: Path
) -> dict[str, Any]:
    """
    Answer one run, and return what was recorded of it.

    keys: own certificate, own key, the registry's certificate; kept: the record

    :raises MatchingError: a file cannot be read, the registry was refused, or it went away
    """
    record.read(kept)  # what cannot be read is told before anybody is waited for
    held, without = numbers.held(data)
    with channel.answered(door, *keys) as open_:
        asked = channel.receive_note(open_)
        if refusal := _refusal(asked, agreed, kept):
            channel.send_note(open_, refused=refusal)
            raise MatchingError(f"已拒绝:{refusal}")
        whom = asked["mode"] == "whom"
        # a key for each run: what was blinded in two runs cannot be laid side by side
        server = psi.server.CreateWithNewKey(whom)
        channel.send_note(open_, agreed=True)
        message = channel.receive(open_, asked["size"] * _ELEMENT + channel.SMALL)
        request = psi.Request()
        with channel.understood():
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
        record.append(kept, entry)  # on disk before anything is answered
        setup = server.CreateSetupMessage(FALSE_MATCHES, asked["size"], held)
        with channel.understood():
            answered = server.ProcessRequest(request)
        channel.send(open_, setup.SerializeToString())
        channel.send(open_, answered.SerializeToString())
        channel.receive_note(open_)
    return entry


def _refusal(asked: dict[str, Any], agreed: Agreement, kept: Path) -> str:
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
        f"今天已答复 {agreed.runs_a_day} 次": _runs_today(kept) >= agreed.runs_a_day,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _is_digest(text: object) -> bool:
    return isinstance(text, str) and len(text) == 64 and not set(text) - set("0123456789abcdef")


def _runs_today(kept: Path) -> int:
    today = datetime.now(UTC).date().isoformat()
    return sum(entry["at"].startswith(today) for entry in record.read(kept))
