"""The procedure and its threats on PostgreSQL, as a role that is no superuser.

The suite itself runs on SQLite, the embedded default; this runs the same tests once more against
a server, where the guards are written anew in another language.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ON_A_DATABASE, postgres_url
from tests.databases import application_role

ROOT = Path(__file__).parents[1]


@pytest.mark.postgres
@pytest.mark.timeout(2700)
def test_the_procedure_and_its_threats_hold_on_postgresql(tmp_path):
    with application_role(postgres_url()) as role:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "tests/procedure", "tests/threats", "-q",
             "-p", "no:cacheprovider", "-m", "not postgres", "-k", "not own_sqlite"],
            cwd=ROOT,
            env=os.environ | {"HEDUI_DATABASE_URL": role.url(role.name),
                              "HEDUI_DATA_DIR": str(tmp_path), ON_A_DATABASE: "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert run.returncode == 0, run.stdout[-8_000:] + run.stderr[-2_000:]
    assert " passed" in run.stdout
    assert "SQLite 没有" not in run.stdout, "the tests ran on SQLite after all"
