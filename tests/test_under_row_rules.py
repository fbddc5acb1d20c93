"""
The pages of the walk, as the application's role of PostgreSQL under the row rules.

The same tests that run on SQLite: that a page shows and does what it should, and no more, also when
the database keeps families apart by agency.
"""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROW_RULES, postgres_url
from tests.databases import application_role

ROOT = Path(__file__).parents[1]
WALK = (
    "who_may", "declaring", "authorizing", "signing", "taking_in", "budgets", "reporting", "seen",
    "own", "own_report", "public", "audit", "withholding", "api", "webhooks", "files", "dci",
    "sources", "objecting", "publications", "steps", "papers",
)  # fmt: skip


@pytest.mark.postgres
@pytest.mark.timeout(900)
def test_the_pages_hold_under_the_row_rules(tmp_path):
    with application_role(postgres_url()) as owner:
        serving = f"{owner.name}_serving"
        with psycopg.connect(postgres_url(), autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {serving} NOLOGIN")
            admin.execute(f"GRANT {serving} TO {owner.name}")
        try:
            run = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                 "-m", "not postgres and not browser",
                 *(f"tests/faces/test_{part}.py" for part in WALK)],
                cwd=ROOT,
                env=os.environ | {"HEDUI_DATABASE_URL": owner.url(owner.name),
                                  "HEDUI_DATA_DIR": str(tmp_path), ROW_RULES: serving},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        finally:
            with psycopg.connect(postgres_url(), autocommit=True) as admin:
                admin.execute(f"DROP ROLE {serving}")
    assert run.returncode == 0, run.stdout[-8_000:] + run.stderr[-2_000:]
    assert " passed" in run.stdout
