"""Puts the run against mutants into pytest (`-p tests.mutants.plugin`)."""

import json
import os
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Take over, once Django is there."""
    from tests.mutants.running import Run

    only, sample, result = json.loads(os.environ["HEDUI_MUTANTS"])
    config.pluginmanager.register(Run(only, sample, Path(result)))
