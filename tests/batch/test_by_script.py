"""Registries of two generators say, row by row and to the fen, what the independent script says."""

import os
from pathlib import Path

import duckdb
import pytest

from hedui.batch.sample.population import write_population
from tests.batch import stranger
from tests.batch.by_script import FIGURES, check
from tests.batch.test_recheck import run
from tests.conftest import REGISTRY_SEED

SEED = int(os.environ[REGISTRY_SEED])
SLOW = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("households", [200, pytest.param(2_000, marks=SLOW)])
def test_a_strangers_registry_says_what_the_script_says(tmp_path, households):
    stranger.made(tmp_path, SEED, homes=households)
    run(tmp_path)
    check(tmp_path, SEED)
    assert labels(tmp_path / "out") >= FIGURES  # none went untried


@pytest.mark.parametrize("households", [300, pytest.param(10_000, marks=SLOW)])
def test_a_sampled_registry_says_what_the_script_says(tmp_path, households):
    made = tmp_path / "made"
    write_population(households, made, seed=SEED, as_of=stranger.AS_OF[0], workers=1)
    run(made)
    check(made, SEED)


def labels(out: Path) -> set[str]:
    with duckdb.connect() as parquet:
        found = f"SELECT DISTINCT label FROM '{out}/findings.parquet'"
        return {label for (label,) in parquet.execute(found).fetchall()}
