"""R07: of what nobody asked for, not a byte is left: in the database, its WAL, logs, files."""

import inspect
import logging
import tempfile
import time
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection

from tests import cast
from tests.conftest import postgres_url
from tests.hostile.manners import CANARY, MANNERS, SERIAL, UNIT
from tests.hostile.town import settled
from tests.procedure.test_sealed_at_rest import dump, written

STATUSES = {name for name in MANNERS if name.startswith("status_")}
TELLING = [
    manner
    for manner in MANNERS.values()
    if manner.name in STATUSES or "CANARY" in inspect.getsource(manner.do)
]


def files_of_postgres(since: float) -> bytes:
    """Return the raw files of its server: tables, what is written ahead or aside, and its log."""
    with psycopg.connect(postgres_url(), autocommit=True) as server:
        server.execute("CHECKPOINT")
        found = server.execute("SELECT current_setting('data_directory')").fetchone()
    assert found is not None
    logs = Path("/var/log/postgresql")
    places = [Path(str(found[0])), *[logs] * logs.is_dir()]
    # those of other databases come and go
    return b"".join(_raw(file, since) for place in places for file in place.rglob("*"))


def _raw(file: Path, since: float) -> bytes:
    try:
        return file.read_bytes() if _is(file) and file.stat().st_mtime >= since else b""
    except FileNotFoundError:
        return b""


def test_not_a_byte_of_what_nobody_asked_for_is_left(
    committed, hostile, monkeypatch, caplog, tmp_path
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    began = time.time() - 1
    assert len(TELLING) > 25
    with settled(committed, hostile, monkeypatch) as town:
        for manner in TELLING:
            town.ask(manner.source, hostile.url(manner.name))
            cast.reached_at(hostile.url("true"), manner.source)
    kept = {"database": dump(), "logs": caplog.text.encode()}
    kept["files"] = b"".join(f.read_bytes() for f in Path(settings.DATA_DIR).rglob("*") if _is(f))
    kept["temporary"] = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if _is(f))
    if connection.vendor == "postgresql":
        kept["postgres"] = files_of_postgres(began)
        # The sweep sees what is kept: the department's own number of its answer is, in clear.
        assert SERIAL.encode() in kept["postgres"]
    assert SERIAL.encode() in kept["database"]
    # What it says of who answers is its own free text, and no name of ours for it.
    for text in (CANARY, CANARY.lower().replace("-", "_"), UNIT):
        for how, raw in written(text).items():
            assert [place for place, content in kept.items() if raw in content] == [], how


def _is(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()
