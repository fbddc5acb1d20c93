"""What the verifier refuses of an export that somebody wrote anew, with every leaf in its place."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hedui import ledger
from hedui.ledger import Frontier, leaf_hash, verify
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.record import checkpoints, keys
from tests import cast

pytestmark = pytest.mark.django_db
Entry = dict[str, Any]


@pytest.fixture
def lines(county) -> list[bytes]:
    """Return the export of a ledger in which a household was verified and then took back."""
    report = cast.drafted(county)
    for signed in report.commission.case.authorizations.all():
        revoke(authorization=signed, reason="本人要求", by=county.intake)
    return list(checkpoints.export())


def ours() -> bytes:
    return keys.signer().public().raw


def entries_in(lines: list[bytes]) -> list[Entry]:
    return [json.loads(line[65:]) for line in lines if line[:1] != b"{"]


def written_anew(
    lines: list[bytes], entries: list[Entry], *, sign: Callable[[bytes], bytes], public: bytes
) -> list[bytes]:
    """Write an export in which all digests, the head and one checkpoint fit these entries."""
    frontier, previous, body = Frontier(), "", []
    for index, entry in enumerate(entries):
        rewritten = entry | {"index": index, "previous": previous}
        content = json.dumps(
            rewritten, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
        leaf = leaf_hash(content)
        previous = leaf.hex()
        frontier, _ = frontier.extended([leaf])
        body.append(f"{previous} ".encode() + content + b"\n")
    name = json.loads(lines[0])["keys"][0]["name"]
    told = {"name": name, "kind": verify.LOG, "public": base64.b64encode(public).decode()}
    header = {"format": verify.FORMAT, "keys": [told]}
    note = ledger.sign_checkpoint(name, frontier.size, frontier.root, public, sign)
    closing = {"size": frontier.size, "roots": [root.hex() for root in frontier.roots]}
    return [line_of(header), line_of({"checkpoint": note}), *body, line_of(closing)]


def line_of(value: Entry) -> bytes:
    return json.dumps(value).encode() + b"\n"


def by_us(lines: list[bytes], entries: list[Entry]) -> list[bytes]:
    return written_anew(lines, entries, sign=keys.signer().sign_bytes, public=ours())


def test_written_anew_unchanged_it_holds(lines):
    assert verify.verify(by_us(lines, entries_in(lines)), held=[ours()]).first_bad is None


def test_without_a_checkpoint_over_the_last_entry_nothing_is_believed(lines):
    """Else whoever rewrites the ledger need only leave the checkpoints out."""
    bare = [line for line in lines if not line.startswith(b'{"checkpoint"')]
    for held in (None, [ours()]):
        found = verify.verify(bare, held=held)
        assert (found.first_bad, found.reason) == (0, "此后没有签署过的检查点")


def test_signed_by_another_key_it_does_not_hold_for_whoever_has_ours(lines):
    other = Ed25519PrivateKey.generate()
    forged = written_anew(
        lines, entries_in(lines), sign=other.sign, public=other.public_key().public_bytes_raw()
    )
    assert verify.verify(forged, held=[ours()]).first_bad == 0


def first(entries: list[Entry], act: str) -> int:
    return next(n for n, entry in enumerate(entries) if entry["act"] == act)


def test_an_authorization_does_not_come_back_to_life_under_its_number(lines):
    entries = entries_in(lines)
    entries.append(entries[first(entries, "authorizations.authorize")])
    found = verify.verify(by_us(lines, entries))
    assert found.first_bad == len(entries) - 1
    assert "登记了两次" in found.reason


def test_nothing_was_asked_on_what_a_guardian_signed_after_their_standing_ended(lines):
    entries = entries_in(lines)
    signed = next(e for e in entries if e["detail"].get("guardianship"))
    place = first(entries, "inquiries.inquire")
    ended = entries[place] | {
        "act": "authorizations.end_guardianship",
        "detail": {"guardianship": signed["detail"]["guardianship"], "reason": "监护人变更"},
    }
    at_the_end = verify.verify(by_us(lines, [*entries, ended]))
    assert at_the_end.first_bad is None
    before = verify.verify(by_us(lines, [*entries[:place], ended, *entries[place:]]))
    assert before.first_bad == place + 1
    assert "监护终止" in before.reason


def test_a_commission_is_given_once(lines):
    entries = entries_in(lines)
    entries.append(entries[first(entries, "commissions.commission")])
    assert verify.verify(by_us(lines, entries)).first_bad == len(entries) - 1


@pytest.mark.parametrize("claimed", ["2024-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"])
def test_an_inquiry_was_sent_when_it_was_entered(lines, claimed):
    entries = entries_in(lines)
    place = first(entries, "inquiries.inquire")
    entries[place] = entries[place] | {"detail": entries[place]["detail"] | {"at": claimed}}
    found = verify.verify(by_us(lines, entries))
    assert found.first_bad == place
    assert "时刻" in found.reason


def test_no_act_hides_behind_another_order_of_keys(lines):
    entries = entries_in(lines)
    rewritten = by_us(lines, entries)
    place = next(n for n, line in enumerate(rewritten) if line[:1] != b"{")
    entry = entries[0] | {"index": 0, "previous": ""}
    last = {name: entry.pop(name) for name in ("index", "previous")}
    content = json.dumps(
        {"actor": entry.pop("actor")} | entry | last, separators=(",", ":"), ensure_ascii=False
    ).encode()
    rewritten[place] = leaf_hash(content).hex().encode() + b" " + content + b"\n"
    found = verify.verify(rewritten)
    assert (found.first_bad, found.reason) == (0, "不是规范写法")


@pytest.mark.parametrize(
    "end", [b"", b"{", b"{}", b"[]", b'{"size":"x","roots":[]}', b'{"size":9}', b"null"]
)
def test_a_file_that_breaks_off_says_where(lines, end):
    found = verify.verify([*lines[:-1], end])
    assert found.first_bad == len(entries_in(lines))
    assert "断" in found.reason or end[:1] != b"{"


def test_a_file_cut_between_two_entries_says_where(lines):
    kept = [n for n, line in enumerate(lines) if line[:1] != b"{"][:4]
    assert verify.verify(lines[: kept[-1] + 1]).first_bad == 4


def test_nothing_follows_the_end(lines):
    found = verify.verify([*lines, lines[-2]])
    assert (found.first_bad, found.reason) == (len(entries_in(lines)), "结尾之后还有内容")


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n", "\n-", 1),
        lambda note: note.replace("\n", "\n0", 1),
        lambda note: note.replace("\n", "\n٣", 1),
        lambda note: note.removesuffix("\n"),
        lambda note: "\n" + note.split("\n", 1)[1],
        lambda note: note.replace("\n\n", "\nmore\n\n"),
        lambda note: note.split("\n\n", 1)[0] + "\n\n",
        lambda note: "",
    ],
)
def test_a_checkpoint_is_read_in_one_form_only(lines, change):
    note = json.loads(next(line for line in lines if line.startswith(b'{"checkpoint"')))
    assert verify.Checkpoint.parse(note["checkpoint"])
    with pytest.raises(verify.Unreadable):
        verify.Checkpoint.parse(change(note["checkpoint"]))
