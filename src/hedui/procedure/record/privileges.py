"""
Privileges 权限 of the application's role on PostgreSQL: what it may write, column by column.

The guards stand in the database, but who owns the tables could drop them. So an installation is
set up by the role that owns it, and served by another that may read, add rows, change the columns
named here, and nothing else: no DELETE, no TRUNCATE, no trigger, no table of its own. Which rows
of them it sees, `hedui.procedure.record.rows` says.
"""

from django.db import connection, transaction

from hedui.procedure.record import rows
from hedui.procedure.record.outcome import Trouble

# What a row of the procedure may change after it was added. What is not named here never changes.
MAY_CHANGE: dict[str, tuple[str, ...]] = {
    "record_head": ("size", "roots", "last"),
    "cases_numbering": ("last",),
    "cases_case": (
        "programme",
        "division",
        "applied_on",
        "draft",
        "applicant_masked",
        "applicant_index",
        "wrapped_key",
    ),
    "cases_member": (
        "replaced",
        "position",
        "relation",
        "person",
        "number_index",
        "birth_date",
    ),
    "cases_erasure": ("confirmed_by", "confirmed_at"),
    "authorizations_pageprint": ("sketch", "ink"),
    "cases_declaration": ("frozen_at",),
    "authorizations_form": ("withdrawn_at",),
    "authorizations_guardianship": ("ended_at",),
    "authorizations_authorization": ("revoked_at",),
    "commissions_commission": ("closed_at",),
    "commissions_budget": ("ended_at",),
    "commissions_breakglass": ("reviewed_by", "reviewed_at", "is_justified"),
    "reports_report": (
        "status",
        "body",
        "digest",
        "signature",
        "prepared_by_id",
        "submitted_at",
        "countersigned_by_id",
        "issued_at",
        "valid_until",
    ),
    "agencies_suspension": (
        "lift_reason",
        "lift_proposed_by",
        "lift_proposed_at",
        "lifted_by",
        "lifted_at",
    ),
    "reports_finding": ("status",),
    "reports_sms": ("attempts", "next_at", "fault", "taken_at", "outcome", "told_at"),
    "reports_correction": ("outcome", "document", "answered_by", "answered_at"),
    "determinations_determination": ("confirmed_by", "confirmed_at"),
    "rechecks_task": ("looked_by", "looked_at", "agrees"),
    "reports_withholding": (
        "confirmed_by",
        "confirmed_at",
        "end_proposed_by",
        "end_proposed_at",
        "ended_by",
        "ended_at",
    ),
    "agencies_department": (
        "name",
        "base_url",
        "public_key",
        "receiver_id",
        "answer_within",
        "last_day",
        "faults",
        "rests_until",
        "entry_id",
    ),
    "inquiries_requestfile": (
        "sha256",
        "manifest",
        "ready_at",
        "left_at",
        "found_at",
        "ended_at",
        "code",
    ),
    "inquiries_answerfile": ("finished_at", "code", "counts", "faults"),
    "inquiries_turnedaway": ("count", "last_at"),
    "agencies_agreement": ("approved_by", "approved_at", "ended_by", "ended_at"),
    "agencies_client": ("approved_by", "approved_at", "ended_by", "ended_at"),
    "agencies_token": ("ended_at",),
    "agencies_partner": (
        "cursor",
        "public_key",
        "approved_by",
        "approved_at",
        "ended_by",
        "ended_at",
    ),
    "agencies_keychange": ("approved_by", "approved_at", "dropped_by", "dropped_at"),
    "agencies_callcount": ("minute", "count"),
    "agencies_partnermessage": ("sent_at", "attempts", "next_at", "fault"),
    "agencies_subscription": ("ended_at",),
    "agencies_endpoint": (
        "cursor",
        "attempts",
        "next_at",
        "fault",
        "failing_since",
        "ended_by",
        "ended_at",
    ),
    "agencies_agency": ("second_person", "numbered_only", "authorization_days", "entry_id"),
    "agencies_officer": ("password", "last_login", "is_active", "entry_id"),
    "agencies_post": ("last_day", "entry_id"),
}
# Furniture: sessions, the queue, and attempts to enter one's own page come and go.
COMES_AND_GOES = ("django_session", "django_tasks_database_dbtaskresult", "reports_attempt")
# The allow-list is put in force by the owner: the application cannot widen what it may ask. The
# tally is written by a guard, as the owner.
READ_ONLY = (
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "inquiries_allowlist",
    "commissions_tally",
)

