"""Databases of a test's own, where things are committed and seen from other connections."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections

from hedui.config.options import database


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
