"""
What `hedui bench --channel` measures: questions about many persons out, answers in, by files.

Beside each stands the floor of its channel: the same bytes copied, or put and got by OpenSSH's own
client. What is measured goes the way of every question, guards and ledger included.
"""

import csv
import gc
import io
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from openpyxl import Workbook, load_workbook

from hedui import catalogue
from hedui.faces.cli import place
from hedui.faces.cli.copied_households import copies, household
from hedui.faces.cli.installing import install
from hedui.faces.cli.processes import free_ports
from hedui.procedure.agencies.models import Agency, Agreement, Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.inquiries import by_hand, taking
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.exchange import carrier_of, exchange, tried
from hedui.procedure.inquiries.gathering import open_for
from hedui.procedure.inquiries.models import AnswerFile, RequestFile
from hedui.procedure.record import keys
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.moment import moment, today
from hedui.wire.files import (
    ANSWER_COLUMNS,
    Manifest,
    WorkbookTable,
    build_manifest,
    write_workbook,
)
from hedui.wire.moments import new_message_id

T = TypeVar("T")
Measures = dict[str, float]
SERVER, SUBSYSTEM = "/usr/sbin/sshd", "/usr/lib/openssh/sftp-server"


def measure_channel(folder: Path, channel: str, persons: int) -> Measures:
    """Set a county up in `folder`, and exchange questions about `persons` with its bank."""
    install()
    place.settle(folder, first_day=today() - timedelta(days=400))
    asked = household(channel)
    copies(asked, persons)
    if channel == by_hand.CHANNEL:
        return _by_hand(Agreement.objects.select_related("department").get(channel=channel))
    requests, answers = folder / "requests", folder / "answers"
    requests.mkdir()
    answers.mkdir()
    with _served(folder, channel, requests, answers) as bare:
        agreement = Agreement.objects.select_related("department").get(channel=channel)
        tried(agreement)  # what it loads is no data
        before = settled()
        out = _timed(lambda: exchange(agreement, lambda _: None))
        request = RequestFile.objects.get()
        sent = requests / f"{request.pk}.request.csv"
        table = _answered(request, sent, answers)
        back = _timed(lambda: exchange(agreement, lambda _: None))
        rise = memory("VmHWM") - before
        held = AnswerFile.objects.get()
        came = answers / "processed" / table
        floor = bare(sent, "put") + bare(came, "get")
        line = _timed(lambda: _carried(channel, sent, came, answers))
    return {
        "persons": request.count,
        "kept": held.counts.get("kept", 0),
        "line_s": line[0],
        "line_cpu_s": line[1],
        "floor_s": floor,
        "line_of_floor": line[0] / floor,
        "out_s": out[0],
        "out_cpu_s": out[1],
        "out_mib": sent.stat().st_size / 2**20,
        "back_s": back[0],
        "back_cpu_s": back[1],
        "back_mib": came.stat().st_size / 2**20,
        "per_person_ms": (out[0] + back[0]) / request.count * 1000,
        "rise_mib": rise,
    }


def _by_hand(agreement: Agreement) -> Measures:
    """Take files of questions and bring answers until nothing is open, as an officer would."""
    officer = actor_of(Officer.objects.get(username="jingban"))
    assert officer.agency is not None
    body = Agency.objects.get(pk=officer.agency)
    turns = []
    while open_for(agreement, body.pk):
        turns.append(_turn(agreement, body, officer))
    summed = {name: sum(one[name] for one in turns) for name in turns[0]}
    both = summed["out_s"] + summed["back_s"]
    used = summed["out_cpu_s"] + summed["back_cpu_s"]
    return summed | {
        "per_person_ms": both / summed["persons"] * 1000,
        "all_of_floor": both / summed["floor_s"],
        "cpu_of_floor": used / summed["floor_cpu_s"],
        "rise_mib": max(one["rise_mib"] for one in turns),
    }


def _turn(agreement: Agreement, body: Agency, officer: Actor) -> Measures:
    before = settled()
    (request, content), *out = _timed_result(lambda: _taken(agreement, body, officer))
    rows, filled = _filled_in(content)
    back = _timed(lambda: _brought(request, filled, officer))
    rise = memory("VmHWM") - before
    floor = _timed(lambda: _rewritten(rows))
    kept = AnswerFile.objects.get(request=request).counts.get("kept", 0)
    return {
        "persons": request.count, "kept": kept, "floor_s": floor[0], "floor_cpu_s": floor[1],
        "out_s": out[0], "out_cpu_s": out[1], "out_mib": len(content) / 2**20,
        "back_s": back[0], "back_cpu_s": back[1], "back_mib": len(filled) / 2**20,
        "rise_mib": rise,
    }  # fmt: skip


def settled() -> float:
    """Let go of what is done with, begin the peak anew, and return what is held, MiB."""
    gc.collect()
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return before


def _taken(agreement: Agreement, body: Agency, officer: Actor) -> tuple[RequestFile, bytes]:
    request = by_hand.make_file(agreement, body)
    assert request is not None
    content = by_hand.hand_over(request=request, by=officer)
    request.refresh_from_db()  # it has left
    return request, content


def _filled_in(content: bytes) -> tuple[list[list[str]], bytes]:
    """Fill a workbook in as an office would: each person with one account."""
    table = WorkbookTable(io.BytesIO(content))
    answer = {
        "结果": "有记录", "第几条": "1", "共几条": "1", "数据截至": today().isoformat(),
        "答复单位": "某银行", "答复编号": "B-1", "开户银行": "某银行", "账户类型": "活期",
        "账号后四位": "0123", "账户余额(元)": "30000.00",
    }  # fmt: skip
    head = list(table.columns)
    rows = [head]
    for _, cells in table:
        asked = [str(cell or "") for cell in cells]
        rows.append([answer.get(name, said) for name, said in zip(head, asked, strict=True)])
    out = io.BytesIO()
    write_workbook(head, rows[1:], out)
    return rows, out.getvalue()


