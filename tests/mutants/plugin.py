"""Puts the run against mutants into pytest (`-p tests.mutants.plugin`)."""

import json
import os
from importlib import import_module
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Take over, once Django is there."""
    of, only, sample, seed, result = json.loads(os.environ["HEDUI_MUTANTS"])
    run = import_module(f"tests.mutants.{of}").Run
    config.pluginmanager.register(run(only, sample, seed, Path(result)))
