"""
What `hedui bench --channel database_view` and `view_together` measure: persons in a lent view.

A database is made on the PostgreSQL that is given, with a table of all persons and a role that only
reads. Beside each part the very statements that were asked are run by a bare connection, and the
same questions go over our own line alone, which reads what stands there strictly, without gate,
ledger and keeping.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any
from unittest import mock
from urllib.parse import unquote, urlsplit

import psycopg

from hedui.faces.cli import place
from hedui.faces.cli.asking_bench import Others, each, together
from hedui.faces.cli.channel_bench import Measures, memory
from hedui.faces.cli.copied_households import Person, copies, household
from hedui.faces.cli.installing import install
from hedui.gateway.databases import PostgreSQL
from hedui.procedure.agencies.channels import CHANNELS
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.dispatch import connector_of
from hedui.procedure.inquiries.models import Inquiry, Reply
from hedui.procedure.record.moment import today
from hedui.procedure.reports.worker import collect_rarely

CONNECTION = '[database_view]\nmapping = "{receiver}.mapping.yaml"\n'
MAPPING = """
source: bank
data:
  table: 存款
  database:
    {{kind: postgresql, host: {host}, port: {port}, name: {name}, user: {name}_r,
      password_file: {password}, timeout_seconds: 5}}
person: {{id_number: 证件号码, name: 户名}}
as_of: {{column: 数据日期}}
items:
  bank: 开户行
  account_type: {{column: 类型, codes: {{活: current}}}}
  account_tail: 尾号
  balance_fen: {{column: 余额, unit: 元}}
  outflow_6m_fen: {{column: 支出, unit: 元}}
