"""The ledger, exported, convinces whoever holds nothing of ours but the public key."""

import base64
import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from hedui import ledger
from hedui.faces.cli import checking
from hedui.ledger import verify
from hedui.procedure.record import checkpoints
from hedui.procedure.record.checkpoints import NotWitnessed
from hedui.procedure.record.models import Checkpoint, Entry, Head, Node
from hedui.procedure.record.moment import moment
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county):
    """Return a ledger in which a household was verified, with a checkpoint half-way."""
    case = cast.authorized(county)
    half = checkpoints.make_checkpoint()
    report = cast.drafted(county)
    assert case
    assert report
    return half


@pytest.fixture
def witness(settings, tmp_path):
    """Register a witness, and return how it signs a note."""
    key = Ed25519PrivateKey.generate()
    folder = Path(settings.HEDUI_KEYS_DIR) / checkpoints.WITNESSES
    folder.mkdir(exist_ok=True)
    file = folder / "sh.example.pub.pem"
    file.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def cosign(note, by=key):
        public = by.public_key().public_bytes_raw()
        return note + ledger.cosign(note, "sh.example", public, by.sign, moment())

    yield cosign
    file.unlink()


def exported() -> list[bytes]:
    return list(checkpoints.export())


def test_a_whole_story_verifies_with_every_inquiry_covered(story):
    found = verify.verify(exported())
    assert (found.first_bad, found.reason) == (None, "")
    assert found.entries == Head.objects.get().size
    assert found.checkpoints == 2
    assert found.inquiries > 0


def test_the_verifier_is_one_file_that_needs_nothing_of_ours(story, tmp_path):
    shutil.copy(verify.__file__, tmp_path / "verify.py")
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(exported()))
    key = Path(settings.HEDUI_KEYS_DIR) / "platform.pub.pem"
    command = [sys.executable, "-I", "verify.py", "ledger.jsonl", "--key", str(key), "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["first_bad"] is None
    source = (tmp_path / "verify.py").read_text(encoding="utf-8")
    assert "import hedui" not in source
    assert "from hedui" not in source


def test_a_checkpoint_is_made_once_for_each_size_and_covers_it(story):
    first, again = checkpoints.make_checkpoint(), checkpoints.make_checkpoint()
    assert first == again
    parsed = ledger.Checkpoint.parse(first.note)
    assert (parsed.size, parsed.root) == (Head.objects.get().size, Head.objects.get().frontier.root)


def test_every_entry_is_proved_against_a_checkpoint(story):
    checkpoints.make_checkpoint()
    for entry in Entry.objects.all():
        found = checkpoints.prove(entry.id)
        stated = ledger.Checkpoint.parse(found.checkpoint.note)
        assert ledger.verify_inclusion(
            found.leaf, found.index, stated.size, found.proof, stated.root
        )


def test_the_ledger_is_proved_to_have_only_grown(story):
    late = checkpoints.make_checkpoint()
    proof = checkpoints.prove_growth(story.size, late.size)
    first, second = (ledger.Checkpoint.parse(c.note) for c in (story, late))
    assert ledger.verify_consistency(first.size, second.size, first.root, second.root, proof)


def test_the_kept_subtrees_are_those_of_the_entries(story):
    leaves = [bytes(leaf) for leaf in Entry.objects.values_list("leaf", flat=True)]
    _, completed = ledger.Frontier().extended(leaves)
    wanted = {Node.place_of(s): r for s, r in completed.items() if s.level >= Node.KEPT_FROM}
    assert {n.place: bytes(n.root) for n in Node.objects.all()} == wanted
    assert wanted


def test_a_witness_that_is_known_is_kept_beside_its_checkpoint(story, witness):
    note = witness(story.note)
    assert checkpoints.accept(note) == 1
    assert checkpoints.accept(note) == 0
    assert checkpoints.cosigned(story) == note
    assert verify.verify(exported()).witnesses == ("sh.example",)


def test_who_is_no_witness_of_ours_is_not_kept(story, witness):
    with pytest.raises(NotWitnessed, match="没有登记这位见证"):
        checkpoints.accept(witness(story.note, by=Ed25519PrivateKey.generate()))
    forged = story.note.replace(f"\n{story.size}\n", f"\n{story.size + 1}\n", 1)
    with pytest.raises(NotWitnessed, match="不是本台账"):
        checkpoints.accept(witness(forged))
    with pytest.raises(NotWitnessed, match="格式有误"):
        checkpoints.accept("x")


def test_a_key_that_is_not_ours_signs_nothing(story, tmp_path):
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    found = verify.verify(exported(), held=[stranger])
    assert found.reason == "检查点不是本台账的密钥签署的"


def test_whoever_signs_anew_with_another_key_is_found_by_the_key_that_the_auditor_holds(story):
    """All is rewritten, and consistent in itself; only the key cannot be had."""
    thief = Ed25519PrivateKey.generate()
    public = thief.public_key().public_bytes_raw()
    lines = [json.loads(line) for line in exported() if line.startswith(b"{")]
    header, notes = lines[0], [line["checkpoint"] for line in lines if "checkpoint" in line]
    header["keys"][0]["public"] = base64.b64encode(public).decode()
    signed = []
    for note in notes:
        one = ledger.Checkpoint.parse(note)
        signed.append(ledger.sign_checkpoint(one.origin, one.size, one.root, public, thief.sign))
    entries = [line for line in exported() if not line.startswith(b"{")]
    forged = [
        json.dumps(header).encode(),
        *(b'{"checkpoint":' + json.dumps(note).encode() + b"}" for note in signed),
        *entries,
        exported()[-1],
    ]
    assert verify.verify(forged).first_bad is None
    held = verify.public_keys_in(Path(settings.HEDUI_KEYS_DIR) / "platform.pub.pem")
    assert verify.verify(forged, held=held).first_bad == 0


def test_the_check_says_that_nothing_signs_what_is_new(story, monkeypatch):
    """The worker makes a checkpoint every 30 seconds: minutes without one, and it is down."""

    def told(minutes):
        monkeypatch.setattr(checking, "moment", lambda: moment() + timedelta(minutes=minutes))
        return [(c.level, c.remedy) for c in checking.findings() if "签署检查点" in c.what]

    assert told(4) == []
    assert told(6) == [("warning", "后台没有运行:启动 hedui worker")]
    checkpoints.make_checkpoint()
    assert told(600) == []


def test_what_is_no_export_is_said_to_be_none():
    for lines in ([], [b"{}"], [b"\xff"], [b'{"format":"hedui-ledger-1"}']):
        with pytest.raises(verify.Unreadable, match="不是台账导出文件"):
            verify.verify(lines)


def test_an_empty_ledger_has_no_checkpoint_and_verifies(db):
    assert checkpoints.make_checkpoint() is None
    assert checkpoints.newest() is None
    assert verify.verify(exported()).first_bad is None
    with pytest.raises(Entry.DoesNotExist):
        checkpoints.prove("01900000-0000-7000-8000-000000000000")


def test_nobody_is_proved_a_ledger_longer_than_it_is(story):
    with pytest.raises(ValueError, match="not that long"):
        checkpoints.prove_growth(1, Head.objects.get().size + 1)
    assert Checkpoint.objects.count() == 1
