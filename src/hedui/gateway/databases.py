"""
Read in a database that somebody lends: PostgreSQL, or MySQL and MariaDB (数据库视图).

The role must be one that can only read; the database says so itself before anything is read, and a
role that can write is refused. Every statement has a time limit, and names its columns.
"""

import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from hedui.gateway.mapping import Database
from hedui.gateway.tables import DataUnreadable

_MAY = frozenset({"USAGE", "SELECT", "SHOW VIEW"})
_GRANT = re.compile(r"GRANT (.+?) ON .+? TO [^ ]+(?P<more>.*)", re.DOTALL)
_CONNECT_WITHIN = 5
_GONE = frozenset({0, 2006, 2013, 4031})
"""MySQL's and PyMySQL's numbers for a connection that has ended."""


class ConnectionLost(DataUnreadable):
    """The connection is gone; with a new one the same question may be answered."""


class Connection(Protocol):
    """A connection to a database of one kind."""

    def quoted(self, name: str) -> str:
        """Write a name, `schema.table` too, so that it can be nothing but a name."""

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """
        Run a statement and return its rows; values go in by their places, `%s`.

        :raises ConnectionLost: the connection is gone
        :raises DataUnreadable: it fails, or takes too long
        """

    def writable(self) -> str:
        """Return what the role may write, as words for the one who set it up; empty if nothing."""

    def close(self) -> None:
        """Let go."""


