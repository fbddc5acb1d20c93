"""A server that starts while its database restarts waits for it, and says so if it never comes."""

import secrets
from collections.abc import Iterator
from threading import Timer
from urllib.parse import urlsplit

import click
import psycopg
import pytest

from hedui.faces.cli import bringing_up
from tests.conftest import postgres_url
from tests.databases import pointed_at

pytestmark = pytest.mark.postgres


@pytest.fixture
def coming(django_db_blocker) -> Iterator[str]:
    """Point Django at a database that is not there yet, and return its name."""
    name = f"hedui_coming_{secrets.token_hex(4)}"
    with django_db_blocker.unblock(), pointed_at(_at(name)):
        yield name
    with psycopg.connect(postgres_url(), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _at(name: str) -> str:
    return urlsplit(postgres_url())._replace(path=f"/{name}").geturl()


def _come(name: str) -> None:
    """Let a database be there all at once, with the table that tells an installation."""
    made = f"{name}_made"
    with psycopg.connect(postgres_url(), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{made}"')
        with psycopg.connect(_at(made), autocommit=True) as inside:
            inside.execute("CREATE TABLE record_checkpoint ()")
        admin.execute(f'ALTER DATABASE "{made}" RENAME TO "{name}"')


def test_it_waits_for_a_database_that_comes_back(coming):
    later = Timer(0.5, _come, [coming])
    later.start()
    try:
        bringing_up.need_installed()
    finally:
        later.join()


@pytest.mark.usefixtures("coming")
def test_it_says_what_to_look_at_where_no_database_comes(monkeypatch):
    monkeypatch.setattr(bringing_up, "DATABASE_WITHIN", 0.3)
    with pytest.raises(click.UsageError, match="HEDUI_DATABASE_URL"):
        bringing_up.need_installed()
