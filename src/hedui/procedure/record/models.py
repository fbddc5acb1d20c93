"""The ledger's rows. Nothing here names a person: an entry holds identifiers and digests."""

from django.db import models
from uuid6 import uuid7


class Entry(models.Model):
    """
    One act, as it was done 一条留痕.

    Made by `act`, in the transaction of the act; never changed, never deleted (the database
    refuses both). `content` is the canonical JSON (RFC 8785) whose hash is the leaf of the
    ledger; the other columns repeat parts of it for look-up. Intentionally absent: names,
    numbers, amounts.
    """

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

    def __str__(self) -> str:
        return f"{self.index} {self.act}"


class Head(models.Model):
    """
    The head of the ledger 台账之首: one row, whose lock orders the entries.

    `roots` is the frontier of the Merkle tree (hex, comma between). Size only grows.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    size = models.BigIntegerField(default=0)
    roots = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="record_head_is_one"),
        ]

    def __str__(self) -> str:
        return f"size {self.size}"
