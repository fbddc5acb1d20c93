"""What the verifier refuses of an export that somebody wrote anew, with every leaf in its place."""

import base64
import gc
import json
import os
from collections.abc import Callable
from dataclasses import replace
from signal import SIGKILL
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

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
        revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
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


def test_no_second_writing_hides_behind_the_first(lines):
    """Two objects in a line: the act would be read off the one, its place off the other."""
    entries = entries_in(lines)
    declared = next(e for e in entries if e["act"] == "cases.declare")
    rewritten = by_us(lines, [declared, *entries])
    place = next(n for n, line in enumerate(rewritten) if line[:1] != b"{")
    first, end = rewritten[place][65:-1].split(b',"index":0,')
    content = first + b'}{"more":1,"index":0,' + end
    rewritten[place] = leaf_hash(content).hex().encode() + b" " + content + b"\n"
    found = verify.verify(rewritten)
    assert (found.first_bad, found.reason) == (0, "内容不全,无法据以核验授权")


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


Change = Callable[[list[Entry]], None]


def entry(entries: list[Entry], act: str) -> Entry:
    return entries[first(entries, act)]


def before_it(act: str, of: str) -> Change:
    """Move the first entry of an act to just after the first of another."""

    def change(entries: list[Entry]) -> None:
        moved = entries.pop(first(entries, act))
        entries.insert(first(entries, of) + 1, moved)

    return change


def asked_for(**changes: Any) -> Change:
    def change(entries: list[Entry]) -> None:
        entry(entries, "inquiries.inquire")["detail"]["asked"][0] |= changes

    return change


def for_another_purpose(entries: list[Entry]) -> None:
    entry(entries, "authorizations.authorize")["detail"]["purpose"] = "dibao_edge"


def closed_before(entries: list[Entry]) -> None:
    ordered = entry(entries, "commissions.commission")
    closed = ordered | {
        "act": "commissions.close",
        "detail": {"commission": ordered["detail"]["commission"]},
    }
    entries.insert(first(entries, "inquiries.inquire"), closed)


def in_another_case(entries: list[Entry]) -> None:
    entry(entries, "inquiries.inquire")["case"] = "0190a000-0000-7000-8000-000000000001"


def sent(**changes: Any) -> Change:
    def change(entries: list[Entry]) -> None:
        entry(entries, "inquiries.inquire")["detail"] |= changes

    return change


def sent_without_asking(entries: list[Entry]) -> None:
    entry(entries, "inquiries.inquire")["detail"]["asked"].pop(0)


def valid(**changes: Any) -> Change:
    def change(entries: list[Entry]) -> None:
        for one in entries:
            if one["act"] == "authorizations.authorize":
                one["detail"] |= changes

    return change


def revoked_before(entries: list[Entry]) -> None:
    entries.insert(
        first(entries, "inquiries.inquire"), entries.pop(first(entries, "authorizations.revoke"))
    )


def keys_changed(*actors: str | None) -> Change:
    """Let a department's keys be proposed and approved by these; None: nobody proposes."""

    def change(entries: list[Entry]) -> None:
        acts = zip(("agencies.propose_keys", "agencies.approve_keys"), actors, strict=True)
        told = {"change": "0190a", "source": "tax", "division": "310101", "keys": ["k"]}
        entries += [
            entries[-1] | {"act": act, "actor": actor, "case": None, "detail": told}
            for act, actor in acts
            if actor
        ]

    return change


def test_keys_are_changed_by_two_whether_of_a_department_or_of_a_partner(lines):
    entries = entries_in(lines)
    keys_changed("officer:1", "officer:2")(entries)
    keys_changed("officer:2", "officer:1")(entries)
    for one in entries[-2:]:
        one["detail"] = {"change": "0190b"}
    assert verify.verify(by_us(lines, entries), held=[ours()]).first_bad is None


def without_a_detail(entries: list[Entry]) -> None:
    del entry(entries, "commissions.commission")["detail"]["purpose"]


