"""Real databases for the tests: a schema of its own, its owner, and a role that only reads."""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

LENDERS = (
    pytest.param("postgresql", marks=pytest.mark.postgres),
    pytest.param("mysql", marks=pytest.mark.mysql),
)
_SERVERS = {"postgresql": "HEDUI_TEST_POSTGRES_URL", "mysql": "HEDUI_TEST_MYSQL_URL"}


class Lender:
    """One database, and a way to do things in it as who owns it."""

    quote = '"'

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"hedui_lent_{secrets.token_hex(4)}"
        self.reader, self.owner = f"{self.name}_r", f"{self.name}_o"
        self.password = secrets.token_hex(16)
        path = folder / "reader.password"
        path.write_text(self.password + "\n")
        path.chmod(0o600)

    def place(self) -> dict[str, Any]:
        """Return how it is reached, for a mapping."""
        raise NotImplementedError

    def named(self, statement: str) -> str:
        """Quote the names in a statement, which stand in braces."""
        return re.sub(
            r"\{(.+?)\}", lambda m: f"{self.quote}{m[1].replace('%', '%%')}{self.quote}", statement
        )

    def run(self, statement: str, *values: object) -> None:
        """Run a statement as the owner."""
        raise NotImplementedError

    def grant(self, table: str, power: str = "select") -> None:
        """Let the reader do something."""
        self.run(f"grant {power} on {table} to {self._reader()}")

    def revoke(self, table: str, power: str) -> None:
        """Take it back."""
        self.run(f"revoke {power} on {table} from {self._reader()}")

    def _reader(self) -> str:
        return self.reader


class PostgresLender(Lender):
    """A database on the PostgreSQL of the tests."""

    def __init__(self, folder: Path, server: str) -> None:
        super().__init__(folder)
        self.server = server
        with psycopg.connect(server, autocommit=True) as admin:
            for role, more in ((self.owner, "superuser"), (self.reader, "")):
                admin.execute(f"create role {role} login {more} password '{self.password}'")
            admin.execute(f"create database {self.name} encoding 'UTF8' template template0")
        self.own = psycopg.connect(self._url(), autocommit=True)
        self.own.execute("revoke temporary on database " + self.name + " from public")

    def _url(self) -> str:
        return urlsplit(self.server)._replace(path=f"/{self.name}").geturl()

    def place(self):
        """Return how it is reached."""
        parts = urlsplit(self.server)
        return {
            "kind": "postgresql",
            "host": parts.hostname,
            "port": parts.port or 5432,
            "name": self.name,
            "user": self.reader,
        }

    def run(self, statement, *values):
        """Run a statement."""
        self.own.execute(self.named(statement).encode(), values)

    def slowly(self):
        """Return a statement that takes three seconds."""
        return "select pg_sleep(3)"

    def cut_off(self):
        """End the reader's connections."""
        self.own.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s",
            [self.reader],
        )

    @contextmanager
    def overheard(self) -> Iterator[Callable[[], list[str]]]:
        """Hear what the reader asks: its last statement as the server shows it."""
        heard: list[str] = []
        from hedui.gateway import databases

        whole = databases.PostgreSQL.rows

        def rows(self, statement, values=()):
            heard.append(f"{statement} {list(values)}")
            return whole(self, statement, values)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(databases.PostgreSQL, "rows", rows)
            yield lambda: heard

    def close(self):
        """Remove all."""
        self.own.close()
        with psycopg.connect(self.server, autocommit=True) as admin:
            admin.execute(f"drop database {self.name} with (force)")
            admin.execute(f"drop role {self.owner}")
            admin.execute(f"drop role {self.reader}")


class MySQLLender(Lender):
    """A database on the MariaDB or MySQL of the tests."""

    quote = "`"

    def __init__(self, folder: Path, server: str) -> None:
        super().__init__(folder)
        import pymysql

        parts = urlsplit(server)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 3306
        self.own = pymysql.connect(
            host=self.host,
            port=self.port,
            user=unquote(parts.username or "root"),
            password=unquote(parts.password or ""),
            charset="utf8mb4",
            autocommit=True,
        )
        self._do(f"create database {self.name} character set utf8mb4")
        self._do(f"use {self.name}")
        for role in (self.reader, self.owner):
            self._do(f"create user {role}@'%' identified by '{self.password}'")
        self._do(f"grant all on *.* to {self.owner}@'%'")

    def _do(self, statement, values=()):
        with self.own.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()

    def _reader(self) -> str:
        return f"{self.reader}@'%'"

    def place(self):
        """Return how it is reached."""
        return {
            "kind": "mysql",
            "host": self.host,
            "port": self.port,
            "name": self.name,
            "user": self.reader,
        }

    def run(self, statement, *values):
        """Run a statement."""
        with self.own.cursor() as cursor:
            cursor.execute(self.named(statement), values)

    def grant(self, table, power="select"):
        """Let the reader do something."""
        with self.own.cursor() as cursor:
            who = f"{self.reader}@'%%'"
            cursor.execute(self.named(f"grant {power} on {table} to {who}"), ())

    def revoke(self, table, power):
        """Take it back."""
        with self.own.cursor() as cursor:
            who = f"{self.reader}@'%%'"
            cursor.execute(self.named(f"revoke {power} on {table} from {who}"), ())

    def slowly(self):
        """Return a statement that takes three seconds."""
        return "select sleep(3) from information_schema.schemata"

    def cut_off(self):
        """End the reader's connections."""
        rows = self._do(
            "select id from information_schema.processlist where user = %s", [self.reader]
        )
        for (number,) in rows:
            self._do(f"kill {number}")

    @contextmanager
    def overheard(self) -> Iterator[Callable[[], list[str]]]:
        """Hear what the reader asks, from the server's own log of statements."""
        output, log = self._do("select @@global.log_output, @@global.general_log")[0]
        self._do("set global log_output = 'TABLE'")
        self._do("set global general_log = 1")
        self._do("truncate mysql.general_log")
        try:
            yield lambda: [
                text.decode() if isinstance(text, bytes) else text
                for (text,) in self._do(
                    "select argument from mysql.general_log where user_host like %s",
                    [f"%{self.reader}%"],
                )
            ]
        finally:
            self._do(f"set global general_log = {log}")
            self._do(f"set global log_output = '{output}'")

    def close(self):
        """Remove all."""
        self._do(f"drop database {self.name}")
        for role in (self.reader, self.owner):
            self._do(f"drop user {role}@'%'")
        self.own.close()


@contextmanager
def lent(kind: str, folder: Path) -> Iterator[Lender]:
    """Lend a database of a kind; skip where there is no such server."""
    server = os.environ.get(_SERVERS[kind])
    if not server:
        pytest.skip(f"没有这种数据库:请设置 {_SERVERS[kind]}")
    makers: dict[str, Callable[[Path, str], Any]]
    makers = {"postgresql": PostgresLender, "mysql": MySQLLender}
    made = makers[kind](folder, server)
    try:
        yield made
    finally:
        made.close()
