"""
Durability 落盘: a commit waits for the disk, but for what may be lost with the machine.

That is what is made again, or would have ended with the machine anyway: a claim, or locks and
nothing else. PostgreSQL alone knows this of one transaction.
"""

MAY_BE_LOST = "set_config('synchronous_commit', 'off', true)"
"""What says so of the transaction under way, in a statement that is made anyway."""