def _brought(request: RequestFile, filled: bytes, officer: Actor) -> None:
    answer = by_hand.bring_answer(request=request, content=filled, by=officer)
    by_hand.take_in_brought(answer.pk, lambda _: None)


def _rewritten(rows: list[list[str]]) -> None:
    """Write and read such a workbook twice with the library, and do nothing else: the floor."""
    for _ in range(2):
        book, out = Workbook(write_only=True), io.BytesIO()
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        book.save(out)
        held = load_workbook(out, read_only=True)
        for _row in held.worksheets[0].iter_rows(values_only=True):
            pass


def memory(name: str) -> float:
    """Return what the kernel says of this process, MiB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(name)


def _answered(request: RequestFile, sent: Path, answers: Path) -> str:
    """Answer each question with one account, as the bank would; return the table's name."""
    identifier = new_message_id(moment())
    table = answers / f"{identifier}.answer.csv"
    head, count = _write_answers(sent, table)
    with table.open("rb") as written:
        digest = taking.digest_of(written)
    manifest = Manifest(
        kind="answer", message_id=identifier, correlation_id=str(request.pk),
        sender_id=request.agreement.department.receiver_id,
        receiver_id=f"{request.body.division}-hedui", source="bank", made_at=moment(),
        file=table.name, encoding="utf-8", columns=head, count=count, sha256=digest,
    )  # fmt: skip
    (answers / f"{identifier}.answer.json").write_bytes(build_manifest(manifest, keys.signer()))
    return manifest.file


def _write_answers(sent: Path, table: Path) -> tuple[tuple[str, ...], int]:
    """Write row by row: what the bank would hold in memory is no part of what we measure."""
    head = (*ANSWER_COLUMNS.values(), *catalogue.sources()["bank"].items)
    day, count = today().isoformat(), 0
    with (
        sent.open(encoding="utf-8-sig", newline="") as asked,
        table.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out)
        writer.writerow(head)
        for row in csv.reader(asked):
            if count or row[0] != "查询编号":
                answer = ["有记录", "1", "1", day, "某银行", f"B-{count}"]
                writer.writerow([*row[:3], *answer, "某银行", "current", "0123", "3000000", ""])
                count += 1
    return head, count


def _carried(channel: str, sent: Path, came: Path, answers: Path) -> None:
    """Carry the same bytes over our own line, and nothing else: out to their place, and in."""
    again = f"{came.stem}.again"
    shutil.copyfile(came, answers / again)
    with carrier_of(channel).opened(f"{place.DIVISION}-bank") as line:
        with sent.open("rb") as source:
            line.place("again.csv", lambda out: shutil.copyfileobj(source, out, 1024 * 1024))
        line.release("again.csv")
        with line.open(again) as answer:
            while answer.read(1024 * 1024):
                pass


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    _, spent, cpu = _timed_result(work)
    return spent, cpu


def _timed_result(work: Callable[[], T]) -> tuple[T, float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - began, time.process_time() - cpu


@contextmanager
def _served(
    folder: Path, channel: str, requests: Path, answers: Path
) -> Iterator[Callable[[Path, str], float]]:
    """Write the file of connections, run a server where one is needed, and give the floor."""
    path = path_of(f"{place.DIVISION}-bank")
    path.parent.mkdir(parents=True, exist_ok=True)
    lies = f'requests = "{requests}"\nanswers = "{answers}"\n'
    server = _sshd(folder / "sshd") if channel == "sftp" else nullcontext((0, Path(), ""))
    with server as (port, key, host_key):
        login = f'host = "127.0.0.1"\nport = {port}\nuser = "{os.environ.get("USER", "root")}"\n'
        login += f'key = "{key}"\nhost_key = "{host_key}"\n'
        section = f"[sftp]\n{login}" if channel == "sftp" else "[folder]\n"
        path.write_text(f"every_minutes = 0\n{section}{lies}", encoding="utf-8")

        def bare(file: Path, verb: str) -> float:
            to = folder / "bare"
            began = time.perf_counter()
            if channel == "sftp":
                options = ["-P", str(port), "-i", str(key), "-o", "StrictHostKeyChecking=no"]
                options += ["-o", "UserKnownHostsFile=/dev/null", "-q", "-b", "-"]
                subprocess.run(
                    ["sftp", *options, "127.0.0.1"], input=f"{verb} {file} {to}\n".encode(),
                    check=True, capture_output=True,
                )  # fmt: skip
            else:
                shutil.copyfile(file, to)
                with to.open("rb") as copied:
                    os.fsync(copied.fileno())
            return time.perf_counter() - began

        yield bare


@contextmanager
def _sshd(folder: Path) -> Iterator[tuple[int, Path, str]]:
    """Run OpenSSH's server on the loopback; its port, the key that may log in, and its own."""
    folder.mkdir(mode=0o700)
    Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "client"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(make, check=True)
    (port,) = free_ports(1)
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\n"
        f"AuthorizedKeysFile {folder / 'client.pub'}\nStrictModes no\nUsePAM no\n"
        f"PermitRootLogin prohibit-password\nSubsystem sftp {SUBSYSTEM}\n",
        encoding="ascii",
    )
    running = subprocess.Popen([SERVER, "-D", "-f", str(folder / "config")])
    try:
        time.sleep(1)
        yield port, folder / "client", " ".join((folder / "host.pub").read_text().split()[:2])
    finally:
        running.terminate()
        running.wait(10)
