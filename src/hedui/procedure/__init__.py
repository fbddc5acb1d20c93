"""
流程 (the procedure): what must be prevented, in the order of the notice.

record → agencies → cases → authorizations → commissions → inquiries → reports
→ objections → determinations → papers → rechecks → oversight

Each room is a Django app; a room uses only those before it. The order stands here and in the
contract "The procedure runs one way" (pyproject.toml); a test holds the two equal.
"""
