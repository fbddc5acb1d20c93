"""
A department's clerk who answers by files: takes what lies among the requests, leaves an answer.

It reads the request with a reader of its own (csv), so that what leaves is held against the format
and not against the code that wrote it.
"""

import csv
import io
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from hedui.procedure.record import keys
from hedui.procedure.record.moment import moment
from hedui.wire.canonical import canonical
from hedui.wire.files import Manifest, build_manifest
from hedui.wire.moments import new_message_id
from hedui.wire.seals import Verifier

HEAD = [
    "查询编号", "姓名", "公民身份号码", "结果", "第几条", "共几条",
    "数据截至", "答复单位", "答复编号", "开户银行",
    "账户类型", "账号后四位", "账户余额(元)", "近六个月大额支出合计(元)",
]  # fmt: skip


def requested(folder: Path) -> list[tuple[dict[str, Any], list[dict[str, str]]]]:
    """Return each request that lies there: its manifest, verified, and its rows."""
    found = []
    for path in sorted(folder.glob("*.request.json")):
        held = json.loads(path.read_text())
        said = held["manifest"]
        Verifier.of(keys.signer().public()).verify_detached(
            held["signature"], canonical(said), typ="hedui-file+jws"
        )
        body = (folder / said["file"]).read_bytes()
        assert sha256(body).hexdigest() == said["sha256"]
        text = body.decode("utf-8-sig" if said["encoding"] == "utf-8" else said["encoding"])
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == said["count"]
        found.append((said, rows))
    return found


def nothing(asked: dict[str, str]) -> list[str]:
    """Return the row that says that nothing is held of somebody."""
    day = moment().date().isoformat()
    who = [asked["查询编号"], asked["姓名"], asked["公民身份号码"]]
    return [*who, "无记录", "", "", day, "某银行", "B-1", *[""] * 5]


def account(
    asked: dict[str, str], *, balance: str = "30000.00", at: int = 1, of: int = 1
) -> list[str]:
    """Return a row that tells of an account."""
    who, day = nothing(asked)[:3], moment().date().isoformat()
    answer = ["有记录", str(at), str(of), day, "某银行", f"B-{who[0][-6:]}"]
    return [*who, *answer, "某银行", "活期", "0123", balance, ""]


def written(head: list[str], rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    """Write a table."""
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode(encoding)


def manifest_for(said: dict[str, Any], table: bytes, rows: int, **changes: Any) -> Manifest:
    """Return the manifest of an answer to a request."""
    identifier = new_message_id(moment())
    encoding = changes.get("encoding", "utf-8")
    ending = "xlsx" if encoding == "xlsx" else "csv"
    made = Manifest(
        kind="answer",
        message_id=identifier,
        correlation_id=said["message_id"],
        sender_id=said["receiver_id"],
        receiver_id=said["sender_id"],
        source=said["source"],
        made_at=moment(),
        file=f"{identifier}.answer.{ending}",
        encoding="utf-8",
        columns=tuple(HEAD),
        count=rows,
        sha256=sha256(table).hexdigest(),
    )
    return replace(made, **changes)


def leave(folder: Path, manifest: Manifest, table: bytes | None, signer: Any = None) -> Path:
    """Leave an answer: the table, then its manifest."""
    if table is not None:
        (folder / manifest.file).write_bytes(table)
    path = folder / f"{manifest.message_id}.answer.json"
    path.write_bytes(build_manifest(manifest, signer or keys.signer()))
    return path


def answer(
    folder: Path,
    said: dict[str, Any],
    rows: list[list[str]],
    head: list[str] = HEAD,
    encoding: str = "utf-8",
    **changes: Any,
) -> Path:
    """Answer a request with rows."""
    table = written(head, rows, encoding)
    known = encoding if encoding == "gb18030" else "utf-8"
    manifest = manifest_for(
        said, table, len(rows), **{"columns": tuple(head), "encoding": known} | changes
    )
    return leave(folder, manifest, table)
