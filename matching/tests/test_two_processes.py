"""Two real processes over TLS: the registry learns who is in both, the department how many."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hedui_matching import channel

PROGRAM = [sys.executable, "-m", "hedui_matching"]
REQUEST_OF_FOUR = b"\x08\x01" + b"\x12\x04junk" * 4
"""A request for four numbers, none of which is blinded."""
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number(n: int) -> str:
    """Write a number that can belong to nobody: division 99 is not assigned."""
    body = f"99010119{60 + n % 40:02d}0101{n // 40:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


def certify(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    held = folder / f"{name}.pem", folder / f"{name}.key"
    held[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    held[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return held


def write(path: Path, columns: str, rows: list[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns.split())
        writer.writerows(rows)


SIGNED = ("2027-01-01", "*")
MEMBERS = {
    "signed and held": (1, *SIGNED),
    "for this source only": (2, "2026-11-26", "vehicle.vehicle_class"),
    "written with a space": (3, *SIGNED),
    "signed, not held": (4, *SIGNED),
    "ended the day before": (5, "2026-11-25", "*"),
    "signed for the bank only": (6, "2027-01-01", "bank"),
    "did not sign": (7, "", ""),
}
NOT_NEEDED = "signed, for a programme that needs no vehicles"
TWICE = "the same person once more"
ASKED = ["signed and held", "for this source only", "written with a space", "signed, not held"]


@pytest.fixture
def town(tmp_path: Path) -> Path:
    members = [("H1", key, number(n), *signed) for key, (n, *signed) in MEMBERS.items()]
    members += [("H2", NOT_NEEDED, number(8), *SIGNED), ("H1", TWICE, number(1), *SIGNED)]
    write(
        tmp_path / "registry/members.csv",
        "household_id member_key id_number authorized_until authorized_items",
        members,
    )
    households = [("H1", "dibao", "2026-11-26"), ("H2", "medical_aid", "2026-11-26")]
    write(tmp_path / "registry/households.csv", "household_id programme as_of", households)
    held = [number(n) for n in (1, 2, 5, 6, 7, 8, *range(100, 400))]
    spaced = f"{number(3)[:6]} {number(3)[6:]}"
    write(tmp_path / "vehicle.csv", "id_number", [(n,) for n in [*held, spaced, "", "?"]])
    for name in ("department", "registry", "stranger"):
        certify(tmp_path, name)
    return tmp_path


def keys(town: Path, own: str, other: str) -> list[str]:
    paths = {"certificate": f"{own}.pem", "key": f"{own}.key", "other": f"{other}.pem"}
    return [f"--{option}={town / name}" for option, name in paths.items()]


@contextmanager
def department(town: Path, *options: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """Start a department that answers once; give the process and its port."""
    command = [
        *PROGRAM, "department", *keys(town, "department", "registry"), "--source=vehicle",
        f"--data={town / 'vehicle.csv'}", f"--record={town / 'record.jsonl'}", "--port=0",
        "--most=1000", *options,
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            yield running, str(json.loads(running.stdout.readline())["listening"])
        finally:
            running.kill()


def ask(town: Path, port: str, *options: str, own: str = "registry") -> subprocess.CompletedProcess:
    command = [
        *PROGRAM, "registry", *keys(town, own, "department"), "--source=vehicle",
        f"--port={port}", f"--registry={town / 'registry'}", f"--out={town / 'out'}", *options,
    ]  # fmt: skip
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)


def recorded(town: Path) -> list[dict]:
    path = town / "record.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_the_registry_learns_who_is_in_both_and_the_department_how_many(town):
    with department(town) as (running, port):
        asked = ask(town, port)
        assert asked.returncode == 0, asked.stderr
        assert running.wait(300) == 0
    with (town / "out/matched.csv").open(encoding="utf-8") as file:
        matched = [row["member_key"] for row in csv.DictReader(file)]
    assert sorted(matched) == sorted([*ASKED[:3], TWICE])
    (entry,) = recorded(town)
    assert (entry["size"], entry["held"], entry["held_without_number"]) == (4, 307, 2)
    for n in range(1, 9):  # the record, and what was said, name nobody
        assert number(n) not in (town / "record.jsonl").read_text() + asked.stdout + asked.stderr
    assert os.stat(town / "out/matched.csv").st_mode & 0o077 == 0


def test_a_count_is_a_count(town):
    with department(town, "--counts-only") as (running, port):
        refused = ask(town, port)
        assert refused.returncode == 1
        assert "只约定了计数" in refused.stderr
        assert running.wait(300) == 1
    assert not (town / "out").exists()
    with department(town, "--counts-only") as (_, port):
        counted = ask(town, port, "--mode=count")
    assert json.loads(counted.stdout)["matched"] == 3
    assert not (town / "out/matched.csv").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--most=3"], "约定的"), (["--least=50"], "约定的"), (["--runs-a-day=0"], "今天已答复")],
)
def test_a_department_answers_within_what_was_agreed(town, options, said):
    with department(town, *options) as (_, port):
        refused = ask(town, port)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert recorded(town) == []


def test_a_stranger_is_not_answered(town):
    with department(town) as (running, port):
        refused = ask(town, port, own="stranger")
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        assert running.wait(300) == 1
    assert recorded(town) == []
    assert not (town / "out").exists()


def audit(town: Path) -> subprocess.CompletedProcess:
    command = [
        *PROGRAM, "audit", f"--registry={town / 'registry'}", f"--kept={town / 'out/kept.json'}",
        f"--record={town / 'record.jsonl'}",
    ]  # fmt: skip
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)


def test_whom_was_asked_about_is_proved_afterwards(town):
    with department(town) as (_, port):
        assert ask(town, port).returncode == 0
    held = audit(town)
    assert held.returncode == 0, held.stderr
    assert json.loads(held.stdout)["size"] == 4
    path = town / "registry/members.csv"  # one of those asked about had in truth not signed
    path.write_text(path.read_text().replace("2027-01-01,*", "2026-01-01,*", 1))
    other = audit(town)
    assert other.returncode == 1
    assert "不同" in other.stderr


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("record.jsonl", "record.jsonl:第 2 行读不出来"),
        ("out/kept.json", "kept.json:不是登记一方留存的文件"),
    ],
)
def test_an_audit_of_what_cannot_be_read_ends_in_a_sentence(town, broken, said):
    with department(town) as (_, port):
        assert ask(town, port).returncode == 0
    path = town / broken
    path.write_text(f'{path.read_text()}{{"at": "2026-')  # as where the power went
    told = audit(town)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert said in told.stderr
    path.unlink()
    told = audit(town)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)


def test_a_department_whose_record_cannot_be_read_waits_for_nobody(town):
    (town / "record.jsonl").write_text("2026-11-26 answered\n")
    with department(town) as (running, _):
        assert running.wait(60) == 1
        told = running.stderr.read()
    assert "record.jsonl:第 1 行读不出来" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("message", [b"\xff\xff\xff", REQUEST_OF_FOUR])
def test_what_is_no_message_of_the_library_is_told_in_a_sentence(town, message):
    """Of another version, or of somebody who tries out what happens."""
    with department(town) as (running, port):
        paths = [town / name for name in ("registry.pem", "registry.key", "department.pem")]
        with channel.called("127.0.0.1", int(port), *paths) as line:
            channel.send_note(
                line, format="hedui-matching-1", source="vehicle", mode="whom", size=4,
                authorizations="0" * 64,
            )  # fmt: skip
            channel.receive_note(line)
            channel.send(line, message)
            assert running.wait(60) == 1
        told = running.stderr.read()
    assert "读不出来" in told
    assert told.count("\n") == 1
