"""What several tests of registries begin with."""

import pytest

from hedui.batch import sample
from hedui.batch.sample.registry import write_registry
from tests.batch.made import GOLDEN


@pytest.fixture
def delivered(tmp_path):
    """Forty households, and the files of six departments."""
    made = sample.many(40, 7, **GOLDEN)
    write_registry(made, tmp_path / "registry")
    sample.write_sources(made, tmp_path / "sources")
    return tmp_path
