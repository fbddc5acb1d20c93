"""Durability 落盘: a commit waits for the disk, but for what may be lost with the machine."""

from django.db import connection

MAY_BE_LOST = "set_config('synchronous_commit', 'off', true)"
"""What says so, for a statement that is made anyway."""


def may_be_lost() -> None:
    """
    Let the commit of the transaction under way wait for no disk.

    For what is made again, or would have ended with the machine anyway: a claim, or locks and
    nothing else. PostgreSQL alone knows this of one transaction.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {MAY_BE_LOST}")
