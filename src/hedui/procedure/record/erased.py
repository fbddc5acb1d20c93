"""
An erased case stays as it is 销毁之后: nothing is added to it, in any table that leads to a case.

Which column leads there, the row rules say (`rows`); from them the guards of both databases are
written. Only the ledger goes on.
"""

from collections.abc import Iterator

from hedui.procedure.record.rows import RULES

# The case and its erasure themselves; and what the gate refuses, since no authorization of an
# erased case is in force, and none is added.
LEFT_OUT = {"cases_case", "cases_erasure", "inquiries_inquiry", "inquiries_ticket"}
# An erasure under way is waited for, and then seen. Answers do not wait: what comes in that instant
# is sealed under the destroyed key.
DO_NOT_WAIT = {"inquiries_reply", "inquiries_fact"}
MANY_AT_A_TIME = {*DO_NOT_WAIT, "reports_finding"}
SAID = "case: it is erased, nothing is written to it any more"


def erased_in(room: str, vendor: str) -> Iterator[str]:
    """Yield the statements that add nothing to an erased case, for the tables of a room."""
    write = _on_sqlite if vendor == "sqlite" else _on_postgresql
    for table in sorted(RULES.keys() - LEFT_OUT):
        if table.startswith(f"{room}_"):
            yield from write(table)


def _on_sqlite(table: str) -> Iterator[str]:
    yield f"DROP TRIGGER IF EXISTS {table}_not_after_erasure"
    yield (
        f"CREATE TRIGGER {table}_not_after_erasure BEFORE INSERT ON {table}\nBEGIN\n"
        f"  SELECT RAISE(ABORT, '{SAID}')\n"
        "  WHERE EXISTS (SELECT 1 FROM cases_erasure e WHERE e.confirmed_at IS NOT NULL\n"
        f"                  AND e.case_id = {case_of(table)});\nEND"
    )


def _on_postgresql(table: str) -> Iterator[str]:
    many = table in MANY_AT_A_TIME
    cases = f"ARRAY[{case_of(table)}]"
    if many:
        cases = f"(SELECT array_agg(DISTINCT {case_of(table, 'put')}) FROM put)"
    waits = "  PERFORM 1 FROM cases_case c WHERE c.id = ANY (cases_) ORDER BY c.id FOR KEY SHARE;\n"
    yield (
        f"CREATE OR REPLACE FUNCTION hedui_{table}_not_after_erasure() RETURNS trigger\n"
        "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
        f"{' SET enable_seqscan = off' if many else ''} AS $$\n"
        f"DECLARE\n  cases_ uuid[] := {cases};\nBEGIN\n"
        f"{'' if table in DO_NOT_WAIT else waits}"
        "  IF EXISTS (SELECT 1 FROM unnest(cases_) AS one WHERE hedui_is_erased(one)) THEN\n"
        f"    RAISE EXCEPTION '{SAID}' USING ERRCODE = 'check_violation';\n"
        f"  END IF;\n  RETURN {'NULL' if many else 'NEW'};\nEND $$"
    )
    when = f"BEFORE INSERT ON {table} FOR EACH ROW"
    if many:
        when = f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS put FOR EACH STATEMENT"
    yield f"DROP TRIGGER IF EXISTS {table}_not_after_erasure ON {table}"
    yield (
        f"CREATE TRIGGER {table}_not_after_erasure {when}\n"
        f"EXECUTE FUNCTION hedui_{table}_not_after_erasure()"
    )


def case_of(table: str, row: str = "NEW") -> str:
    """Write which case a row is of."""
    rule = RULES[table]
    if rule.to == "cases_case":
        return f"{row}.{rule.leads}"
    there = case_of(rule.to, rule.to)
    return f"(SELECT {there} FROM {rule.to} WHERE {rule.to}.id = {row}.{rule.leads})"
