"""
Durability 落盘: a commit waits for the disk, but for what may be lost with the machine.

That is what is made again, or would have ended with the machine anyway: a claim, or locks and
nothing else. PostgreSQL alone knows this of one transaction.

Files wait for it too, and so do their names, which stand in their folder.
"""

import os
from pathlib import Path

MAY_BE_LOST = "set_config('synchronous_commit', 'off', true)"
"""What says so of the transaction under way, in a statement that is made anyway."""


def names_to_disk(folder: Path) -> None:
    """Bring the names in a folder down to the disk."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
