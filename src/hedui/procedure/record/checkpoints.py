"""
Checkpoints 检查点 and proofs 证明 of the ledger, the witnesses' lines, and the export.

Nothing here is an act: a checkpoint says what the ledger is, and adds nothing to it.
"""

import json
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, UUIDField

from hedui import ledger
from hedui.ledger import Subtree
from hedui.ledger.verify import FORMAT, LOG, WITNESS, Key, Unreadable, public_keys_in
from hedui.procedure.record import keys
from hedui.procedure.record.models import Checkpoint, Cosignature, Entry, Head, Node
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.prepared import Prepared
from hedui.procedure.record.queries import holds

WITNESSES = "witnesses"


class NotYetSigned(Refusal):
    """An entry that is newer than the newest checkpoint."""

    def __init__(self) -> None:
        super().__init__("这条留痕还没有签署的检查点,请 30 秒后再试。")


class NotWitnessed(Refusal):
    """A cosignature that is not of a witness we know, or of a head that was not ours."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That one entry stands in the ledger: its index and leaf, and the proof for a checkpoint."""

    entry: UUID
    index: int
    leaf: bytes
    proof: list[bytes]
    checkpoint: Checkpoint


def origin() -> str:
    """Return the ledger's name: that of its first entry, which no other ledger has."""
    first = Entry.objects.filter(index=0).values_list("id", flat=True).first()
    return f"hedui/ledger/{first}"


def make_checkpoint() -> Checkpoint | None:
    """Sign the head 签署检查点 if it has grown, and return its checkpoint; None when empty."""
    head = Head.objects.filter(id=1, size__gt=0).first()
    if head is None:
        return None
    if standing := Checkpoint.objects.filter(size=head.size).first():
        return standing
    signer = keys.signer()
    public = signer.public().raw
    note = ledger.sign_checkpoint(
        origin(), head.size, head.frontier.root, public, signer.sign_bytes
    )
    return Checkpoint.objects.get_or_create(
        size=head.size, defaults={"note": note, "at": moment()}
    )[0]


def newest() -> Checkpoint | None:
    """Return the newest checkpoint."""
    return next(iter(NEWEST()), None)


def unsigned_since() -> datetime | None:
    """Return when the oldest of the entries was made that no checkpoint covers yet."""
    made = newest()
    waiting = Entry.objects.filter(index=made.size if made else 0)
    return waiting.values_list("at", flat=True).first()


NEWEST: Prepared[Checkpoint] = Prepared(lambda: Checkpoint.objects.order_by("-size")[:1])
HELD: Prepared[Entry] = Prepared(lambda entry: Entry.objects.filter(pk=entry), UUIDField())


def cosigned(checkpoint: Checkpoint) -> str:
    """Return a checkpoint's note with the lines of those who witnessed it."""
    return checkpoint.note + "".join(checkpoint.cosignatures.values_list("line", flat=True))


def prove(entry: UUID) -> Inclusion:
    """
    Prove that an entry stands in the ledger, as of the newest checkpoint.

    Signs nothing: whoever asks without an account must not make the platform work with its key.

    :raises Entry.DoesNotExist: there is none
    :raises NotYetSigned: it is newer than the newest checkpoint; the worker makes one soon
    """
    held = next(iter(HELD(entry)), None)
    if held is None:
        raise Entry.DoesNotExist
    checkpoint = newest()
    if checkpoint is None or checkpoint.size <= held.index:
        raise NotYetSigned
    proof = ledger.prove_inclusion(held.index, checkpoint.size, _subtrees)
    return Inclusion(held.id, held.index, bytes(held.leaf), proof, checkpoint)


def prove_growth(first: int, second: int) -> list[bytes]:
    """
    Prove that the ledger of `first` entries begins that of `second`.

    :raises ValueError: there are not so many, or not in this order
    """
    head = Head.objects.filter(id=1).first()
    if head is None or second > head.size:
        raise ValueError("the ledger is not that long")
    return ledger.prove_consistency(first, second, _subtrees)


