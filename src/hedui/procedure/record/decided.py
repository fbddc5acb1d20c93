"""
What was decided 已决 without an entry: told, since the database cannot refuse all of it.

The application's role must be able to write who approved what, and whoever runs SQL of their own
as that role can write another officer's name there. Their entry is then missing: it is looked for
by `hedui check`.
"""

from dataclasses import dataclass

from django.db import connection

from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.scope import acting_as


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What one act decides on rows of one table.

    who: the column that names the officer, or the account; key: under which the entry names the
    row; named: by which column
    """

    table: str
    who: str
    act: str
    key: str
    named: str = "id"


DECIDED = (
    Decision("agencies_agreement", "approved_by", "agencies.approve_agreement", "agreement"),
    Decision("agencies_client", "approved_by", "agencies.approve_client", "client"),
    Decision("agencies_client", "ended_by", "agencies.end_client", "client"),
    Decision("agencies_keychange", "approved_by", "agencies.approve_keys", "change"),
    Decision("agencies_partner", "approved_by", "agencies.approve_partner", "partner", "sender_id"),
    Decision("agencies_partner", "ended_by", "agencies.end_partner", "partner", "sender_id"),
    Decision("agencies_suspension", "lifted_by", "agencies.confirm_lift", "suspension"),
    Decision("cases_erasure", "confirmed_by", "reports.confirm_erasure", "erasure"),
    Decision("commissions_breakglass", "reviewed_by", "commissions.review", "used"),
    Decision("determinations_determination", "confirmed_by", "determinations.confirm",
             "determination"),
    Decision("reports_report", "countersigned_by_id", "reports.issue", "report"),
    Decision("reports_withholding", "confirmed_by", "reports.confirm_withholding", "withholding"),
    Decision("reports_withholding", "ended_by", "reports.confirm_end", "withholding"),
    Decision("authorizations_authorization", "revoked_at", "authorizations.revoke",
             "authorization"),
)  # fmt: skip


def without_entry() -> dict[str, int]:
    """Return how many rows were decided on without an entry, by table and column; none is 0."""
    with acting_as(WORKER.identifier), connection.cursor() as cursor:
        found = {}
        for one in DECIDED:
            cursor.execute(_missing(one), [one.act])
            (count,) = cursor.fetchone()
            if count:
                found[f"{one.table}.{one.who}"] = int(count)
        return found


def _missing(one: Decision) -> str:
    on_sqlite = connection.vendor == "sqlite"
    actor = {"countersigned_by_id": f"'officer:' || r.{one.who}", "revoked_at": "''"}
    by = actor.get(one.who, f"r.{one.who}")
    number, key = "r.id::text", f"e.content::jsonb -> 'detail' ->> '{one.key}'"
    if on_sqlite:
        parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        number = " || '-' || ".join(f"substr(r.id, {at}, {n})" for at, n in parts)
        key = f"json_extract(e.content, '$.detail.{one.key}')"
    if one.named != "id":
        number = f"r.{one.named}"
    who = "''" if one.who == "revoked_at" else "e.actor"
    is_decided = f"r.{one.who} IS NOT NULL"
    if one.who.endswith("_by"):
        is_decided += f" AND r.{one.who} <> ''"
    return (
        f"SELECT count(*) FROM {one.table} r WHERE {is_decided} AND {number} || ' ' || {by}"
        f" NOT IN (SELECT {key} || ' ' || {who} FROM record_entry e"
        f" WHERE e.act = %s AND {key} IS NOT NULL)"
    )