NOT_IN_ORDER: dict[str, tuple[Change, str]] = {
    "authorized before it was declared": (
        before_it("cases.declare", "authorizations.authorize"),
        "授权之前没有相应的申报",
    ),
    "ordered before it was declared": (
        lambda entries: entry(entries, "commissions.commission")["detail"].update(
            declaration="sha256:0"
        ),
        "委托之前没有相应的申报",
    ),
    "asked before it was signed": (
        before_it("authorizations.authorize", "inquiries.inquire"),
        "没有本人的授权",
    ),
    "asked about another": (asked_for(member="0190a000"), "没有本人的授权"),
    "asked for another purpose": (for_another_purpose, "不是为这一救助项目签署的"),
    "asked for more": (asked_for(items=["bank.mother_s_maiden_name"]), "超出授权的查询项"),
    "asked for nothing": (asked_for(items=[]), "超出授权的查询项"),
    "asked after it was closed": (closed_before, "没有依据未办结的委托"),
    "asked in another case": (in_another_case, "没有依据未办结的委托"),
    "sent and never asked": (sent_without_asking, "没有登记过"),
    "sent after the revocation": (revoked_before, "在授权撤回或者监护终止之后"),
    "sent after the end": (
        valid(until="2024-01-02T00:00:00+00:00"),
        "在授权有效期之外",
    ),
    "sent before the beginning": (
        valid(**{"from": "2090-01-01T00:00:00+00:00"}),
        "在授权有效期之外",
    ),
    "sent at another time than it says": (
        sent(at="2024-01-02T00:00:00+00:00"),
        "与留痕的时刻不符",
    ),
    "keys changed by one": (keys_changed("officer:1", "officer:1"), "换钥没有经两人办理"),
    "keys changed that nobody proposed": (keys_changed(None, "officer:2"), "换钥没有经两人办理"),
    "something left out": (without_a_detail, "内容不全"),
}


@pytest.mark.parametrize("what", NOT_IN_ORDER)
def test_the_order_of_the_procedure_is_read_off_the_log_alone(lines, what):
    """先报告后核对, 先授权后查询: rightly signed, every digest in its place, and refused."""
    change, said = NOT_IN_ORDER[what]
    entries = entries_in(lines)
    change(entries)
    export = by_us(lines, entries)
    found = verify.verify(export, held=[ours()])
    assert found.first_bad is not None
    assert said in found.reason
    assert verify.verify(export, held=[ours()], beside=True) == found


def test_two_processes_find_what_one_finds(lines, monkeypatch):
    """Whichever of two faults comes first: one in the tree, one in the procedure."""
    monkeypatch.setattr(verify, "BLOCK", 4)
    entries = entries_in(lines)
    whole = by_us(lines, entries)
    assert verify.verify(whole, beside=True) == verify.verify(whole)
    for_another_purpose(entries)
    export = by_us(lines, entries)
    asked = verify.verify(export).first_bad
    assert asked is not None
    for flipped in range(2, len(export) - 1):
        line = bytearray(export[flipped])
        line[70] ^= 1
        altered = [*export[:flipped], bytes(line), *export[flipped + 1 :]]
        found = verify.verify(altered, beside=True)
        assert found == verify.verify(altered)
        assert found.first_bad == min(flipped - 2, asked)


def test_nothing_is_concluded_where_the_other_process_is_gone(lines, monkeypatch):
    monkeypatch.setattr(verify.Procedure, "follow", lambda *_: os.kill(os.getpid(), SIGKILL))
    with pytest.raises(verify.Unreadable, match="中断"):
        verify.verify(lines, beside=True)


def test_what_is_nested_beyond_measure_is_no_entry(lines):
    entries = entries_in(lines)
    deep = b'{"act":"cases.declare","detail":' + b"[" * 100_000
    with pytest.raises(verify.Broken, match="内容不全"):
        verify.Procedure().follow(deep + json.dumps(entries[0]).encode())


