"""
Verify a ledger 台账核验 with nothing but its export, the public keys and this file.

    python verify.py EXPORT [--key platform.pub.pem] [--witness FILE] [--witness-key FILE] [--json]

Needs Python 3.11 and `cryptography`; imports nothing of Hedui, so that an auditor can read all
that is believed here in one sitting. What is checked, in this order:

1. every entry's bytes hash to its leaf, and stand at the index that they name (RFC 9162 §2.1);
2. the tree over the leaves has the root that each signed checkpoint states for its size (C2SP
   tlog-checkpoint, signed-note), and the head that the database kept;
3. every checkpoint is signed by a key of the log, and one of them covers the last entry;
   cosignatures by witnesses hold (tlog-cosignature); with Ed25519, or with SM2 (GB/T 32918.2).
   Keys that the auditor does not hold are the export's own: whoever wrote it may have made them,
   and the verdict says so;
4. what a witness saw is a beginning of this ledger, so that nothing was cut off or put back;
5. 先报告后核对、先授权后查询: each inquiry rests on a declaration and a living authorization of
   that person, for those items and that purpose, all entered before it; confirmed by a second
   officer where the agency wants that, and of somebody whom no later declaration replaced;
6. 对账: what a department says, under its signature, that it received on a day is what was sent to
   it on that day, save the differences that are entered.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import gc
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, zip_longest
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SM3, Hash
from cryptography.hazmat.primitives.serialization import load_der_public_key

FORMAT = "hedui-ledger-1"
LOG, WITNESS = 0x01, 0x04
"""Kinds of signature in a signed note: a log's own, and a witness's with its time."""
LEAF_HEX = 64


class Unreadable(ValueError):
    """The file is not what it should be; the message is for the auditor."""


# ---- hashes (RFC 9162 §2.1)


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry (0x00 before the bytes, so that a leaf is never a node)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees (0x01 before them)."""
    return sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = sha256(b"").digest()
BLOCK = 1024
"""So many leaves are hashed at once; a power of two."""


@dataclass(slots=True)
class Roots:
    """The roots of the full subtrees over the leaves so far, largest first."""

    size: int = 0
    subtrees: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> list[bytes]:
        """Add one leaf, and return the roots of the subtrees that it completes, smallest first."""
        return self._join(leaf, 1)

    def extend(self, leaves: list[bytes]) -> None:
        """Add many leaves: level by level where they fill a subtree, which is twice as fast."""
        done = 0
        while done < len(leaves):
            span = min(self.size & -self.size or BLOCK, BLOCK)
            level = leaves[done : done + span]
            if len(level) < span:
                level, span = level[:1], 1
            while len(level) > 1:
                pairs = zip(level[::2], level[1::2], strict=True)
                level = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            self._join(level[0], span)
            done += span

    def _join(self, root: bytes, span: int) -> list[bytes]:
        """Add a full subtree of `span` leaves, of which the size is a multiple."""
        place, subtrees, completed = self.size // span, self.subtrees, []
        while place & 1:
            root = sha256(b"\x01" + subtrees.pop() + root).digest()
            completed.append(root)
            place >>= 1
        subtrees.append(root)
        self.size += span
        return completed

    @property
    def root(self) -> bytes:
        """Return the root of the whole tree."""
        return fold(self.subtrees)


def fold(subtrees: list[bytes]) -> bytes:
    """Return the root over full subtrees, largest first."""
    if not subtrees:
        return EMPTY_ROOT
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root


# ---- SM2 (GB/T 32918.2): `cryptography` has it not. Only verifying, so nothing here is secret.

SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
SM2_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SM2_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SM2_IDENTITY = b"1234567812345678"
Point = tuple[int, int, int]
"""A point of the curve y² = x³ - 3x + b as x/z², y/z³; z is 0 for the point at infinity."""


def sm2_holds(public: bytes, content: bytes, signature: bytes) -> bool:
    """Tell whether r || s is a signature over bytes by the key x || y."""
    x, y = int.from_bytes(public[:32]), int.from_bytes(public[32:])
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if (y * y - x * x * x + 3 * x - SM2_B) % SM2_P or max(x, y) >= SM2_P:
        return False
    t = (r + s) % SM2_N
    if len(signature) != 64 or not (0 < r < SM2_N and 0 < s < SM2_N and t):
        return False
    curve = b"".join(n.to_bytes(32) for n in (SM2_P - 3, SM2_B, *SM2_G))
    signer = (8 * len(SM2_IDENTITY)).to_bytes(2) + SM2_IDENTITY + curve + public
    digest = int.from_bytes(_sm3(_sm3(signer) + content))
    x, _, z = _sum_of_multiples(s, (*SM2_G, 1), t, (x, y, 1))
    return bool(z) and (digest + x * pow(z, -2, SM2_P) % SM2_P) % SM2_N == r


