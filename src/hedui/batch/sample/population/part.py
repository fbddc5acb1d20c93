"""
Draw one part of a registry and write its files (一个部分): the same part always comes out the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from duckdb import DuckDBPyConnection

from hedui.batch.asked import everywhere
from hedui.batch.sample.population import cells, spelling, truths
from hedui.batch.sample.population.holdings import Held, draw_holdings
from hedui.batch.sample.population.homes import draw_homes, on_papers
from hedui.batch.sample.population.people import RELATIONS, ROLES, People, draw_people
from hedui.batch.sample.population.plan import Plan, plan
from hedui.batch.sample.population.spelling import MATCHES, Spelling
from hedui.catalogue import Source

AUTHORIZATIONS: Final = ("in_force", "in_part", "expired", "none")
_IN_FORCE, _IN_PART, _EXPIRED, _NONE = range(len(AUTHORIZATIONS))
_PROGRAMME: Final = "dibao"


@dataclass(frozen=True, slots=True)
class Part:
    """
    Which part of which registry: `households` from number `first` on.

    addresses: whether the registry and old papers say where people live
    """

    number: int
    parts: int
    first: int
    households: int
    seed: int
    as_of: date
    folder: Path
    addresses: bool = False

    def path(self, table: str) -> Path:
        """Name the file of a table."""
        return self.folder / table / f"part-{self.number:05d}.parquet"


@dataclass(slots=True)
class _Papers:
    """What each member signed: of `AUTHORIZATIONS`, a place in `lists`, and until when."""

    kind: Any
    listed: Any
    until: Any
    lists: tuple[tuple[str, ...], ...]

    def cover(self, source: str) -> Any:
        """Tell which members may be looked up in a source."""
        covers = np.array([source in names for names in self.lists])
        return (self.kind < _EXPIRED) & covers[self.listed]


def write_part(part: Part) -> dict[str, int]:
    """Draw a part, write its files, and return how many rows each table got."""
    seed = np.random.SeedSequence(part.seed, spawn_key=(part.number,))
    rng = np.random.Generator(np.random.PCG64DXSM(seed))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET enable_progress_bar = false")
        return _Writer(part, plan(), rng, connection).run()


class _Writer:
    def __init__(self, part: Part, drawn_by: Plan, rng: Any, connection: DuckDBPyConnection):
        self.part, self.plan, self.rng, self.connection = part, drawn_by, rng, connection
        self.people = draw_people(
            rng, drawn_by, part.households, part=part.number, parts=part.parts, as_of=part.as_of
        )
        self.registered = spelling.in_the_registry(rng, drawn_by, self.people)
        self.papers = _signed(rng, drawn_by, self.people.members, part.as_of)
        apart = np.random.SeedSequence(part.seed, spawn_key=(part.number, 1))
        self.of_homes = np.random.Generator(np.random.PCG64DXSM(apart))
        self.homes = draw_homes(self.of_homes, self.people) if part.addresses else None
        self.rows: dict[str, int] = {}

    def run(self) -> dict[str, int]:
        """Write all tables; the departments' before the declarations, which rest on them."""
        self._registry()
        figures: list[truths.Figure] = []
        clear = {}
        for source in everywhere().values():
            held = draw_holdings(self.rng, self.plan, source, self.people, self.part.as_of)
            clear[source.name] = self._source(source, held)
            figures += truths.figures(source, held, self.people.members, self.part.as_of)
        declared = truths.declarations(self.rng, self.plan, figures)
        self._declared(declared, figures)
        self._findings(declared, figures, clear)
        return self.rows

    def _write(self, table: str, query: str, **columns: Any) -> None:
        self.rows[table] = len(next(iter(columns.values())))
        cells.write(self.connection, self.part.path(table), query, columns)

    def _whose(self, members: Any) -> dict[str, Any]:
        people = self.people
        return {
            "household": self.part.first + people.household[members],
            "place": people.place[members],
        }

    def _registry(self) -> None:
        people, count = self.people, self.people.members
        everybody = np.arange(count)
        ours, papers = self.registered.take(everybody), self.papers
        until = cells.days(papers.until)
        until[papers.kind == _NONE] = None
        listed = np.array([*(",".join(names) for names in papers.lists)], dtype=object)
        listed[0] = "*"
        items = listed[papers.listed]
        items[papers.kind == _NONE] = None
        relation = np.array([RELATIONS[role] for role in ROLES], dtype=object)[people.role]
        lives = {} if self.homes is None else {"address": self.homes[:count]}
        self._write(
            "registry/members",
            f"""
            SELECT {cells.HOUSEHOLD} AS household_id, {cells.KEY} AS member_key, name,
                   {cells.NUMBER} AS id_number, relation,
                   CAST("until" AS VARCHAR) AS authorized_until,
                   CAST(items AS VARCHAR) AS authorized_items{_also(lives)}
            FROM given
            """,
            **self._whose(everybody), name=ours.name, body=ours.body, check=ours.check,
            form=ours.form, relation=relation, until=until, items=items, **lives,
        )  # fmt: skip
        self._write(
            "truth/members",
            f"""
            SELECT {cells.HOUSEHOLD} AS household_id, {cells.KEY} AS member_key, name,
                   {cells.NUMBER} AS id_number, signed, died FROM given
            """,
            **self._whose(everybody), name=people.names.text[:count], body=people.body[:count],
            check=people.check[:count], form=np.zeros(count, dtype=np.int8),
            signed=np.array(AUTHORIZATIONS, dtype=object)[papers.kind],
            died=people.died[:count],
        )  # fmt: skip
        self._households()

    def _households(self) -> None:
        divisions = self.plan.divisions
        sizes = np.bincount(self.people.household)
        self._write(
            "registry/households",
            f"""
            SELECT {cells.HOUSEHOLD} AS household_id,
                   '{divisions[self.part.number % len(divisions)]}' AS division,
                   '{_PROGRAMME}' AS programme, members,
                   '{self.part.as_of.isoformat()}' AS as_of FROM given
            """,
            household=self.part.first + np.arange(len(sizes)), members=sizes,
        )  # fmt: skip

    def _source(self, source: Source, held: Held) -> Any:
        """Write a source and the truth of its rows; return whose answers nothing disturbs."""
        everybody = spelling.in_a_source(self.rng, self.plan, self.people)
        rows = everybody.take(held.owner)
        rows.form[held.of_paper], rows.bearer[held.of_paper] = spelling.MISSING, -1
        old = self.rng.random(len(self.people)) * 1000 < self.plan.rows["stale"]
        as_of = np.datetime64(self.part.as_of).astype(int) - 1 - 183 * old[held.owner]
        items = {
            name: cells.written(self.rng, item, held.items[name])
            for name, item in source.items.items()
        }
        listed = "".join(f', CAST("{n}" AS {_sql(source, n)}) AS "{n}"' for n in source.items)
        lives = {}
        if self.homes is not None and any(k.old_papers for k in self.plan.kinds[source.name]):
            lives = {"address": on_papers(self.of_homes, self.plan, self.homes[held.owner])}
        self._write(
            f"sources/{source.name}",
            f"SELECT name, {cells.NUMBER} AS id_number, as_of {listed}{_also(lives)} FROM given",
            name=rows.name, body=rows.body, check=rows.check, form=rows.form,
            as_of=cells.days(as_of), **items, **lives,
        )  # fmt: skip
        match = spelling.matches(self.people, self.registered, rows, held.owner)
        self._rows(source, held, rows, match)
        return _undisturbed(self.people, self.registered, held, rows, match, old)

    def _rows(self, source: Source, held: Held, rows: Spelling, match: Any) -> None:
        """Write what is true of each row of a source, line by line beside it."""
        mine = held.owner < self.people.members
        whose = self._whose(np.where(mine, held.owner, 0))
        known = np.array([*MATCHES, None], dtype=object)
        self._write(
            f"truth/{source.name}",
            f"""
            SELECT CASE WHEN mine THEN {cells.HOUSEHOLD} END AS household_id,
                   CASE WHEN mine THEN {cells.KEY} END AS member_key,
                   CAST(match AS VARCHAR) AS match, form AS number_written, copy FROM given
            """,
            **whose, mine=mine, match=known[match],
            form=np.array(spelling.FORMS, dtype=object)[rows.form], copy=held.copy,
        )  # fmt: skip

    def _declared(self, declared: truths.Declared, figures: list[truths.Figure]) -> None:
        classes = np.array([one.comparison.against.class_ for one in figures], dtype=object)
        kinds = np.array([one.kind for one in figures], dtype=object)
        self._write(
            "registry/declared",
            f"""
            SELECT {cells.HOUSEHOLD} AS household_id, {cells.KEY} AS member_key, class,
                   nullif(kind, '') AS kind, amount AS amount_fen, count FROM given
            """,
            **self._whose(declared.member), **{"class": classes[declared.figure]},
            kind=kinds[declared.figure], amount=declared.amount, count=declared.count,
        )  # fmt: skip

    def _findings(
        self, declared: truths.Declared, figures: list[truths.Figure], clear: dict[str, Any]
    ) -> None:
        """Write what the comparisons must come to, for the members who may be looked up."""
        lines: list[dict[str, Any]] = []
        for number, one in enumerate(figures):
            stated = truths.said(declared, figures, one)
            status = truths.statuses(one, stated)
            plain = clear[one.source.name]
            who = np.flatnonzero(self.papers.cover(one.source.name) & ((status >= 0) | ~plain))
            lines.append(
                {
                    **self._whose(who),
                    "figure": np.full(len(who), number),
                    "status": status[who],
                    "stated": stated[who],
                    "held": one.amount[who],
                    "clear": plain[who],
                }
            )
        columns = {name: np.concatenate([line[name] for line in lines]) for name in lines[0]}
        of = columns.pop("figure")
        for name, each in (
            ("source", lambda f: f.source.name),
            ("item", lambda f: f"{f.source.name}.{f.comparison.item}"),
            ("label", lambda f: f.comparison.label),
        ):
            columns[name] = np.array([each(figure) for figure in figures], dtype=object)[of]
        columns["things"] = np.array([figure.counts for figure in figures])[of]
        columns["status"] = np.array([*truths.STATUSES, None], dtype=object)[columns["status"]]
        self._write(
            "truth/findings",
            f"""
            SELECT {cells.HOUSEHOLD} AS household_id, {cells.KEY} AS member_key, source, item,
                   label, CAST(status AS VARCHAR) AS status,
                   CASE WHEN NOT things THEN stated END AS declared_fen,
                   CASE WHEN NOT things THEN held END AS held_fen,
                   CASE WHEN things THEN stated END AS declared_count,
                   CASE WHEN things THEN held END AS held_count, clear
            FROM given
            """,
            **columns,
        )


