"""A ledger signed with SM2, from its beginning or from a day on, convinces the same stranger."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hedui import ledger
from hedui.ledger import verify
from hedui.ledger.kept import FORMAT, NotProven, verify_kept
from hedui.procedure.record import checkpoints, keys
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.rotation import rotate
from hedui.procedure.reports.queries import signed
from hedui.wire.canonical import canonical
from hedui.wire.seals import SealError, generate_key, sm2
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(settings, tmp_path, request):
    """Give the installation keys of its own, of a suite."""
    settings.HEDUI_KEYS_DIR = tmp_path / "keys"
    settings.HEDUI_CRYPTO_SUITE = getattr(request, "param", "sm")
    keys.make_keys()
    return tmp_path / "keys" / keys.SIGNING_KEY_PUBLIC


def exported() -> list[bytes]:
    return list(checkpoints.export())


def alone(folder: Path, key: Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier as one file, with nothing of ours and no binding for SM2."""
    source = Path(verify.__file__).read_text(encoding="utf-8")
    assert "gmssl" not in source
    (folder / "verify.py").write_text(source, encoding="utf-8")
    (folder / "ledger.jsonl").write_bytes(b"".join(exported()))
    command = [sys.executable, "-I", "verify.py", "ledger.jsonl", "--key", str(key), "--json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_household_verified_under_sm_leaves_a_ledger_that_one_file_verifies(
    county, begun, tmp_path
):
    report = cast.drafted(county)
    done = alone(tmp_path, begun)
    assert done.returncode == 0, done.stdout + done.stderr
    verdict = json.loads(done.stdout)
    assert (verdict["first_bad"], verdict["inquiries"] > 0) == (None, True)
    assert keys.signer().suite == "sm2"
    body = canonical(signed(county.countersigns, report=report)["report"])
    keys.verifier().verify_detached(report.signature, body, typ="hedui-report+jws")
    with pytest.raises(SealError):
        keys.verifier().verify_detached(report.signature, body + b" ", typ="hedui-report+jws")


def test_signed_by_anothers_sm2_key_it_does_not_hold(county, begun, tmp_path):
    cast.declared(county)
    generate_key(tmp_path / "stranger.pem", suite="sm2")
    done = alone(tmp_path, tmp_path / "stranger.pub.pem")
    assert done.returncode == 1
    assert "检查点不是本台账的密钥签署的" in json.loads(done.stdout)["reason"]


def test_a_changed_bit_of_the_signature_is_found(county, begun):
    cast.declared(county)
    lines = exported()
    note = json.loads(lines[1])["checkpoint"]
    text, _, line = note.rpartition(" ")
    signature = bytearray(base64.b64decode(line))
    for place in (4, 40, 67):
        changed = bytearray(signature)
        changed[place] ^= 1
        forged = f"{text} {base64.b64encode(changed).decode()}\n"
        lines[1] = json.dumps({"checkpoint": forged}, separators=(",", ":")).encode() + b"\n"
        assert verify.verify(lines).first_bad == 0


@pytest.mark.parametrize("begun", ["default"], indirect=True)
def test_a_ledger_whose_key_changed_on_the_way_is_verified_with_both_keys(county, begun, tmp_path):
    cast.declared(county)
    first = checkpoints.make_checkpoint()
    shutil.copy(begun, tmp_path / "first.pub.pem")
    rotate(use="signing", suite="sm", day=today(), by=INSTALLER)
    second = checkpoints.make_checkpoint()
    assert (second.size > first.size, keys.signer().suite) == (True, "sm2")
    assert verify.verify(exported(), held=verify.public_keys_in(begun)).first_bad is None
    assert alone(tmp_path, begun).returncode == 0
    found = verify.verify(exported(), held=verify.public_keys_in(tmp_path / "first.pub.pem"))
    assert found.first_bad == first.size


def test_a_witness_with_an_sm2_key_is_kept_and_told(county, begun, tmp_path):
    cast.declared(county)
    made = checkpoints.make_checkpoint()
    witness = generate_key(tmp_path / "witness.pem", suite="sm2")
    known = begun.parent / checkpoints.WITNESSES
    known.mkdir()
    shutil.copy(tmp_path / "witness.pub.pem", known / "sh.example.pub.pem")
    public = witness.public().raw
    line = ledger.cosign(made.note, "sh.example", public, witness.sign_bytes, moment())
    assert checkpoints.accept(made.note + line) == 1
    assert verify.verify(exported()).witnesses == ("sh.example",)
    other = generate_key(tmp_path / "other.pem", suite="sm2")
    forged = ledger.cosign(made.note, "sh.example", public, other.sign_bytes, moment())
    with pytest.raises(checkpoints.NotWitnessed):
        checkpoints.accept(made.note + forged)


def test_proofs_that_a_person_keeps_hold_under_sm2(county, begun):
    cast.declared(county)
    made = checkpoints.make_checkpoint()
    entry = checkpoints.Entry.objects.first()
    proof = checkpoints.prove(entry.id)
    kept = {
        "format": FORMAT,
        "origin": checkpoints.origin(),
        "entries": [
            {
                "content": entry.content,
                "index": proof.index,
                "proof": [step.hex() for step in proof.proof],
                "checkpoint": made.note,
            }
        ],
    }
    assert verify_kept(kept, verify.public_keys_in(begun)) == (1, 0)
    with pytest.raises(NotProven):
        verify_kept(kept, [sm2.generate().public.point])


@pytest.mark.parametrize("size", [250])
def test_the_auditors_integers_agree_with_the_binding(size):
    """On signatures that hold and on ones of which a bit was changed."""
    for number in range(size):
        key, content = sm2.generate(), number.to_bytes(2) * number
        signature = sm2.sign(key, content)
        assert verify.sm2_holds(key.public.point, content, signature)
        changed = bytearray(signature)
        changed[number % 64] ^= 1 << number % 8
        assert not sm2.verify(key.public, content, bytes(changed))
        assert not verify.sm2_holds(key.public.point, content, bytes(changed))
        assert not verify.sm2_holds(key.public.point, content + b"x", signature)


N = verify.SM2_N


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (N, 1), (1, N), (N - 1, 1), (1, 1)])
def test_numbers_that_are_no_signature_are_none_for_the_auditor(r, s):
    point = sm2.generate().public.point
    assert not verify.sm2_holds(point, b"", r.to_bytes(32) + s.to_bytes(32))
    assert not verify.sm2_holds(point, b"", r.to_bytes(32) + s.to_bytes(32) + b"\0")


def test_a_point_beside_the_curve_is_no_key_for_the_auditor():
    key = sm2.generate()
    signature = sm2.sign(key, b"")
    beside = bytearray(key.public.point)
    beside[-1] ^= 1
    assert not verify.sm2_holds(bytes(beside), b"", signature)