def _sum_of_multiples(s: int, one: Point, t: int, other: Point) -> Point:
    """Return s times a point and t times another, bit by bit from the highest."""
    added = {(1, 0): one, (0, 1): other, (1, 1): _added(one, other)}
    point = (1, 1, 0)
    for bit in reversed(range(256)):
        point = _added(point, point)
        if chosen := added.get((s >> bit & 1, t >> bit & 1)):
            point = _added(point, chosen)
    return point


def _added(one: Point, other: Point) -> Point:
    """Return the sum of two points."""
    (x1, y1, z1), (x2, y2, z2) = one, other
    if not z1 or not z2:
        return other if not z1 else one
    u1, u2 = x1 * z2 * z2 % SM2_P, x2 * z1 * z1 % SM2_P
    s1, s2 = y1 * z2 * z2 * z2 % SM2_P, y2 * z1 * z1 * z1 % SM2_P
    h, slope, z = u2 - u1, s2 - s1, z1 * z2 * (u2 - u1)
    if not h % SM2_P:
        if slope % SM2_P or not y1:
            return (1, 1, 0)
        # the same point twice: its tangent
        u1, h, z = 4 * x1 * y1 * y1 % SM2_P, 0, 2 * y1 * z1
        slope = 3 * (x1 - z1 * z1) * (x1 + z1 * z1) % SM2_P
        x = (slope * slope - 2 * u1) % SM2_P
        return x, (slope * (u1 - x) - 8 * y1 * y1 * y1 * y1) % SM2_P, z % SM2_P
    square = h * h % SM2_P
    x = (slope * slope - h * square - 2 * u1 * square) % SM2_P
    return x, (slope * (u1 * square - x) - s1 * h * square) % SM2_P, z % SM2_P