"""
TABLE = """
create table 存款 (证件号码 varchar(20), 户名 varchar(50), 数据日期 date, 开户行 varchar(50),
  类型 varchar(10), 尾号 varchar(4), 余额 decimal(12,2), 支出 decimal(12,2))"""


class Open:
    """A passage that keeps nobody back, to measure a line by itself."""

    def wait(self) -> None:
        """Go on at once."""

    def end(self) -> None:
        """Nobody waits."""


@dataclass
class Sides:
    """What was spent so far: by the platform, by its line alone, and by bare statements."""

    bare_connection: "psycopg.Connection[Any]"
    ask: Callable[[Any, Any], Any]
    sent: list[Any] = field(default_factory=list)
    said: list[tuple[str, Any]] = field(default_factory=list)
    spent: Measures = field(default_factory=dict)

    def asking(self, work: Callable[[], object]) -> None:
        """Ask as the platform does."""
        self._timed("asked", work)

    def bare(self) -> None:
        """Run the same statements bare, then send the same questions over our line alone."""
        said, sent = list(self.said), list(self.sent)
        run = self.bare_connection.execute
        self._timed("select", lambda: [run(one.encode(), v).fetchall() for one, v in said])
        self._timed("line", lambda: [self.ask(_later(one), Open()) for one in sent])
        self.said.clear()
        self.sent.clear()

    def _timed(self, name: str, work: Callable[[], object]) -> None:
        began, used = time.perf_counter(), time.process_time()
        work()
        took = {"s": time.perf_counter() - began, "cpu_s": time.process_time() - used}
        for key, more in took.items():
            self.spent[f"{name}_{key}"] = self.spent.get(f"{name}_{key}", 0.0) + more


def measure_view(folder: Path, channel: str, persons: int, server: str) -> Measures:
    """Set a county up in `folder`, and look `persons` up in the view that its bank lends."""
    install()
    place.settle(folder, first_day=today() - timedelta(days=400))
    is_gathered = CHANNELS[channel].is_gathered
    asked = household(channel)
    others = Others()
    copies(asked, persons, others, are_asked=is_gathered)
    first = [one.member.opened for one in asked.inquiries.select_related("member__case")]
    with _lent(server, [*first, *others.people]) as bare_connection:
        line = connector_of(CHANNELS[channel].connector)
        sides = Sides(bare_connection, line.ask)
        collect_rarely()
        with (
            mock.patch.object(line, "ask", _noted(line.ask, sides.sent)),
            mock.patch.object(PostgreSQL, "rows", _overheard(PostgreSQL.rows, sides.said)),
        ):
            before = together(asked, sides) if is_gathered else each(asked, sides)
            rise = memory("VmHWM") - before
    about = Inquiry.objects.exclude(commission=asked)
    counted = about.count()
    return sides.spent | {
        "persons": counted,
        "kept": Reply.objects.filter(outcome="FOUND", inquiry__in=about).count(),
        "line_of_select": sides.spent["line_s"] / sides.spent["select_s"],
        "asked_of_select": sides.spent["asked_s"] / sides.spent["select_s"],
        "per_person_ms": sides.spent["asked_s"] / counted * 1000,
        "rise_mib": rise,
    }


def _noted(ask: Callable[[Any, Any], Any], sent: list[Any]) -> Callable[[Any, Any], Any]:
    def noted(message: Any, passage: Any) -> Any:
        sent.append(message)
        return ask(message, passage)

    return noted


def _overheard(rows: Callable[..., Any], said: list[tuple[str, Any]]) -> Callable[..., Any]:
    def overheard(self: Any, statement: str, values: Any = ()) -> Any:
        said.append((statement, list(values)))
        return rows(self, statement, values)

    return overheard


def _later(message: Any) -> Any:
    """Give a message time: its tickets may have run out since it was asked."""
    envelope = message.envelope
    return replace(
        message, envelope=replace(envelope, expires_at=envelope.expires_at + timedelta(days=1))
    )


@contextmanager
def _lent(server: str, people: list[Person]) -> Iterator["psycopg.Connection[Any]"]:
    """Make a database with a table of people and a role that only reads; yield it connected."""
    name, password = f"hedui_bench_{token_hex(4)}", token_hex(16)
    parts = urlsplit(server)
    own = parts._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"create role {name}_r login password '{password}'")
        owner.execute(f"create database {name} encoding 'UTF8' template template0")
        owner.execute(f"revoke temporary on database {name} from public")
    try:
        with psycopg.connect(own, autocommit=True) as filling:
            _fill(filling, people, f"{name}_r")
        _write_connection(parts.hostname or "127.0.0.1", parts.port or 5432, name, password)
        reader = f"{name}_r:{password}@{parts.hostname}:{parts.port or 5432}"
        with psycopg.connect(
            parts._replace(netloc=reader, path=f"/{name}").geturl(), autocommit=True
        ) as bare:
            yield bare
    finally:
        with psycopg.connect(server, autocommit=True) as owner:
            owner.execute(f"drop database {name} with (force)")
            owner.execute(f"drop role {name}_r")


def _fill(filling: "psycopg.Connection[Any]", people: list[Person], reader: str) -> None:
    filling.execute(TABLE.encode())
    with filling.cursor() as cursor, cursor.copy("copy 存款 from stdin".encode()) as rows:
        for one in people:
            rows.write_row(
                (one["id_number"], one["name"], today(), "示例银行", "活", "0123", "30000.00", "0")
            )
    filling.execute("create index on 存款 (证件号码)".encode())
    filling.execute("analyze 存款".encode())
    filling.execute(f"grant select on 存款 to {reader}".encode())


def _write_connection(host: str, port: int, name: str, password: str) -> None:
    receiver = f"{place.DIVISION}-bank"
    path = path_of(receiver)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CONNECTION.format(receiver=receiver), encoding="utf-8")
    secret = path.with_name("reader.password")
    secret.write_text(password, encoding="ascii")
    os.chmod(secret, 0o600)
    text = MAPPING.format(host=unquote(host), port=port, name=name, password=secret)
    path.with_name(f"{receiver}.mapping.yaml").write_text(text, encoding="utf-8")
