"""A registry on Spark: what each partition computes is what one machine computes, to the fen."""

import pickle
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from hedui.batch.rows import from_rows, to_rows
from hedui.faces.cli.policy_sample import whole as made
from hedui.policy import lock
from hedui.policy.column import Column
from hedui.policy.columns import Registry, Table
from hedui.policy.registry import Outcome, assessed
from hedui.policy.rule import Level

# 兴安盟 takes a tenth of the wage, which leaves parts of a fen
CODES = ("310101", "330106", "500101", "640104", "360722", "152201")
PLACES = tuple((code, date(2025, 8, 1)) for code in CODES)


@pytest.fixture(scope="module")
def registry() -> Registry:
    """Make households of six places, some with an unknown asset, one in fifty on a line."""
    found = made(5_000, seed=7)
    chance = np.random.default_rng(7)
    assets = found.tables[Level.ASSET]
    known = chance.random(len(assets.owner)) < 0.9
    facts = {**assets.facts, "asset_value": Column(assets.facts["asset_value"].values, known)}
    tables = {**found.tables, Level.ASSET: Table(assets.owner, facts)}
    return Registry(found.households, chance.integers(0, len(PLACES), found.households), tables)


def same(one: Outcome, other: Outcome) -> None:
    """Hold two outcomes equal, household by household."""
    assert one.open_amounts == other.open_amounts
    for name in one.qualifies:
        mine, others = one.income[name], other.income[name]
        assert (mine.values == others.values).all(), name
        assert (mine.known == others.known).all(), name
        assert (one.qualifies[name] == other.qualifies[name]).all(), name
        assert (one.amount[name] == other.amount[name]).all(), name


def test_a_registry_written_as_rows_is_the_same_registry(registry):
    files = lock.place_parameters()
    whole = assessed(registry, PLACES, files)
    rows = to_rows(registry)
    same(assessed(from_rows(rows), PLACES, files), whole)
    assert {code for found in whole.qualifies.values() for code in np.unique(found)} == {0, 1, 2}
    assert whole.amount["dibao"].sum() > 0


def test_a_part_of_the_rows_is_a_registry_of_its_own(registry):
    files = lock.place_parameters()
    whole = assessed(registry, PLACES, files)
    part = assessed(from_rows(to_rows(registry).slice(1_234, 777)), PLACES, files)
    assert (part.amount["dibao"] == whole.amount["dibao"][1_234 : 1_234 + 777]).all()


def test_two_partitions_together_give_every_household_what_the_whole_gives_it(registry):
    from hedui.batch import spark as on_spark

    files = pickle.loads(pickle.dumps(lock.place_parameters()))  # as it travels to an executor
    whole, rows = assessed(registry, PLACES, files), to_rows(registry)
    found = pa.Table.from_batches(
        batch
        for part in (rows.slice(0, 1_900), rows.slice(1_900))
        for batch in on_spark._of_partition(part.to_batches(), places=PLACES, files=files)
    )
    assert (found["row"].to_numpy() == np.arange(registry.households)).all()
    assert (found["dibao_qualifies"].to_numpy() == whole.qualifies["dibao"]).all()
    assert (found["dibao_amount"].to_numpy() == whole.amount["dibao"]).all()
    assert found["open_amounts"].to_numpy().sum() == whole.open_amounts


@pytest.mark.spark
def test_spark_gives_every_household_what_one_machine_gives_it(registry, spark):
    from hedui.batch import spark as on_spark

    files = lock.place_parameters()
    same(on_spark.assessed(registry, PLACES, files, spark), assessed(registry, PLACES, files))
