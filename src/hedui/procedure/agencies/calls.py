"""
Calls 调用次数: how often a client, a partner or a department has called in this minute.

Counted in the database, in one statement, so that it is one count however many web processes and
machines there are; the minute is the database's. Who has waited for another's call from the minute
before into the next is counted in that; the minute never goes back by one.
"""

from uuid import UUID

from django.db import connection
from django.db.models import UUIDField

MINUTE = 60
_NOW = {
    "sqlite": "CAST(strftime('%%s', 'now') AS INTEGER)",
    "postgresql": "CAST(floor(extract(epoch FROM clock_timestamp())) AS bigint)",
}
_COUNT = """
INSERT INTO agencies_callcount AS held (caller, minute, count) VALUES (%s, {now} / 60, 1)
ON CONFLICT (caller) DO UPDATE SET
  minute = CASE WHEN held.minute = excluded.minute + 1 THEN held.minute ELSE excluded.minute END,
  count = CASE WHEN held.minute - excluded.minute IN (0, 1) THEN held.count + 1 ELSE 1 END
RETURNING count, 60 - {now} %% 60"""


def count_call(caller: UUID) -> tuple[int, int]:
    """Count a call; return how many there are in this minute, and for how many seconds it lasts."""
    written = UUIDField().get_db_prep_value(caller, connection)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(now=_NOW[connection.vendor]), [written])
        ((count, seconds),) = cursor.fetchall()
    return int(count), int(seconds)
