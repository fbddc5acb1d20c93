"""The ledger's rows. Nothing here names a person: an entry holds identifiers and digests."""

from django.db import models
from uuid6 import uuid7

from hedui.ledger import Frontier, Subtree
from hedui.procedure.record.carrying import CARRYING
from hedui.procedure.record.found import Found
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.seeing import SEEING


class Entry(models.Model):
    """
    One act, as it was done 一条留痕.

    Made by `act`, in the transaction of the act; never changed, never deleted (the database
    refuses both). `content` is the canonical JSON (RFC 8785) whose hash is the leaf of the
    ledger; the other columns repeat parts of it for look-up. Intentionally absent: names,
    numbers, amounts.
    """

    kept = Kept("ledger: an entry", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    index = models.BigIntegerField(unique=True)
    act = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64, db_index=True)
    case = models.UUIDField(null=True, db_index=True)
    content = models.TextField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("index",)
        indexes = [
            models.Index(
                fields=["actor", "at"],
                condition=models.Q(act__in=SEEING),
                name="record_seen_by",
            ),
            models.Index(
                fields=["at"],
                condition=models.Q(act__in=CARRYING),
                name="record_carried",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.act}"


class Head(Found):
    """
    The head of the ledger 台账之首: one row, whose lock orders the entries.

    `roots` is the frontier of the Merkle tree (hex, comma between), `last` the leaf of the newest
    entry, which the next one names. Size only grows.
    """

    kept = Kept("ledger: the head")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    size = models.BigIntegerField(default=0)
    roots = models.TextField(default="", blank=True)
    last = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="record_head_is_one"),
        ]

    def __str__(self) -> str:
        return f"size {self.size}"

    @property
    def frontier(self) -> Frontier:
        """Return what is needed to append to the tree."""
        return Frontier(self.size, tuple(map(bytes.fromhex, filter(None, self.roots.split(",")))))


class Node(models.Model):
    """
    The root of one full subtree of the ledger 子树, kept so that a proof needs few of them.

    `place` names it in one number: its own among those of its level, then six bits for the level.
    Subtrees below `KEPT_FROM` are not kept: they are computed from their few leaves.
    """

    kept = Kept("ledger: a subtree", fixed=True)

    place = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)

    KEPT_FROM = 3

    def __str__(self) -> str:
        return f"subtree {self.place >> 6} of level {self.place & 63}"

    @staticmethod
    def place_of(subtree: Subtree) -> int:
        """Return the number that names a subtree."""
        return subtree.number << 6 | subtree.level


class Checkpoint(models.Model):
    """
    The ledger's head at one size, signed 检查点: a C2SP signed note.

    Never changed, never deleted. Where the head goes back behind a checkpoint, or does not fit
    it, the ledger was rewritten.
    """

    kept = Kept("ledger: a checkpoint", fixed=True)

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"checkpoint {self.size}"


class Cosignature(models.Model):
    """One witness's line under a checkpoint 见证: it has seen the ledger so. Never changed."""

    kept = Kept("ledger: a cosignature", fixed=True)

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=120)
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "witness"], name="record_cosigned_once_by_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.witness}"