def accept(note: str) -> int:
    """
    Keep the lines of witnesses 见证 under a checkpoint of ours, and return how many are new.

    :raises NotWitnessed: it is no checkpoint of ours, or no witness we know has signed it
    """
    try:
        seen = ledger.Checkpoint.parse(note)
    except Unreadable as error:
        raise NotWitnessed(f"{error}。") from None
    ours = Checkpoint.objects.filter(size=seen.size).first()
    if ours is None or ledger.Checkpoint.parse(ours.note).text != seen.text:
        raise NotWitnessed("这不是本台账签署过的检查点。")
    lines = {line.split(" ")[1]: f"{line}\n" for line in note.splitlines() if line[:2] == "— "}
    known = {key.name for key in witnesses() if seen.signed_by(key)}
    if not known:
        raise NotWitnessed("没有登记这位见证,或者它的签名不成立。")
    return sum(_keep(ours, name, lines[name]) for name in sorted(known))


def witnesses() -> list[Key]:
    """Return the witnesses we know: keys/witnesses/<name>.pub.pem, each the keys of one."""
    folder = Path(settings.HEDUI_KEYS_DIR) / WITNESSES
    return [
        Key(file.name.removesuffix(".pub.pem"), public, WITNESS)
        for file in sorted(folder.glob("*.pub.pem"))
        for public in public_keys_in(file)
    ]


def export() -> Iterator[bytes]:
    """
    Yield the ledger line by line 导出台账, as `hedui.ledger.verify` reads it.

    First who signs, then the checkpoints, then each entry with its leaf, then the head as the
    database has it. Memory does not grow with the ledger.
    """
    with transaction.atomic():  # so that what is signed is just what is exported
        head = Head.objects.select_for_update().filter(id=1).first() or Head()
        make_checkpoint()
    yield _line({"format": FORMAT, "keys": [_told(key) for key in _trusted(head)]})
    for checkpoint in Checkpoint.objects.filter(size__lte=head.size).order_by("size").iterator():
        yield _line({"checkpoint": cosigned(checkpoint)})
    differs = None
    entries = Entry.objects.filter(index__lt=head.size).order_by("index")
    for position, entry in enumerate(entries.iterator(chunk_size=2000)):
        if differs is None and not holds(entry):
            differs = position
        yield f"{bytes(entry.leaf).hex()} {entry.content}\n".encode()
    closing: dict[str, object] = {
        "size": head.size,
        "roots": [r.hex() for r in head.frontier.roots],
    }
    last = Entry.objects.aggregate(last=Max("index"))["last"]
    if differs is None and last is not None and last >= Head.objects.get(id=1).size:
        differs = Head.objects.get(id=1).size  # an entry beyond the head came in by no act
    yield _line(closing if differs is None else closing | {"differs": differs})


def _keep(checkpoint: Checkpoint, witness: str, line: str) -> bool:
    try:
        with transaction.atomic():
            Cosignature.objects.create(
                checkpoint=checkpoint, witness=witness, line=line, at=moment()
            )
    except IntegrityError:  # it has seen this one before
        return False
    return True


def _trusted(head: Head) -> list[Key]:
    if not head.size:
        return []
    return [*(Key(origin(), public.raw, LOG) for public in keys.publics()), *witnesses()]


def _told(key: Key) -> dict[str, object]:
    return {"name": key.name, "public": b64encode(key.public).decode(), "kind": key.kind}


def _line(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _subtrees(wanted: Collection[Subtree]) -> dict[Subtree, bytes]:
    """Fetch the roots of subtrees: the small ones from their leaves, the others as kept."""
    small = [subtree for subtree in wanted if subtree.level < Node.KEPT_FROM]
    places = {Node.place_of(s): s for s in wanted if s.level >= Node.KEPT_FROM}
    kept = Node.objects.filter(pk__in=places).values_list("place", "root")
    indexes = [n for s in small for n in range(s.number << s.level, (s.number + 1) << s.level)]
    found = Entry.objects.filter(index__in=indexes).values_list("index", "leaf")
    leaves = {index: bytes(leaf) for index, leaf in found}
    roots = {places[place]: bytes(root) for place, root in kept}
    for s in small:
        span = range(s.number << s.level, (s.number + 1) << s.level)
        roots[s] = ledger.root_of(leaves[index] for index in span)
    return roots