def test_as_a_program_it_says_so_and_ends_accordingly(lines, tmp_path, capsys):
    """0: it holds; 1: it does not; 2: what was given is no ledger, no key, no checkpoint."""
    export, junk = tmp_path / "ledger", tmp_path / "junk"
    key = settings.HEDUI_KEYS_DIR / keys.SIGNING_KEY_PUBLIC
    note = json.loads(next(one for one in by_us(lines, entries_in(lines)) if b"checkpoint" in one))
    export.write_bytes(b"".join(by_us(lines, entries_in(lines))))
    junk.write_text("neither")
    seen = tmp_path / "seen"
    seen.write_text(note["checkpoint"], encoding="utf-8")
    plain = [str(export), "--key", str(key)]
    for witness in ([], ["--witness", str(seen)], ["--witness", str(export)]):
        assert verify.main([*plain, *witness]) == 0
        assert "台账成立" in capsys.readouterr().out
    assert verify.main([*plain, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["first_bad"], said["held"]) == (None, [json.loads(lines[0])["keys"][0]["name"]])
    assert verify.main([str(export), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["held"] == []
    assert verify.main([*plain, "--witness-key", str(key)]) == 1  # it has cosigned nothing
    assert "见证" in capsys.readouterr().out
    wrong = [
        [str(junk)], [str(tmp_path / "none")], [str(export), "--key", str(junk)],
        [*plain, "--witness", str(junk)], [*plain, "--witness-key", str(junk)],
    ]  # fmt: skip
    for arguments in wrong:
        assert verify.main(arguments) == 2
        assert "无法核验" in capsys.readouterr().err
    entries = entries_in(lines)
    for_another_purpose(entries)
    export.write_bytes(b"".join(by_us(lines, entries)))
    assert verify.main(plain) == 1
    assert "台账不成立" in capsys.readouterr().out


def test_a_key_of_another_kind_is_none_of_a_ledger(tmp_path):
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = generate_private_key(SECP256R1()).public_key()
    file = tmp_path / "key.pem"
    file.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(verify.Unreadable, match="Ed25519"):
        verify.public_keys_in(file)


def test_an_export_of_another_kind_is_not_read(lines):
    for header in (b"", b"[]\n", b'{"format": "x"}\n', b"not json\n"):
        with pytest.raises(verify.Unreadable):
            verify.verify([header, *lines[1:]])


def test_a_signature_of_the_right_name_over_another_text_is_none(lines):
    """The hint only says which key to try."""
    note = json.loads(next(line for line in lines if line.startswith(b'{"checkpoint"')))
    held = verify.Checkpoint.parse(note["checkpoint"])
    key = verify.Key(held.origin, ours(), verify.LOG)
    assert held.signed_by(key)
    assert not replace(held, text=held.text.replace("\n", "x\n", 1)).signed_by(key)


@pytest.mark.parametrize("line", ["- name AAAA", "—  AAAA"])
def test_a_signature_line_begins_with_a_dash_and_a_name(lines, line):
    note = json.loads(next(line for line in lines if line.startswith(b'{"checkpoint"')))
    text = note["checkpoint"].partition("\n\n")[0]
    with pytest.raises(verify.Unreadable):
        verify.Checkpoint.parse(f"{text}\n\n{line}\n")


def test_it_leaves_the_collection_of_rings_as_it_was(lines):
    """A program that has turned it off is not surprised."""
    gc.disable()
    try:
        assert verify.verify(lines).first_bad is None
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert verify.verify(lines).first_bad is None
    assert gc.isenabled()


def test_an_inquiry_that_asks_and_sends_nothing_needs_nothing(lines):
    entries = entries_in(lines)
    nothing = entry(entries, "inquiries.inquire") | {"case": None}
    nothing["detail"] = nothing["detail"] | {"asked": [], "messages": []}
    assert verify.verify(by_us(lines, [*entries, nothing])).first_bad is None
