"""The connection to PostgreSQL: before each statement it knows the scope, or that there is none."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from django.db import Error
from django.db.backends.postgresql import base
from psycopg import _queries
from psycopg.pq import TransactionStatus

from hedui.procedure.record import scope

# The driver reads a statement of more than 50 values, or of 4096 letters, anew each time, thinking
# it seldom comes back. Ours are written once for each number of rows (`procedure.record.prepared`).
_queries.MAX_CACHED_STATEMENT_PARAMS = 1_000
_queries.MAX_CACHED_STATEMENT_LENGTH = 40_000
# Of those there are more than the hundred beyond which the server would be told to forget some.
KEPT_PREPARED = 250
BY_KEYS = "; ".join(f"SET enable_{way} = off" for way in ("hashjoin", "mergejoin", "seqscan"))


class DatabaseWrapper(base.DatabaseWrapper):
    """
    Django's connection, which tells the database the scope whenever it is another than before.

    A new connection knows of none, and whether a rollback took one back is not asked: it is told
    again. So no request is answered in the name of the one before it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told: str | None = None
        self._standing: dict[str, Any] = {}
        self._goes_by_keys = False
        self._last_trip: ExitStack | None = None
        self._while_committing: Callable[[], object] | None = None
        self.execute_wrappers.append(self._in_scope)

    def get_new_connection(self, conn_params: Any) -> Any:
        """Connect anew, with no scope told."""
        self._told = None
        self._standing = {}
        self._last_trip = self._while_committing = None
        return super().get_new_connection(conn_params)

    def init_connection_state(self) -> None:
        """Have no query compiled: that takes longer than any of ours does."""
        super().init_connection_state()
        with self.wrap_database_errors:
            self.connection.execute("SET jit = off")
            if self._goes_by_keys:
                self.connection.execute(BY_KEYS)
        self.connection.prepared_max = KEPT_PREPARED

    def go_by_keys(self) -> None:
        """
        Have rows looked up by their keys, those of one table for those of another, once connected.

        Who reads few rows at a time needs no other way, and PostgreSQL would take one that reads
        whole tables as long as it has not counted how few rows belong to one household. What a
        foreign key names it looks up, as long as the connection lasts, in the way that was best
        when it began: through the whole table, if that was small then.
        """
        self._goes_by_keys = True

    def run(self, sql: str, values: Sequence[Any]) -> Any:
        """
        Run a statement that comes again and again, and return its cursor, to be read before that.

        The driver forgets what it learnt of a statement's values and columns as soon as its cursor
        runs another. There are no more of them than statements that the server keeps prepared.
        """
        self._be_there()
        if sql not in self._standing:
            if len(self._standing) == KEPT_PREPARED:
                del self._standing[next(iter(self._standing))]
            self._standing[sql] = self.create_cursor()
        cursor = self._prepare_cursor(self._standing[sql])  # type: ignore[attr-defined]
        cursor.execute(sql, values)
        return cursor

    @contextmanager
    def in_one_trip(self) -> Iterator[None]:
        """
        Send statements one behind the other; the server works on them while we go on.

        What one finds may be read as before, which waits for it and those before it; how many rows
        one changed is not known before the end. What fails is raised then, or at the end, and
        nothing that was sent behind it is done.
        """
        if self._last_trip is not None:
            yield
            return
        self._be_there()
        with self.wrap_database_errors, self.connection.pipeline():
            yield

    def end_in_one_trip(self) -> None:
        """
        Let what is left of the transaction go in one trip, with its commit.

        Within another block nothing is changed: whoever is around it goes on.
        """
        if self._last_trip is None and len(self.atomic_blocks) == 1:
            self._be_there()
            trip = ExitStack()
            trip.enter_context(self.connection.pipeline())
            self._last_trip = trip

    def while_committing(self, work: Callable[[], object]) -> None:
        """
        Do something once the commit is on its way; at once where it does not go in one trip.

        What it asks of the database is asked after the commit, and travels with it.
        """
        if self._last_trip is None:
            work()
        else:
            self._while_committing = work

    def _be_there(self) -> None:
        """Connect, anew if the connection was to be looked at and is dead, as for any cursor."""
        self.close_if_health_check_failed()
        self.ensure_connection()

    def _commit(self) -> None:
        trip, work = self._last_trip, self._while_committing
        if trip is None:
            super()._commit()  # type: ignore[misc]
            return
        try:
            with self.wrap_database_errors, trip:
                self.connection.execute("COMMIT", prepare=False)
                if work:
                    work()
        finally:
            self._last_trip = self._while_committing = None

    def _rollback(self) -> None:
        trip, self._last_trip, self._while_committing = self._last_trip, None, None
        if trip is not None:
            with suppress(Error), self.wrap_database_errors:  # what failed is known
                trip.close()
        self._told = None
        super()._rollback()  # type: ignore[misc]  # it is there; the stubs leave it out

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._told = None

    def _in_scope(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        wanted = scope.current()
        if wanted != self._told and self._takes_statements():
            with self.wrap_database_errors:
                self.connection.execute("SELECT set_config('hedui.actor', %s, false)", [wanted])
            self._told = wanted
        return execute(sql, params, many, context)

    def _takes_statements(self) -> bool:
        """Tell whether the transaction is whole: one that broke answers nothing but its end."""
        status = self.connection.info.transaction_status
        return bool(status != TransactionStatus.INERROR)
