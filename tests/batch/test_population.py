"""A whole registry that nobody is in: its truth holds, and a recheck finds what it must."""

import re
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedui.batch.asked import everywhere
from hedui.batch.recheck import recheck
from hedui.batch.sample.population import SampleError, cells, write_population
from hedui.batch.sample.population.holdings import draw_holdings
from hedui.batch.sample.population.people import draw_people
from hedui.batch.sample.population.plan import kinds_of, plan
from hedui.catalogue import from_cell
from hedui.catalogue.loading import read_source
from hedui.catalogue.reading import Page
from hedui.faces.cli.sample import sample as command
from hedui.values.identity import match_identity
from hedui.values.resident_id import ResidentId, ResidentIdError
from tests.architecture.house import ROOT

DAY = date(2024, 8, 1)
HOUSEHOLDS = 4000


def table(folder: Path, name: str, order: bool = False) -> list[dict]:
    """Read a table of a sample, part by part."""
    files = sorted(str(path) for path in (folder / name).glob("*.parquet"))
    with duckdb.connect() as connection:
        read = connection.execute("SELECT * FROM read_parquet(?)", [files])
        names = [column[0] for column in read.description]
        return [dict(zip(names, row, strict=True)) for row in read.fetchall()]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def number(text: str | None) -> ResidentId | None:
    try:
        return ResidentId.parse(text or "")
    except ResidentIdError:
        return None