def _sm3(content: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(content)
    return digest.finalize()


# ---- signed notes (C2SP)

ED25519, SM2 = 32, 64
"""Lengths of public keys. To which algorithm a key belongs is told by the key alone."""
TYPES = {
    (LOG, ED25519): b"\x01",
    (WITNESS, ED25519): b"\x04",
    # signed-note has no number for SM2: 0xff, and a name of our own
    (LOG, SM2): b"\xffhedui SM2 with SM3",
    (WITNESS, SM2): b"\xffhedui SM2 with SM3 cosignature/v1",
}


def holds(public: bytes, content: bytes, signature: bytes) -> bool:
    """Tell whether a signature over bytes is by a key, of Ed25519 or SM2 by its length."""
    if len(public) == SM2:
        return sm2_holds(public, content, signature)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Key:
    """A public key under the name it signs with; kind is LOG or WITNESS."""

    name: str
    public: bytes
    kind: int = LOG

    @property
    def hint(self) -> bytes:
        """Return the four bytes that say which key made a signature."""
        signs = TYPES[self.kind, len(self.public)]
        return sha256(self.name.encode() + b"\n" + signs + self.public).digest()[:4]

    def verify(self, signature: bytes, text: str) -> bool:
        """Test a signature, without its hint, over the text of a note."""
        signed = text.encode()
        if self.kind == WITNESS:
            seen, signature = int.from_bytes(signature[:8]), signature[8:]
            signed = f"cosignature/v1\ntime {seen}\n{text}".encode()
        return holds(self.public, signed, signature)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log at one size 检查点; `signatures` are (name, hint and signature)."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def parse(cls, note: str) -> Checkpoint:
        """Read a signed note. :raises Unreadable: it is not one"""
        text, found, lines = note.partition("\n\n")
        parts = text.split("\n")
        try:
            root = _bytes(parts[2])
            if not found or len(parts) != 3 or not parts[0] or len(root) != 32:
                raise ValueError
            if not parts[1].isdigit() or parts[1] != str(int(parts[1])) or lines[-1:] != "\n":
                raise ValueError
            signatures = tuple(_signature(line) for line in lines.removesuffix("\n").split("\n"))
        except (ValueError, IndexError, binascii.Error):
            raise Unreadable("检查点格式有误") from None
        return cls(f"{text}\n", parts[0], int(parts[1]), root, signatures)

    def signed_by(self, key: Key) -> bool:
        """Tell whether a key has signed it."""
        return any(
            name == key.name and signed[:4] == key.hint and key.verify(signed[4:], self.text)
            for name, signed in self.signatures
        )


def _signature(line: str) -> tuple[str, bytes]:
    dash, name, signed = line.split(" ")
    if dash != "—" or not name:
        raise ValueError
    return name, _bytes(signed)


def _bytes(text: str) -> bytes:
    """Read base64, which has one way to write anything; `b64decode` takes others too."""
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:
        raise ValueError
    return content


# ---- the procedure


class Broken(Exception):
    """The ledger does not hold from an index on."""

    def __init__(self, reason: str, index: int = -1) -> None:
        super().__init__(reason)
        self.reason, self.index = reason, index


@dataclass(slots=True)
class Signed:
    """An authorization as it was entered."""

    case: str
    member: str
    purpose: str
    items: frozenset[str]
    first: datetime
    until: datetime
    by: str
    agency: str
    revoked: bool = False
    replaced: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """
    Where a department's count of a day and the log differ 对账不符.

    unknown: received there and never sent by this log; denied: answered and not in the count
    """

    day: str
    receivers: tuple[str, ...]
    unknown: int
    denied: int


@dataclass(slots=True)
class Procedure:
    """What stands in the ledger so far, as far as later entries must rest on it."""

    declared: set[tuple[str, str]] = field(default_factory=set)
    authorizations: dict[str, Signed] = field(default_factory=dict)
    signed: dict[str, list[Signed]] = field(default_factory=dict)
    guarded: dict[str, list[Signed]] = field(default_factory=dict)
    ordered: set[str] = field(default_factory=set)
    commissions: dict[str, tuple[str, str]] = field(default_factory=dict)
    inquiries: dict[str, Signed] = field(default_factory=dict)
    sent: int = 0
    at: datetime = field(init=False)
    actor: str = ""
    agency: str = ""
    by_two: dict[str, datetime] = field(default_factory=dict)
    proposed: dict[str, str] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    keys: dict[str, set[str]] = field(default_factory=dict)
    days: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    told: dict[tuple[str, int], Difference | None] = field(default_factory=dict)

    def follow(self, content: bytes) -> None:
        """Take in one entry. :raises Broken: it does not rest on what stands before it"""
        try:
            text = content.decode()
            entry, end = _decode(text)
            if end != len(text):
                raise ValueError
            self.at, self.actor = datetime.fromisoformat(entry["at"]), entry["actor"]
            self.agency = entry.get("agency") or ""
            if entry["case"] in self.erased:
                raise Broken("案件资料销毁以后又有办理")
            _STEPS[entry["act"]](self, entry["case"], entry["detail"])
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            raise Broken("内容不全,无法据以核验授权") from None

    def declare(self, case: str, detail: dict[str, Any]) -> None:
        """申报: who was replaced by another version is not asked about on what they signed."""
        self.declared.add((case, detail["digest"]))
        gone = detail.get("replaced", ())
        for held in self.signed.get(case, ()) if gone else ():
            held.replaced = held.replaced or held.member in gone

    def authorize(self, case: str, detail: dict[str, Any]) -> None:
        """授权: it rests on a declaration."""
        if (case, detail["declaration"]) not in self.declared:
            raise Broken("授权之前没有相应的申报(先报告后核对)")
        if detail["authorization"] in self.authorizations:
            raise Broken(f"授权 {detail['authorization']} 登记了两次")
        signed = self.authorizations[detail["authorization"]] = Signed(
            case,
            detail["member"],
            detail["purpose"],
            frozenset(detail["items"]),
            datetime.fromisoformat(detail["from"]),
            datetime.fromisoformat(detail["until"]),
            self.actor,
            self.agency,
        )
        self.signed.setdefault(case, []).append(signed)
        if guardianship := detail.get("guardianship"):
            self.guarded.setdefault(guardianship, []).append(signed)

    def confirm(self, case: str, detail: dict[str, Any]) -> None:
        """复核授权登记: by another than who registered it."""
        held = self.authorizations[detail["authorization"]]
        if held.by == self.actor:
            raise Broken(f"授权 {detail['authorization']} 由登记人自己复核")
        held.confirmed = True

    def arrange_intake(self, case: str, detail: dict[str, Any]) -> None:
        """设定授权受理方式: whether an agency wants a second officer, and since when."""
        agency = detail["agency_settled"]
        if not detail["second_person"]:
            self.by_two.pop(agency, None)
        else:
            self.by_two.setdefault(agency, self.at)

    def end_guardianship(self, case: str, detail: dict[str, Any]) -> None:
        """终止监护资格: what was signed on it serves no more."""
        for held in self.guarded.get(detail["guardianship"], ()):
            held.revoked = True

    def revoke(self, case: str, detail: dict[str, Any]) -> None:
        """撤回授权."""
        held = self.authorizations[detail["authorization"]]
        held.revoked = True

    def commission(self, case: str, detail: dict[str, Any]) -> None:
        """委托: it rests on a declaration."""
        if (case, detail["declaration"]) not in self.declared:
            raise Broken("委托之前没有相应的申报(先报告后核对)")
        if detail["commission"] in self.ordered:
            raise Broken(f"委托 {detail['commission']} 登记了两次")
        self.ordered.add(detail["commission"])
        self.commissions[detail["commission"]] = (case, detail["purpose"])

    def close(self, case: str, detail: dict[str, Any]) -> None:
        """办结委托: nothing is asked for it any more."""
        del self.commissions[detail["commission"]]

    def inquire(self, case: str, detail: dict[str, Any]) -> None:
        """查询: what is asked and what is sent rest on an open commission."""
        asked, messages = detail["asked"], detail["messages"]
        if not asked and not any(message["inquiries"] for message in messages):
            return
        of_case, purpose = self.commissions.get(detail["commission"], ("", ""))
        if of_case != case:
            raise Broken("查询没有依据未办结的委托")
        self._ask(case, purpose, asked)
        at = datetime.fromisoformat(detail["at"])
        if not self.at - LONGEST_ACT <= at <= self.at:
            raise Broken("查询自称的时刻与留痕的时刻不符")
        for message in messages:
            self._send(message["inquiries"], at)
            day = (int(message["message"][:8] + message["message"][9:13], 16) + CHINA) // DAY
            self.days.setdefault((message["receiver"], day), []).append(message)

    def receive(self, case: str, detail: dict[str, Any]) -> None:
        """收到反馈: what was answered under a department's signature."""
        for one in detail["replies"]:
            if "message" in one and one["outcome"] in SIGNED_ANSWERS:
                self.answered.add(f"{one['message']}/{one['inquiry']}")

    def agree(self, case: str, detail: dict[str, Any]) -> None:
        """登记协作部门: with which key a department signs."""
        receiver = f"{detail['division']}-{detail['source']}"
        self.keys.setdefault(receiver, set()).update(detail.get("keys", ()))

    def propose_keys(self, case: str, detail: dict[str, Any]) -> None:
        """提出换钥."""
        self.proposed[detail["change"]] = self.actor

    def approve_keys(self, case: str, detail: dict[str, Any]) -> None:
        """批准换钥: by another than who proposed it; a department signs with these keys too."""
        if self.proposed.get(detail["change"], self.actor) == self.actor:
            raise Broken("换钥没有经两人办理")
        if "source" in detail:
            self.agree(case, detail)

    def reconcile(self, case: str, detail: dict[str, Any]) -> None:
        """对账: derive anew in what a department's signed count and this log differ."""
        receivers, key = detail["receivers"], _thumbprint(detail["public"])
        if any(key not in self.keys.get(receiver, ()) for receiver in receivers):
            raise Broken("对账单不是协议所登记的密钥签署的")
        claims = _claims(detail["signed"], detail["public"])
        told_as = {name: detail[name] for name in ("day", "digest", "repeated")}
        told_as["count"] = detail["received"]
        if not told_as.items() <= claims.items():
            raise Broken("登记的对账结果不是部门所签署的")
        day = datetime.fromisoformat(f"{detail['day']}T00:00:00+00:00").toordinal() - EPOCH
        told = {_mark(o): o for r in receivers for o in self._sent_on(r, day)}
        unknown, denied, undelivered = (
            set(detail[name]) for name in ("unknown", "denied", "undelivered")
        )
        if unknown & told.keys() or not (denied | undelivered) <= told.keys():
            raise Broken("登记的对账差异与台账所载的查询不符")
        if any((told[o] in self.answered) != (o in denied) for o in denied | undelivered):
            raise Broken("登记的对账差异与台账所载的反馈不符")
        received = sorted((told.keys() - denied - undelivered) | unknown)
        digest = sha256("\n".join(received).encode()).hexdigest()
        if claims["count"] != len(received) or claims["digest"] != f"sha256:{digest}":
            raise Broken("台账所载的查询与部门签署的对账单不符,且差异没有登记")
        found = Difference(detail["day"], tuple(receivers), len(unknown), len(denied))
        for receiver in receivers:
            self.told[receiver, day] = found if unknown or denied else None

    def propose_erasure(self, case: str, detail: dict[str, Any]) -> None:
        """提出销毁."""
        self.proposed[detail["erasure"]] = self.actor

    def erase(self, case: str, detail: dict[str, Any]) -> None:
        """确认销毁: by another than who proposed it, with nothing in force."""
        if self.proposed.get(detail["erasure"], self.actor) == self.actor:
            raise Broken("销毁没有经两人办理")
        if any(not held.revoked and self.at < held.until for held in self.signed.get(case, ())):
            raise Broken("授权仍然有效时销毁了案件资料")
        self.erased.add(case)

    def sum_up(self, verdict: Verdict) -> None:
        """Say what was sent, which days were reconciled, and of which, well over, nobody told."""
        today = int(self.at.timestamp() * 1000 + CHINA) // DAY if self.days else 0
        verdict.inquiries = self.sent
        verdict.reconciled, verdict.erased = len(self.told), len(self.erased)
        verdict.untold = sum(d not in self.told for d in self.days if d[1] < today - 1)
        verdict.differences = tuple(dict.fromkeys(d for d in self.told.values() if d))

    def _ask(self, case: str, purpose: str, asked: list[dict[str, Any]]) -> None:
        authorizations, inquiries = self.authorizations, self.inquiries
        for one in asked:
            held = authorizations.get(one["authorization"])
            if held is None or held.case != case or held.member != one["member"]:
                raise Broken(f"查询 {one['inquiry']} 没有本人的授权(先授权后查询)")
            if held.purpose != purpose:
                raise Broken(f"查询 {one['inquiry']} 的授权不是为这一救助项目签署的")
            if not one["items"] or not held.items.issuperset(one["items"]):
                raise Broken(f"查询 {one['inquiry']} 超出授权的查询项")
            inquiries[one["inquiry"]] = held

    def _send(self, sent: list[str], at: datetime) -> None:
        inquiries = self.inquiries
        for inquiry in sent:
            held = inquiries.get(inquiry)
            if held is None:
                raise Broken(f"发出的查询 {inquiry} 没有登记过")
            if held.revoked:
                raise Broken(f"查询 {inquiry} 在授权撤回或者监护终止之后发出")
            if not held.first <= at < held.until:
                raise Broken(f"查询 {inquiry} 在授权有效期之外发出")
            if held.replaced:
                raise Broken(f"查询 {inquiry} 在家庭成员变更之后发出")
            if not held.confirmed and self._wants_two(held.agency, at):
                raise Broken(f"查询 {inquiry} 在第二人复核授权登记之前发出")
        self.sent += len(sent)

    def _wants_two(self, agency: str, at: datetime) -> bool:
        """Tell whether an agency wanted a second officer; what was under way then may go on."""
        since = self.by_two.get(agency)
        return since is not None and at > since + LONGEST_ACT

    def _sent_on(self, receiver: str, day: int) -> Iterator[str]:
        """Name what was sent to a department on a day: message and inquiry."""
        for message in self.days.get((receiver, day), ()):
            for inquiry in message["inquiries"]:
                yield f"{message['message']}/{inquiry}"


_STEPS = {
    "cases.declare": Procedure.declare,
    "authorizations.authorize": Procedure.authorize,
    "authorizations.confirm": Procedure.confirm,
    "authorizations.revoke": Procedure.revoke,
    "authorizations.end_guardianship": Procedure.end_guardianship,
    "commissions.commission": Procedure.commission,
    "commissions.close": Procedure.close,
    "inquiries.inquire": Procedure.inquire,
    "inquiries.receive": Procedure.receive,
    "inquiries.reconcile": Procedure.reconcile,
    "agencies.agree": Procedure.agree,
    "agencies.arrange_intake": Procedure.arrange_intake,
    "agencies.propose_keys": Procedure.propose_keys,
    "agencies.approve_keys": Procedure.approve_keys,
    "reports.propose_erasure": Procedure.propose_erasure,
    "reports.confirm_erasure": Procedure.erase,
}
SIGNED_ANSWERS = frozenset(
    {"FOUND", "NOT_FOUND", "MULTIPLE", "NAME_MISMATCH", "REFUSED", "PARTIAL"}
)
DAY, CHINA, EPOCH = 86_400_000, 8 * 3_600_000, datetime(1970, 1, 1).toordinal()  # noqa: DTZ001
LONGEST_ACT = timedelta(minutes=10)
_decode = json.JSONDecoder().raw_decode
_OPENING = b'{"act":"'
_OPENINGS = tuple(_OPENING + act.encode() + b'",' for act in _STEPS)


def _mark(sent: str) -> str:
    """Return the mark of one inquiry in one message, as the department counts it."""
    message, inquiry = sent.split("/")
    return f"{message}/{sha256(inquiry.encode()).hexdigest()[:32]}"


def _thumbprint(public: str) -> str:
    """Return the RFC 7638 thumbprint of a key of Ed25519 or SM2."""
    raw = bytes.fromhex(public)
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _b64(raw)}
    if len(raw) == SM2:
        jwk = {"crv": "SM2", "kty": "EC", "x": _b64(raw[:32]), "y": _b64(raw[32:])}
    return _b64(sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest())


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _claims(signed: str, public: str) -> dict[str, Any]:
    """Return what a department signed (JWS). :raises Broken: the signature does not hold"""
    raw = bytes.fromhex(public)
    algorithm = "SM2" if len(raw) == SM2 else "EdDSA"
    head, payload, seal = (base64.urlsafe_b64decode(s + "==") for s in signed.split("."))
    if json.loads(head) != {"alg": algorithm, "kid": _thumbprint(public), "typ": COUNTS}:
        raise Broken("对账单不是这样签署的")
    if not holds(raw, signed.rpartition(".")[0].encode(), seal):
        raise Broken("对账单的签名不成立")
    claims: dict[str, Any] = json.loads(payload)
    return claims


