"""Beside the tables 大对象: where no guard stands, the check says what the role may and did."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from hedui.faces.cli.checking import Check, findings
from hedui.procedure.record import privileges
from tests.conftest import postgres_url
from tests.databases import pointed_at
from tests.procedure import raw
from tests.procedure.test_application_role import refused, role, served

__all__ = ["role", "served"]
pytestmark = pytest.mark.postgres
MADE = (
    "SELECT lo_from_bytea(0, 'hidden')",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
)


@pytest.fixture
def owners(own_postgres) -> str:
    """Return the address of the suite's own database for who owns the server."""
    server, database = urlsplit(postgres_url()), urlsplit(own_postgres.url).path
    return urlunsplit(server._replace(path=database))


@pytest.fixture
def superuser(owners) -> Iterator[psycopg.Connection]:
    """Connect to the suite's own database as who owns the server; what was granted comes back."""
    with psycopg.connect(owners, autocommit=True) as connection:
        yield connection
        connection.execute(privileges.NO_LARGE_OBJECTS.replace("REVOKE", "GRANT", 1).replace(
            "FROM PUBLIC", "TO PUBLIC"))  # fmt: skip
        connection.execute("SELECT lo_unlink(oid) FROM pg_largeobject_metadata")


def told(about: str) -> list[Check]:
    return [one for one in findings() if about in one.what]


def test_what_makes_large_objects_is_told_and_taken_away(served, superuser):
    (may,) = told("大对象")
    assert (may.level, privileges.NO_LARGE_OBJECTS in may.remedy) == ("warning", True)
    raw.execute(MADE[0])
    assert [one.level for one in told("大对象")] == ["warning", "error"]
    superuser.execute("SELECT lo_unlink(oid) FROM pg_largeobject_metadata")
    superuser.execute(privileges.NO_LARGE_OBJECTS)
    assert told("大对象") == []
    for statement in MADE:
        refused(statement)


def test_who_sets_up_as_the_owner_of_the_server_takes_it_away(served, superuser, owners):
    assert [one.level for one in told("大对象")] == ["warning"]
    with pointed_at(owners):
        privileges._keep_to_tables()
    assert told("大对象") == []


def test_settings_of_the_role_itself_are_told(served, superuser):
    assert told("自带会话设置") == []
    raw.execute("ALTER ROLE CURRENT_USER SET application_name = 'hidden here'")
    (found,) = told("自带会话设置")
    assert "hidden here" in found.what
    superuser.execute(f"ALTER ROLE {served.role} RESET ALL")
    assert told("自带会话设置") == []