def connect(database: Database) -> Connection:
    """
    Connect, and make sure that nothing can be written.

    :raises DataUnreadable: no connection, or the role could write
    """
    connection = _KINDS[database.kind](database)
    try:
        if could := connection.writable():
            raise DataUnreadable(
                f"数据库账号 {database.user} 可以写({could}),不予使用:请换一个只有查询权限的账号"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _password(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        if path.stat().st_mode & 0o077:
            raise DataUnreadable(f"口令文件 {path.name} 别人也能读:请运行 chmod 600 {path.name}")
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise DataUnreadable(f"口令文件 {path.name}:{error.strerror or '无法读取'}") from None


def _quoted(name: str, mark: str) -> str:
    if not name.isprintable():
        raise DataUnreadable("表名或列名中有不可见字符")
    # a per cent sign would be taken for the place of a value
    return mark + name.replace(mark, mark * 2).replace("%", "%%") + mark


class PostgreSQL:
    """A connection to PostgreSQL that reads only."""

    def __init__(self, database: Database) -> None:
        try:
            import psycopg  # noqa: PLC0415 - an optional dependency
        except ImportError:
            raise DataUnreadable("读取 PostgreSQL 需要安装 hedui[department]") from None
        self._fault: type[Exception] = psycopg.Error
        seconds = database.timeout_seconds
        tls: dict[str, Any] = {}
        if database.ca:
            tls = {"sslmode": "verify-full", "sslrootcert": f"{database.ca}"}
        try:
            self._connection = psycopg.connect(
                host=database.host,
                port=database.port or 5432,
                dbname=database.name,
                user=database.user,
                password=_password(database.password_file) or None,
                connect_timeout=_CONNECT_WITHIN,
                autocommit=True,
                client_encoding="utf8",
                application_name="hedui",
                options=f"-c default_transaction_read_only=on -c statement_timeout={seconds * 1000}"
                " -c search_path=public",
                tcp_user_timeout=(seconds + 1) * 1000,
                **tls,
            )
        except psycopg.Error as error:
            raise DataUnreadable(f"连接不上数据库({_kind(error)})") from None

    def quoted(self, name: str) -> str:
        """Write a name, or `schema.table`."""
        return ".".join(_quoted(part, '"') for part in name.split("."))

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement with its values apart."""
        try:
            # the text is ours, its names quoted above, and the values go apart from it
            cursor = self._connection.execute(statement.encode(), values)
            return cursor.fetchall()
        except (self._fault, UnicodeError) as error:
            kind = ConnectionLost if self._connection.closed else DataUnreadable
            raise kind(_failed(error)) from None

    def writable(self) -> str:
        """Look in the database's own book of privileges."""
        [(is_superuser,)] = self.rows(
            "select rolsuper or rolcreaterole or rolbypassrls from pg_roles"
            " where rolname = current_user"
        )
        if is_superuser:
            return "超级用户或角色管理权"
        found = self.rows(
            "select c.oid::regclass::text from pg_class c join pg_namespace n"
            " on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f')"
            " and n.nspname not in ('pg_catalog', 'information_schema')"
            " and n.nspname not like 'pg~_toast%%' escape '~'"
            " and (has_table_privilege(c.oid, 'insert, update, delete, truncate')"
            " or has_any_column_privilege(c.oid, 'insert, update')) limit 1"
        )
        return f"表 {found[0][0]}" if found else ""

    def close(self) -> None:
        """Let go."""
        self._connection.close()


class MySQL:
    """A connection to MySQL or MariaDB that reads only."""

    def __init__(self, database: Database) -> None:
        try:
            import pymysql  # noqa: PLC0415 - an optional dependency
        except ImportError:
            raise DataUnreadable("读取 MySQL 或 MariaDB 需要安装 hedui[department]") from None
        self._fault: type[Exception] = pymysql.MySQLError
        seconds = database.timeout_seconds
        try:
            self._connection = pymysql.connect(
                host=database.host,
                port=database.port or 3306,
                database=database.name,
                user=database.user,
                password=_password(database.password_file),
                charset="utf8mb4",
                connect_timeout=_CONNECT_WITHIN,
                read_timeout=seconds + 1,
                write_timeout=seconds + 1,
                autocommit=True,
                local_infile=False,
                ssl=_tls(database.ca),
            )
            self.rows("set session transaction read only")
            self._limit(seconds)
        except (pymysql.MySQLError, OSError) as error:
            raise DataUnreadable(f"连接不上数据库({_kind(error)})") from None

    def quoted(self, name: str) -> str:
        """Write a name, or `database.table`."""
        return ".".join(_quoted(part, "`") for part in name.split("."))

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement; the driver writes each value so that it can be nothing but a value."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, tuple(values))
                return list(cursor.fetchall())
        except (self._fault, OSError, UnicodeError) as error:
            is_lost = next(iter(error.args), 0) in _GONE
            kind = ConnectionLost if is_lost else DataUnreadable
            raise kind(_failed(error)) from None

    def writable(self) -> str:
        """Read what was granted; what is not understood counts as too much."""
        for (line,) in self.rows("show grants for current_user()"):
            found = _GRANT.match(line)
            if found is None:
                return "经由其他角色得到的权限,无法核实"
            granted = {one.strip() for one in re.sub(r"\([^)]*\)", "", found[1]).split(",")}
            if too_much := granted - _MAY:
                return min(too_much)
            if "GRANT OPTION" in found["more"]:
                return "转授权限"
        return ""

    def close(self) -> None:
        """Let go."""
        self._connection.close()

    def _limit(self, seconds: int) -> None:
        try:
            self.rows(f"set session max_statement_time = {seconds}")  # MariaDB
        except DataUnreadable:
            self.rows(f"set session max_execution_time = {seconds * 1000}")  # MySQL


def _tls(ca: Path | None) -> ssl.SSLContext | None:
    try:
        return ssl.create_default_context(cafile=f"{ca}") if ca else None
    except (OSError, ssl.SSLError):
        raise DataUnreadable("CA 证书无法读取") from None


_SAID: Mapping[object, str] = {
    **dict.fromkeys(
        ("57014", "70100", 3024), "没有在 timeout_seconds 内查完,请给身份号码的列建索引"
    ),
    **dict.fromkeys(("42501", "42000"), "账号没有查询这张表或视图的权限"),
    **dict.fromkeys(("42P01", "42S02"), "没有这张表或视图"),
    **dict.fromkeys(("42703", "42S22"), "没有这一列"),
}


def _failed(error: Exception) -> str:
    """Say why a statement failed."""
    codes = (getattr(error, "sqlstate", None), next(iter(error.args), None))
    why = next((_SAID[code] for code in codes if code in _SAID), "")
    return f"数据库查询失败({_kind(error)})" + (f":{why}" if why else "")


def _kind(error: Exception) -> str:
    """Name an error by its class and code alone: its words may quote what was asked."""
    code = getattr(error, "sqlstate", None) or next(iter(error.args), None)
    number = (
        f" {code}" if isinstance(code, int) or (isinstance(code, str) and len(code) == 5) else ""
    )
    return type(error).__name__ + number


_KINDS: Mapping[str, Callable[[Database], Connection]] = {
    "postgresql": PostgreSQL,
    "mysql": MySQL,
}
