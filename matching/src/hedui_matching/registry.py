"""
The registry's side (登记一方): asks about those who signed, and can prove afterwards that it did.

The key under which the numbers were blinded is kept. Blinding is the same each time under one key,
so whoever is given the key, the registry and the authorizations can make the request anew and hold
it against the digest in the department's record.
"""

import csv
import hashlib
import json
import os
import ssl
from pathlib import Path
from typing import Any

import private_set_intersection.python as psi

from hedui_matching import MatchingError, channel, numbers, record
from hedui_matching.numbers import Asked

FORMAT = "hedui-matching-1"
MODES = ("whom", "count")
KEPT = "kept.json"
MATCHED = "matched.csv"
SUMMARY = "summary.json"
_MOST = 1 << 34  # bytes of a department's answer


def ask(
    address: tuple[str, int], keys: tuple[Path, Path, Path], registry: Path, source: str,
    mode: str, out: Path,
) -> dict[str, Any]:  # fmt: skip
    """
    Ask a department, and write `matched.csv` (mode whom), `kept.json` and `summary.json`.

    keys: own certificate, own key, the department's certificate

    :raises MatchingError: nobody signed, or the department refused or went away; nothing is written
    """
    asked = numbers.authorized(registry, source)
    if not asked:
        raise MatchingError(f"没有成员对 {source} 有有效授权,没有发出任何号码")
    client = psi.client.CreateWithNewKey(mode == "whom")
    message = _request(client, asked)
    commitment = _commitment(client, asked)
    with channel.called(*address, *keys) as open_:
        channel.send_note(
            open_, format=FORMAT, source=source, mode=mode, size=len(asked),
            authorizations=commitment,
        )  # fmt: skip
        channel.receive_note(open_)
        sent = channel.send(open_, message)
        setup, response = psi.ServerSetup(), psi.Response()
        received = sum(_received(open_, part) for part in (setup, response))
        channel.send_note(open_, done=True)
    if len(response.encrypted_elements) != len(asked):
        raise MatchingError("部门答复的个数与所问的不符,没有得出结果")
    with channel.understood():
        if mode == "whom":
            found = [asked[place] for place in sorted(client.GetIntersection(setup, response))]
            matched = len(found)
        else:
            matched = client.GetIntersectionSize(setup, response)
    summary: dict[str, Any] = {
        "format": FORMAT, "source": source, "mode": mode, "asked": len(asked), "matched": matched,
        "sent": sent, "received": received,
    }  # fmt: skip
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if mode == "whom":
        _write_matched(out / MATCHED, found)
    kept = {"key": client.GetPrivateKeyBytes().hex(), "source": source, "mode": mode}
    _write(out / KEPT, json.dumps(kept))
    _write(out / SUMMARY, json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    return summary


def _received(open_: ssl.SSLSocket, part: Any) -> int:
    """Read a message of the library into `part`; return its length."""
    message = channel.receive(open_, _MOST)
    with channel.understood():
        part.ParseFromString(message)
    return len(message)


def audit(registry: Path, kept: Path, recorded: Path) -> dict[str, Any]:
    """
    Make a request anew from the registry, and find it in the department's record.

    :raises MatchingError: a file cannot be read, or the record knows no such request: others were
        asked about
    """
    client, source = _kept(kept)
    asked = numbers.authorized(registry, source)
    digest = hashlib.sha256(_request(client, asked)).hexdigest()
    commitment = _commitment(client, asked)
    for entry in record.read(recorded):
        if entry["request"] == digest and entry["authorizations"] == commitment:
            return entry
    raise MatchingError("部门的记录中没有这一次:所问的人与登记台账中有授权的人不同")


def _kept(path: Path) -> tuple[Any, str]:
    """Read what a run left: its key, and the source. :raises MatchingError: it cannot be read"""
    try:
        held = json.loads(path.read_bytes())
        key, source = bytes.fromhex(held["key"]), held["source"]
        return psi.client.CreateFromKey(key, held["mode"] == "whom"), str(source)
    except OSError as error:
        raise MatchingError(f"{path}:不能读取({error.strerror})") from None
    except (ValueError, LookupError, TypeError, RuntimeError):
        fault = "不是登记一方留存的文件,或者已经损坏"
        raise MatchingError(f"{path}:{fault},请从备份取回") from None


def _request(client: Any, asked: list[Asked]) -> bytes:
    message: bytes = client.CreateRequest([each.number for each in asked]).SerializeToString(
        deterministic=True
    )
    return message


def _commitment(client: Any, asked: list[Asked]) -> str:
    """Bind the run to whom it is about; salted by the key, so that nobody tries out numbers."""
    running = hashlib.sha256(client.GetPrivateKeyBytes())
    for each in asked:
        for household, member in each.members:
            running.update(f"{household}\0{member}\0{each.number}\n".encode())
    return running.hexdigest()


def _write_matched(path: Path, found: list[Asked]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CREAT, 0o600), "w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("household_id", "member_key"))
        writer.writerows(member for each in found for member in each.members)


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CREAT, 0o600), "w") as file:
        file.write(text)