COUNTS = "hedui-counts+jws"


# ---- the export


@dataclass(slots=True)
class Verdict:
    """
    What was found: `first_bad` is the index from which the ledger does not hold, or None.

    held: names of the keys, of the log and of witnesses, that are the auditor's own; all others
        are taken from the export
    """

    entries: int = 0
    checkpoints: int = 0
    witnesses: tuple[str, ...] = ()
    inquiries: int = 0
    first_bad: int | None = None
    reason: str = ""
    erased: int = 0
    reconciled: int = 0
    untold: int = 0
    differences: tuple[Difference, ...] = ()
    held: tuple[str, ...] = ()


class Beside:
    """
    The procedure followed in a process of its own, while this one holds entries against the tree.

    To whoever hands entries over it is a `Procedure` that says at the end what it found.
    """

    def __init__(self) -> None:
        self._line, theirs = Pipe()
        Process(target=_follow_all, args=(theirs, self._line), daemon=True).start()
        theirs.close()
        self._entries: list[bytes] = []

    def follow(self, content: bytes) -> None:
        """Take in one entry."""
        self._entries.append(content)
        if len(self._entries) == BLOCK:
            self._hand_over()

    def _hand_over(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has found something, and waits
            self._line.send_bytes(b"\n".join(self._entries))
        self._entries = []

    def sum_up(self, verdict: Verdict) -> None:
        """
        Say what was found.

        :raises Broken: an entry does not rest on what stands before it
        :raises Unreadable: the other process is gone
        """
        if self._entries:
            self._hand_over()
        self._hand_over()  # nothing, which is the end
        try:
            found, reason, index = self._line.recv()
        except (EOFError, ConnectionResetError):
            raise Unreadable("另一个核验进程中断了,请再试一次") from None
        for name, value in found.items():
            setattr(verdict, name, value)
        verdict.differences = tuple(Difference(**one) for one in found["differences"])
        if reason:
            verdict.entries = index
            raise Broken(reason, index)


def _follow_all(line: Connection, other_end: Connection) -> None:
    """Follow the procedure through the entries that come on a line, and tell what was found."""
    other_end.close()
    gc.disable()
    procedure, verdict, reason, content = Procedure(), Verdict(), "", b""
    try:
        while entries := line.recv_bytes():
            for content in entries.split(b"\n"):
                procedure.follow(content)
    except Broken as broken:
        reason = broken.reason
    procedure.sum_up(verdict)
    index = content.rpartition(b'"index":')[2].partition(b",")[0]
    found = asdict(verdict)
    kept = ("inquiries", "erased", "reconciled", "untold", "differences")
    line.send(({name: found[name] for name in kept}, reason, int(index or 0)))


def verify(
    lines: Iterable[bytes],
    *,
    held: Collection[bytes] | None = None,
    seen: Iterable[Checkpoint] = (),
    watching: Collection[bytes] | None = None,
    beside: bool = False,
) -> Verdict:
    """
    Verify an export, line by line, in constant memory.

    held: the log's public keys, if the auditor holds them; else the export's own are taken
    seen: checkpoints that a witness keeps; the export must go on from them
    watching: public keys of witnesses, if the auditor holds them; one must have cosigned
    beside: whether a second process follows the procedure, for a large ledger on two processors

    :raises Unreadable: it is no export
    """
    following = iter(lines)
    keys, kept, line = _open(following)
    stated = sorted([*kept, *seen], key=lambda c: c.size)
    witnesses = [k for k in keys if k.kind == WITNESS and any(c.signed_by(k) for c in stated)]
    verdict = Verdict(0, len(kept), tuple(k.name for k in witnesses))
    collected = gc.isenabled()
    gc.disable()  # what is read makes no rings, and a million of it would be gone through again
    try:
        logs = [k for k in keys if k.kind == LOG and (held is None or k.public in held)]
        watched = [k.name for k in witnesses if k.public in (watching or ())]
        verdict.held = (*(k.name for k in logs if held is not None), *watched)
        _verify_signatures(stated, logs)
        if watching and not watched:
            raise Broken("没有检查点经所持公钥的见证签署", 0)
        procedure = Beside() if beside else Procedure()
        _verify_entries(verdict, line, following, stated, procedure)
    except Broken as broken:
        verdict.first_bad = verdict.entries if broken.index < 0 else broken.index
        verdict.reason = broken.reason
    finally:
        if collected:
            gc.enable()
    return verdict


def _verify_signatures(stated: list[Checkpoint], logs: list[Key]) -> None:
    good = 0
    for one in stated:
        if not any(one.origin == key.name and one.signed_by(key) for key in logs):
            raise Broken("检查点不是本台账的密钥签署的", good)
        good = one.size


def _verify_entries(
    verdict: Verdict,
    line: bytes,
    following: Iterator[bytes],
    stated: list[Checkpoint],
    procedure: Procedure | Beside,
) -> None:
    roots, pending, proven, previous = Roots(), stated[::-1], 0, b""
    leaves: list[bytes] = []  # not yet in the tree
    index, due = 0, pending[-1].size if pending else -1
    try:
        for line in chain([line], following):  # noqa: B020, PLR1704 - the first was read before
            leaf, content = line[:LEAF_HEX], line[LEAF_HEX + 1 : -1]
            if line[:1] == b"{":
                break
            hashed = sha256(b"\x00" + content).digest()
            if binascii.hexlify(hashed) != leaf or line[LEAF_HEX : LEAF_HEX + 1] != b" ":
                raise Broken("内容与摘要不符")
            if not content.endswith(b'"index":%d,"previous":"%s"}' % (index, previous)):
                if b'"index":%d,' % index in content:
                    raise Broken("后一条不认这一条", max(index - 1, 0))
                raise Broken("序号不连续")
            if not content.startswith(_OPENING):
                raise Broken("不是规范写法")
            if index == due or len(leaves) == BLOCK:
                roots.extend(leaves)
                leaves = []
                while pending and pending[-1].size <= index:
                    proven = _verify_root(pending.pop(), roots, proven)
                due = pending[-1].size if pending else -1
            leaves.append(hashed)
            if content.startswith(_OPENINGS):
                procedure.follow(content)
            previous, index = leaf, index + 1
        else:
            line = b""
    finally:
        verdict.entries = index
        procedure.sum_up(verdict)
    roots.extend(leaves)
    _verify_closing(roots, line)
    _verify_end(roots, following, pending, proven)


def _verify_end(
    roots: Roots, following: Iterator[bytes], pending: list[Checkpoint], proven: int
) -> None:
    """Hold the last entries against the checkpoints that remain; one must cover them all."""
    if next(following, b""):
        raise Broken("结尾之后还有内容", roots.size)
    for one in reversed(pending):
        proven = _verify_root(one, roots, proven)
    if proven != roots.size:
        raise Broken("此后没有签署过的检查点", proven)


def _verify_root(stated: Checkpoint, roots: Roots, proven: int) -> int:
    """Hold the entries so far against a checkpoint, and return up to where they are proven."""
    if stated.size > roots.size:
        raise Broken(f"有人见过 {stated.size} 条,现在只有 {roots.size} 条", roots.size)
    if stated.root != roots.root:
        raise Broken(f"第 {proven} 至 {stated.size - 1} 条不是签署过检查点的那些", proven)
    return stated.size


def _verify_closing(roots: Roots, line: bytes) -> None:
    """Hold the entries against the head that the database kept, and what the export noticed."""
    try:
        closing = json.loads(line)
        size, kept_roots = int(closing["size"]), [str(root) for root in closing["roots"]]
        differs = int(closing.get("differs", -1))
    except (KeyError, TypeError, ValueError):
        raise Broken("没有完整的结尾:文件在这里断了", roots.size) from None
    if differs >= 0:
        raise Broken("数据库的列与内容不符", differs)
    if size != roots.size:
        raise Broken("条数与台账之首不符", min(roots.size, size))
    first = 0
    for kept, found in zip_longest(kept_roots, (root.hex() for root in roots.subtrees)):
        if kept != found:
            raise Broken("条目与台账之首不符", first)
        first += 1 << (roots.size - first).bit_length() - 1


def _open(lines: Iterator[bytes]) -> tuple[list[Key], list[Checkpoint], bytes]:
    """Read what stands before the entries, and the line after it."""
    checkpoints = []
    try:
        header = json.loads(next(lines, b""))
        if header["format"] != FORMAT:
            raise ValueError
        keys = [Key(k["name"], _bytes(k["public"]), k["kind"]) for k in header["keys"]]
        if any((k.kind, len(k.public)) not in TYPES for k in keys):
            raise ValueError
        while (line := next(lines, b"")).startswith(b'{"checkpoint":'):
            checkpoints.append(Checkpoint.parse(json.loads(line)["checkpoint"]))
    except (KeyError, TypeError, ValueError) as error:
        said = str(error) if isinstance(error, Unreadable) else "不是台账导出文件"
        raise Unreadable(said) from None
    return keys, checkpoints, line


def checkpoints_in(path: Path) -> list[Checkpoint]:
    """
    Read what a witness keeps: a signed note, or an earlier export with the checkpoints in it.

    :raises Unreadable: it is neither
    """
    with path.open("rb") as file:
        if file.read(1) != b"{":
            return [Checkpoint.parse(path.read_text(encoding="utf-8"))]
        file.seek(0)
        return _open(iter(file))[1]


_PEM = re.compile("-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", re.DOTALL)
_SM2_DER = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
"""What stands before x || y in the public key of SM2 (SubjectPublicKeyInfo)."""


def public_keys_in(path: Path) -> list[bytes]:
    """Read the public keys in a PEM file, one or several. :raises Unreadable: there is none"""
    keys = []
    try:
        for pem in _PEM.findall(path.read_text(encoding="ascii")):
            der = base64.b64decode("".join(pem.split()), validate=True)
            if der.startswith(_SM2_DER) and len(der) == len(_SM2_DER) + SM2:
                keys.append(der[-SM2:])
                continue
            key = load_der_public_key(der)
            if not isinstance(key, Ed25519PublicKey):
                raise Unreadable(f"{path}:不是 Ed25519 或 SM2 公钥")
            keys.append(key.public_bytes_raw())
    except UnsupportedAlgorithm:
        raise Unreadable(f"{path}:不是 Ed25519 或 SM2 公钥") from None
    except ValueError as error:
        said = str(error) if isinstance(error, Unreadable) else f"{path}:不是 PEM 公钥"
        raise Unreadable(said) from None
    if not keys:
        raise Unreadable(f"{path}:不是 PEM 公钥")
    return keys


UNHELD = "公钥取自导出文件"


def told(verdict: Verdict) -> str:
    """Say the verdict in words."""
    if verdict.first_bad is not None:
        return f"台账不成立:自第 {verdict.first_bad} 条起;{verdict.reason}。"
    by_own = "" if set(verdict.held) - set(verdict.witnesses) else f"({UNHELD},未用所持公钥核对)"
    witnesses = (w if w in verdict.held else f"{w}({UNHELD})" for w in verdict.witnesses)
    seen = "、".join(witnesses) or "无"
    lines = [
        f"台账成立{by_own}:{verdict.entries} 条,{verdict.checkpoints} 个检查点,见证 {seen};"
        f"{verdict.inquiries} 次查询都在申报和有效授权之后。"
    ]
    if verdict.erased:
        lines.append(f"{verdict.erased} 个案件的资料已经两人办理销毁,留有回执。")
    if verdict.reconciled or verdict.untold:
        lines.append(f"与部门对账 {verdict.reconciled} 个来源日,{verdict.untold} 个没有对账单。")
    lines += [
        f"对账不符:{d.day} {'、'.join(d.receivers)},台账之外的查询 {d.unknown} 次,"
        f"已答复而对账单上没有 {d.denied} 次。"
        for d in verdict.differences
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """
    Run as a program.

    0 when the ledger holds, 1 when it does not, 2 for a wrong file, 3 when it holds and a
    department's count differs from it.
    """
    parser = argparse.ArgumentParser(description="核验台账导出文件")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", type=Path, help="台账的公钥 platform.pub.pem")
    parser.add_argument("--witness", type=Path, help="见证保存的检查点,或以前的导出文件")
    parser.add_argument("--witness-key", type=Path, help="见证的公钥,由审计者自己持有")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        with given.export.open("rb") as lines:
            verdict = verify(
                lines,
                held=public_keys_in(given.key) if given.key else None,
                seen=checkpoints_in(given.witness) if given.witness else (),
                watching=public_keys_in(given.witness_key) if given.witness_key else None,
                beside=True,
            )
    except (OSError, Unreadable) as error:
        print(f"无法核验:{error}", file=sys.stderr)
        return 2
    print(json.dumps(asdict(verdict), ensure_ascii=False) if given.json else told(verdict))
    if verdict.first_bad is not None:
        return 1
    return 3 if verdict.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