def _also(columns: Mapping[str, Any]) -> str:
    return "".join(f", CAST({name} AS VARCHAR) AS {name}" for name in columns)


def _sql(source: Source, name: str) -> str:
    types = {"fen": "BIGINT", "integer": "BIGINT", "boolean": "BOOLEAN"}
    return types.get(source.items[name].type, "VARCHAR")


def _signed(rng: Any, drawn_by: Plan, members: int, as_of: date) -> _Papers:
    names = tuple(everywhere())
    half = max(1, len(names) // 2)
    lists = [names, *((*names, *names)[at : at + half] for at in range(len(names)))]
    chance = drawn_by.people
    drawn = rng.random(members) * 1000
    edges = np.cumsum([chance["not_signed"], chance["expired"], chance["in_part"]])
    kind = np.array([_NONE, _EXPIRED, _IN_PART, _IN_FORCE])[
        np.searchsorted(edges, drawn, side="right")
    ]
    listed = np.where(kind == _IN_PART, rng.integers(1, len(lists), members), 0)
    after = np.where(
        kind == _EXPIRED, -rng.integers(1, 400, members), rng.integers(0, 1000, members)
    )
    return _Papers(kind, listed, np.datetime64(as_of).astype(int) + after, tuple(lists))


def _undisturbed(
    people: People, registered: Spelling, held: Held, rows: Spelling, match: Any, old: Any
) -> Any:
    """
    Tell of whom a source's rows are all known for what they are: each once, fresh, attached.
    """
    clear = (registered.bearer[: people.members] >= 0) & ~old[: people.members]
    conflict = MATCHES.index("name_conflict")
    mine = held.owner < people.members
    lost = (match < 0) | (match == conflict) | (rows.bearer != held.owner) | held.copy
    clear[held.owner[mine & lost]] = False
    strange = (match >= 0) & (rows.bearer != held.owner)
    clear[rows.bearer[strange]] = False
    return clear
