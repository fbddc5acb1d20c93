"""
Sign a table of answers (签署反馈文件): for an office that answers by files and runs no gateway.

The office fills in a table; here it is looked through by the rules by which the platform will judge
it, then laid beside the others under the names that the exchange has, its manifest last.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO

from hedui.catalogue import Source, sources
from hedui.wire.files import (
    FAULTS,
    AnswerTable,
    CsvTable,
    FileFault,
    Group,
    Manifest,
    WorkbookTable,
    asked_in,
    build_manifest,
    element_of,
    encoding_of,
    name_of,
    read_manifest,
)
from hedui.wire.inquiry import InquiryElement
from hedui.wire.moments import china_day, moment_text, new_message_id
from hedui.wire.receiving import Rejected, judge
from hedui.wire.seals import Signer, Verifier

ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Signed:
    """
    What was laid down: the manifest's path, and what the table was found to be.

    judged: whether it was held against the questions, which lay beside the manifest of these
    """

    manifest: Path
    table: "LookedThrough"
    judged: bool


@dataclass(frozen=True, slots=True)
class LookedThrough:
    """
    What a table of answers is found to be.

    answered: how many answers hold; faults: the rows that do not, by what is said of them
    beyond: columns that are dropped; without: columns that were asked for and are not there
    unanswered: how many questions have no row
    """

    encoding: str
    columns: tuple[str, ...]
    rows: int
    answered: int
    faults: Mapping[str, tuple[int, ...]]
    beyond: tuple[str, ...]
    without: tuple[str, ...]
    unanswered: int


def sign_answer(
    table: Path,
    *,
    request: Path,
    to: Path,
    signer: Signer | None,
    platform: Verifier,
    now: datetime,
) -> Signed:
    """
    Lay a table of answers and its signed manifest into the folder of answers.

    request: the manifest of the questions that it answers; signer: none where OpenPGP signs
    platform: by whose keys the request must be signed

    :raises FileFault: the request is not the platform's, or the table cannot be taken as a whole
    """
    asked = read_manifest(request.read_bytes(), verifier=platform, now=now)
    if asked.kind != "request":
        raise FileFault("manifest", "不是请求文件的清单")
    questions = _questions(request.with_name(asked.file), asked)
    with table.open("rb") as stream:
        looked = _looked_through(stream, sources()[asked.source], questions, now)
        stream.seek(0)
        digest = sha256()
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    identifier = new_message_id(now)
    ending = "xlsx" if looked.encoding == "xlsx" else "csv"
    manifest = Manifest(
        kind="answer", message_id=identifier, correlation_id=asked.message_id,
        sender_id=asked.receiver_id, receiver_id=asked.sender_id, source=asked.source,
        made_at=now, file=name_of("answer", identifier, ending),
        encoding=looked.encoding,  # type: ignore[arg-type]
        columns=looked.columns, count=looked.rows, sha256=digest.hexdigest(),
    )  # fmt: skip
    written = build_manifest(manifest, signer)
    path = to / name_of("answer", identifier, "json")
    shutil.copyfile(table, to / f".{manifest.file}.part")
    os.replace(to / f".{manifest.file}.part", to / manifest.file)
    path.with_name(f".{path.name}.part").write_bytes(written)
    os.replace(path.with_name(f".{path.name}.part"), path)
    return Signed(path, looked, judged=questions is not None)


Questions = Mapping[str, InquiryElement]


def _questions(path: Path, asked: Manifest) -> Questions | None:
    """Return what was asked, None where the table of questions does not lie beside its manifest."""
    if not path.exists():
        return None
    with path.open("rb") as stream:
        if file_digest(stream, "sha256").hexdigest() != asked.sha256:
            raise FileFault("digest", path.name)
        return asked_in(_opened(stream, asked.encoding), asked.source)


def _fault(group: Group, questions: Questions | None, source: str, now: datetime) -> str:
    """Say what the platform would not take about an answer, "" where it would."""
    if group.fault or questions is None:
        return group.fault
    asked = questions.get(group.reference)
    if asked is None:
        return "not_asked"
    element = element_of(group, source, moment_text(now), asked.items)
    answer = judge(asked, [element], today=china_day(now), salt=group.reference)
    if isinstance(answer, Rejected):
        return "another_person" if answer.status == "quarantined" else "unusable"
    return "unavailable" if answer.outcome == "UNAVAILABLE" else ""


def _looked_through(
    stream: IO[bytes], source: Source, questions: Questions | None, now: datetime
) -> LookedThrough:
    encoding = "xlsx" if stream.read(len(ZIP)) == ZIP else ""
    stream.seek(0)
    encoding = encoding or encoding_of(stream)
    table = _opened(stream, encoding)
    answers = AnswerTable(table, source)
    doubled = answers.survey()
    faults: dict[str, list[int]] = {}
    answered = 0
    unanswered = set(questions or ())
    for group in answers.groups(doubled):
        unanswered.discard(group.reference)
        if fault := _fault(group, questions, source.name, now):
            said = FAULTS[fault].said + (f":{group.column}" if group.column else "")
            faults.setdefault(said, []).append(group.row)
        answered += not fault
    asked = {name for each in (questions or {}).values() for name in each.items}
    return LookedThrough(
        encoding=encoding,
        columns=table.columns,
        rows=answers.rows,
        answered=answered,
        faults={said: tuple(at) for said, at in faults.items()},
        beyond=answers.beyond,
        without=answers.without(asked),
        unanswered=len(unanswered),
    )


def _opened(stream: IO[bytes], encoding: str) -> CsvTable | WorkbookTable:
    stream.seek(0)
    return WorkbookTable(stream) if encoding == "xlsx" else CsvTable(stream, encoding)
