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

PROGRAM = [sys.executable, "-m", "hedui_matching"]
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
ASKED = ["signed and held", "for this source only", "written with a space", "signed, not held"]


@pytest.fixture
def town(tmp_path: Path) -> Path:
    members = [("H1", key, number(n), *signed) for key, (n, *signed) in MEMBERS.items()]
    write(
        tmp_path / "registry/members.csv",
        "household_id member_key id_number authorized_until authorized_items",
        members,
    )
    write(tmp_path / "registry/households.csv", "household_id as_of", [("H1", "2026-11-26")])
    held = [number(n) for n in (1, 2, 5, 6, 7, *range(100, 400))]
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
    assert sorted(matched) == sorted(ASKED[:3])
    (entry,) = recorded(town)
    assert (entry["size"], entry["held"], entry["held_without_number"]) == (4, 306, 2)
    for n in range(1, 8):  # the record, and what was said, name nobody
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


def test_whom_was_asked_about_is_proved_afterwards(town):
    with department(town) as (_, port):
        assert ask(town, port).returncode == 0
    audit = [
        *PROGRAM, "audit", f"--registry={town / 'registry'}", f"--kept={town / 'out/kept.json'}",
        f"--record={town / 'record.jsonl'}",
    ]  # fmt: skip
    held = subprocess.run(audit, check=False, capture_output=True, text=True, timeout=300)
    assert held.returncode == 0, held.stderr
    assert json.loads(held.stdout)["size"] == 4
    path = town / "registry/members.csv"  # one of those asked about had in truth not signed
    path.write_text(path.read_text().replace("2027-01-01,*", "2026-01-01,*", 1))
    other = subprocess.run(audit, check=False, capture_output=True, text=True, timeout=300)
    assert other.returncode == 1
    assert "不同" in other.stderr