MAKE_LARGE_OBJECTS = ("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)")
# They are the superuser's, and everybody's by default.
NO_LARGE_OBJECTS = f"REVOKE EXECUTE ON FUNCTION {', '.join(MAKE_LARGE_OBJECTS)} FROM PUBLIC"


def grant(role: str) -> None:
    """
    Give the application's role what it needs, and take away what it had beyond that.

    Run by the owner of the tables, after every migration.

    :raises Trouble: the database has no roles, the role is not there, or it could act as the owner
    """
    if connection.vendor != "postgresql":
        raise Trouble("应用角色只用于 PostgreSQL;SQLite 没有角色。")
    _keep_to_tables()
    # In one transaction: who is connected meanwhile is never without what it needs.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR pg_has_role(oid, current_user, 'MEMBER')"
            " FROM pg_roles WHERE rolname = %s",
            [role],
        )
        found = cursor.fetchone()
        if found is None:
            raise Trouble(f"数据库中没有角色 {role},请先建立:CREATE ROLE {role} LOGIN PASSWORD …")
        cursor.execute("SELECT current_user, current_database()")
        owner, database = cursor.fetchone()
        if role == owner or found[0]:
            raise Trouble(f"{role} 是表的所有者或超级用户,或能绕过行级规则,请另建一个作应用角色。")
        tables = connection.introspection.table_names()
        for statement in (*_statements(role, database, tables), *rows.statements(role)):
            cursor.execute(statement)


def _statements(role: str, database: str, tables: list[str]) -> list[str]:
    quote = connection.ops.quote_name
    to = quote(role)
    statements = [
        f"REVOKE ALL ON DATABASE {quote(database)} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {quote(database)} TO {to}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {to}",
        f"GRANT USAGE ON SCHEMA public TO {to}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {to}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {to}",
    ]
    for table in tables:
        if table in READ_ONLY:
            continue
        if table in COMES_AND_GOES:
            statements.append(f"GRANT INSERT, UPDATE, DELETE ON {quote(table)} TO {to}")
            continue
        statements.append(f"GRANT INSERT ON {quote(table)} TO {to}")
        if columns := MAY_CHANGE.get(table):
            listed = ", ".join(map(quote, columns))
            statements.append(f"GRANT UPDATE ({listed}) ON {quote(table)} TO {to}")
    return statements


def _keep_to_tables() -> None:
    """Take from everybody what makes large objects, where whoever sets up may do that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute(NO_LARGE_OBJECTS)


def beside_the_tables() -> tuple[bool, int, list[str]]:
    """
    Say what whoever is connected could keep, or has kept, where no guard and no ledger is.

    Whether they may make large objects 大对象; how many there are; the settings of their own role.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_function_privilege(one, 'EXECUTE')),"
            " (SELECT count(*) FROM pg_largeobject_metadata)"
            " FROM unnest(%s::regprocedure[]) AS one",
            [list(MAKE_LARGE_OBJECTS)],
        )
        may, there = cursor.fetchone()
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting"
            " WHERE setrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        return bool(may), int(there), [str(one) for (one,) in cursor.fetchall()]


def owns_the_tables() -> bool:
    """Tell whether whoever is connected could drop the guards: as owner, or as superuser."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, c.relowner, 'USAGE') FROM pg_class c"
            " WHERE c.oid = 'record_entry'::regclass"
        )
        (owns,) = cursor.fetchone()
    return bool(owns)