def files_of(folder):
    return list(folder.rglob("*.parquet"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Four thousand households, compared."""
    folder = tmp_path_factory.mktemp("population") / "made"
    write_population(HOUSEHOLDS, folder, seed=3, as_of=DAY, workers=1, together=1500)
    recheck(folder / "registry", folder / "sources", folder / "out")
    return folder


@pytest.fixture(scope="module")
def asked(made):
    """A connection that has the results and the truth as tables."""
    rows = " UNION ALL ".join(
        f"SELECT '{name}' AS source, row_number() OVER () - 1 AS source_row, *"
        f" FROM read_parquet('{made}/truth/{name}/*.parquet')"
        for name in everywhere()
    )
    with duckdb.connect() as connection:
        for name in ("facts", "findings"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{made}/out/{name}.parquet'")
        for name in ("findings", "members"):
            connection.execute(f"CREATE VIEW true_{name} AS FROM '{made}/truth/{name}/*.parquet'")
        connection.execute(f"CREATE TABLE true_rows AS {rows}")
        yield lambda query: connection.execute(query).fetchall()


# --------------------------------------------------------------------- the same again, and atomic


def test_with_addresses_it_is_the_same_registry_otherwise(tmp_path):
    for name, addresses in (("without", False), ("with", True)):
        write_population(
            80, tmp_path / name, seed=4, as_of=DAY, workers=1, together=30, addresses=addresses
        )
    wider = {"registry/members", "sources/real_estate"}
    tables = {str(one.parent.relative_to(tmp_path / "with")) for one in files_of(tmp_path / "with")}
    with duckdb.connect() as connection:
        for table in tables:
            one, other = (f"'{tmp_path / name / table}/*.parquet'" for name in ("without", "with"))
            same = "* EXCLUDE address" if table in wider else "*"
            apart = connection.execute(
                f"(FROM {one} EXCEPT ALL SELECT {same} FROM {other}) UNION ALL"
                f" (SELECT {same} FROM {other} EXCEPT ALL FROM {one})"
            ).fetchall()
            assert apart == [], table
        [homes] = connection.execute(
            "SELECT count(DISTINCT (household_id, address)), count(DISTINCT household_id)"
            f" FROM '{tmp_path}/with/registry/members/*.parquet'"
        ).fetchall()
    assert wider < tables
    assert homes == (80, 80)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), households=st.integers(1, 60))
def test_the_same_seed_gives_the_same_bytes_on_any_number_of_processes(seed, households):
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        write_population(households, first, seed=seed, as_of=DAY, workers=1, together=25)
        write_population(households, second, seed=seed, as_of=DAY, workers=2, together=25)
        assert contents(first) == contents(second)


def test_another_seed_gives_other_people(tmp_path):
    for seed in (1, 2):
        write_population(20, tmp_path / str(seed), seed=seed, as_of=DAY, workers=1)
    first, second = (table(tmp_path / seed, "truth/members") for seed in ("1", "2"))
    assert not {m["id_number"] for m in first} & {m["id_number"] for m in second}


def test_killed_it_leaves_no_directory_that_could_be_taken_for_whole(tmp_path):
    out = tmp_path / "made"
    program = [sys.executable, "-m", "hedui", "sample", "--households=60000", f"--out={out}"]
    running = subprocess.Popen([*program, "--workers=1"])
    unfinished = out.with_name(".made.part")
    while running.poll() is None and not list(unfinished.glob("sources/*/*")):
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert unfinished.exists()
    assert not out.exists()
    write_population(10, out, as_of=DAY, workers=1)
    assert not unfinished.exists()


def test_a_directory_that_holds_something_is_left_as_it_is(tmp_path):
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(SampleError, match="已有内容"):
        write_population(10, tmp_path, as_of=DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_the_terminal_says_what_was_made(tmp_path):
    told = CliRunner().invoke(command, ["--households=30", f"--out={tmp_path / 'made'}"])
    assert told.exit_code == 0, told.output
    assert "30 户" in told.output


# ---------------------------------------------------------------------------- the truth is true


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_the_truth_of_every_row_is_what_its_number_and_name_say(seed):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "made")
        write_population(150, folder, seed=seed, as_of=DAY, workers=1, together=60)
        members = {(m["household_id"], m["member_key"]): m for m in table(folder, "truth/members")}
        numbers = {number(m["id_number"]): place for place, m in members.items()}
        assert len(numbers) == len(members)
        assert None not in numbers
        registered = {
            (m["household_id"], m["member_key"]): m for m in table(folder, "registry/members")
        }
        assert registered.keys() == members.keys()
        for name in everywhere():
            rows = table(folder, f"sources/{name}")
            for row, known in zip(rows, table(folder, f"truth/{name}"), strict=True):
                check_row(row, known, numbers, registered)


def check_row(row: dict, known: dict, numbers: dict, registered: dict) -> None:
    """Check a row against the two rules that decide whose it is, and against whose it truly is."""
    bears = number(row["id_number"])
    assert (bears is None) == (known["number_written"] in ("mistyped", "missing"))
    bearer = registered.get(numbers.get(bears))
    listed = number(bearer["id_number"]) if bearer else None
    if bearer is None or listed is None:
        assert known["match"] is None
        return
    expected = match_identity(listed, bearer["name"], row["id_number"], row["name"])
    if expected not in ("name_conflict", "name_variant"):
        degrees = ("exact", "normalised", "upgraded")
        expected = max(bears.written, listed.written, key=degrees.index)
    assert known["match"] == expected
    if known["match"] != "name_conflict":
        owner = (known["household_id"], known["member_key"])
        assert owner == (bearer["household_id"], bearer["member_key"])


def test_every_value_is_one_that_its_item_can_have_and_every_number_is_a_sample_number(made):
    page = (ROOT / "docs/reference/sample-people.md").read_text(encoding="utf-8")
    recognised = re.compile(page.split("```regex\n")[1].split("\n```")[0])
    for name, source in everywhere().items():
        rows = table(made, f"sources/{name}")
        assert len(rows) > 100
        for row in rows[:1500]:
            for item in source.items.values():
                value = row[item.name]
                if not isinstance(value, bool | int):
                    value = from_cell(item, value or "")
                assert item.check(value) == value
            if readable := number(row["id_number"]):
                assert recognised.fullmatch(readable.reveal())


def test_errors_come_as_often_as_the_plan_says(made, asked):
    chance = plan().rows
    written = dict(asked("SELECT number_written, count(*) FROM true_rows GROUP BY 1"))
    total = sum(written.values())
    for form, expected in (
        ("full_width", chance["full_width"]),
        ("spaced", chance["spaced"]),
        ("mistyped", chance["mistyped"]),
        ("old_number", chance["old_number"] * 0.85),
        ("small_x", chance["small_x"] / 11),
    ):
        assert written[form] / total * 1000 == pytest.approx(expected, rel=0.4), form
    [(copies,)] = asked("SELECT avg(copy::INTEGER) * 1000 FROM true_rows")
    assert copies == pytest.approx(chance["duplicated"], rel=0.4)
    signed = dict(asked("SELECT signed, count(*) FROM true_members GROUP BY 1"))
    people = sum(signed.values())
    assert people / HOUSEHOLDS == pytest.approx(2.68, abs=0.1)
    for kind, name in (("none", "not_signed"), ("expired", "expired"), ("in_part", "in_part")):
        assert signed[kind] / people * 1000 == pytest.approx(plan().people[name], rel=0.25), kind
    papers = asked("SELECT avg((number_written = 'missing')::INTEGER) FROM true_rows"
                   " WHERE source = 'real_estate'")  # fmt: skip
    assert 0.05 < papers[0][0] < 0.15


def test_the_reference_names_every_chance_as_it_is():
    text = (ROOT / "docs/reference/sample-people.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE))
    chances = {**plan().people, **plan().declarations, **plan().rows}
    assert told == {name: str(chance) for name, chance in chances.items()}


def test_a_source_that_the_plan_does_not_know_is_drawn_by_the_types_of_its_items():
    entry = {
        "rank": 1, "label": "低空飞行器", "unit": "某局", "max_age_days": 31, "lag_days": 1,
        "levels": ["city"], "programmes": ["dibao"], "never_ask": ["航线"], "traps": ["租借"],
        "dated_by": "in",
        "items": {
            "no": {"label": "号", "type": "text", "length": 4},
            "kind": {"label": "类", "type": "enum", "values": {"a": ["甲"], "b": ["乙"]}},
            "worth": {"label": "值", "type": "fen", "required": True},
            "in": {"label": "期", "type": "month"},
            "on": {"label": "日", "type": "date"},
            "part": {"label": "份", "type": "share"},
            "size": {"label": "面积", "type": "decimal"},
            "many": {"label": "数", "type": "integer"},
            "so": {"label": "否", "type": "boolean"},
        },
        "comparisons": [{"item": "no", "measure": "count", "label": "数量",
                         "against": {"side": "assets", "class": "vehicle"}}],
    }  # fmt: skip
    source = read_source(Page("drone", yaml.safe_dump(entry)))
    drawn_by = plan()
    rng = np.random.default_rng(1)
    people = draw_people(rng, drawn_by, 2000, part=0, parts=1, as_of=DAY)
    wider = {**drawn_by.kinds, "drone": kinds_of(source, {})}
    known = type(drawn_by)(**{name: getattr(drawn_by, name) for name in drawn_by.__slots__}
                           | {"kinds": wider})  # fmt: skip
    held = draw_holdings(rng, known, source, people, DAY)
    assert len(held.owner) > 100
    for name, item in source.items.items():
        for value in cells.written(rng, item, held.items[name]).tolist():
            read = value if isinstance(value, bool | int) else from_cell(item, value)
            assert item.check(read) == read


# ------------------------------------------------------------------------- recheck and the truth


def test_who_did_not_sign_for_a_source_has_no_fact_and_no_finding_of_it(asked):
    unsigned = (
        "SELECT household_id, member_key FROM true_members WHERE signed IN ('none', 'expired')"
    )
    for name in ("facts", "findings"):
        assert asked(f"SELECT count(*) FROM {name} SEMI JOIN ({unsigned}) USING (household_id,"
                     " member_key)") == [(0,)]  # fmt: skip


def test_facts_are_precise_and_recall_what_the_reference_says(asked):
    """The figures stand in docs/reference/sample-people.md."""
    joined = "facts f JOIN true_rows t USING (source, source_row)"
    counted = "f.match <> 'name_conflict'"
    right = "f.household_id = t.household_id AND f.member_key = t.member_key"
    [(facts, correct)] = asked(
        f"SELECT count(*) FILTER ({counted}), count(*) FILTER ({counted} AND {right}) FROM {joined}"
    )
    [(belong,)] = asked(
        "SELECT count(*) FROM true_rows JOIN true_members m USING (household_id, member_key)"
        " WHERE m.signed = 'in_force'"
    )
    [(found,)] = asked(
        f"SELECT count(*) FROM {joined} JOIN true_members m ON m.household_id = f.household_id"
        f" AND m.member_key = f.member_key WHERE {counted} AND {right} AND m.signed = 'in_force'"
    )
    assert facts > 20_000
    assert correct == facts
    assert 0.965 < found / belong < 0.985
    assert asked(f"SELECT count(*) FROM {joined} WHERE f.match <> t.match") == [(0,)]


def test_each_finding_is_what_the_truth_says_wherever_nothing_disturbs_the_answer(asked):
    both = (
        "true_findings t FULL JOIN findings f USING (household_id, member_key, item, label)"
        " WHERE (t.clear OR t.clear IS NULL)"
    )
    said = {
        "status": "t.status IS DISTINCT FROM f.status",
        "declared": "coalesce(t.declared_fen, t.declared_count)"
        " IS DISTINCT FROM coalesce(f.declared_fen, f.declared_count)",
        "found": "f.status IN ('consistent', 'inconsistent') AND coalesce(t.held_fen, t.held_count)"
        " IS DISTINCT FROM coalesce(f.found_fen, f.found_count)",
    }
    for what, differs in said.items():
        assert asked(f"SELECT count(*) FROM {both} AND ({differs})") == [(0,)], what
    [(lines,)] = asked("SELECT count(*) FROM true_findings WHERE clear")
    assert lines > 10_000


def test_discrepancies_are_precise_and_recall_what_the_reference_says(asked):
    joined = "true_findings t JOIN findings f USING (household_id, member_key, item, label)"
    [(true, found, both)] = asked(
        "SELECT (SELECT count(*) FROM true_findings WHERE status = 'inconsistent'),"
        " (SELECT count(*) FROM findings WHERE status = 'inconsistent'),"
        f" (SELECT count(*) FROM {joined} WHERE t.status = f.status AND f.status = 'inconsistent')"
    )
    assert both / true > 0.93
    assert both / found > 0.90


def test_a_part_that_lacks_all_of_a_text_is_of_a_piece_with_the_others(tmp_path):
    with duckdb.connect() as connection:
        for number, name in enumerate((None, "张三")):
            columns = {"name": np.array([name], dtype=object)}
            cells.write(
                connection, tmp_path / f"{number}.parquet", "SELECT name FROM given", columns
            )
        read = connection.execute("SELECT name FROM read_parquet(?)", [f"{tmp_path}/*.parquet"])
        assert read.fetchall() == [(None,), ("张三",)]
