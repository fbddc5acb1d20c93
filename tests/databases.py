"""Databases of a test's own, where things are committed and seen from other connections."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.test import override_settings

from hedui.config.options import database
from hedui.procedure.record import guards


@dataclass(frozen=True, slots=True)
class Role:
    """The application's own role on a PostgreSQL server: it may log in and make databases."""

    name: str
    password: str
    server: str

    def url(self, name: str) -> str:
        """Return the address of a database, as this role."""
        parts = urlsplit(self.server)
        place = f"{self.name}:{self.password}@{parts.hostname}:{parts.port or 5432}"
        return urlunsplit(("postgresql", place, f"/{name}", "", ""))


@contextmanager
def application_role(server: str) -> Iterator[Role]:
    """Make a role that is no superuser, and remove it and its databases afterwards."""
    role = Role(f"hedui_app_{secrets.token_hex(4)}", secrets.token_hex(16), server)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role.name} LOGIN CREATEDB PASSWORD '{role.password}'")
    try:
        yield role
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            owned = admin.execute(
                "SELECT d.datname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba"
                " WHERE r.rolname = %s",
                [role.name],
            ).fetchall()
            for (name,) in owned:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            admin.execute(f"DROP ROLE {role.name}")


@contextmanager
def empty_on(server: str, name: str) -> Iterator[str]:
    """Make an empty database that a role owns which is no superuser, and give its address."""
    with application_role(server) as role:
        named = f"{role.name}_{name}"
        with psycopg.connect(role.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {named}")
        yield role.url(named)


@contextmanager
def pointed_at(url: str) -> Iterator[None]:
    """
    Point Django at another database, in every thread that is started meanwhile.

    The connection of the suite stays open beside it and is used again afterwards.
    """
    standing, settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = connections.configure_settings({"default": database(url)})[
        "default"
    ]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = settings
        connections["default"] = standing


def make_tables() -> None:
    """
    Make the tables as the models are, with every guard, in a second.

    That all steps of an installation lead to the same is seen by those who install.
    """
    with override_settings(MIGRATION_MODULES={app.label: None for app in apps.get_app_configs()}):
        call_command("migrate", run_syncdb=True, verbosity=0)
    complete()


def complete() -> None:
    """Take the tables for those of an installation, and put the guards on."""
    call_command("migrate", fake=True, verbosity=0)
    guards.install()
