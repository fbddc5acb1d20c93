"""The hostile department as a process, and the county that asks it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from hedui.wire.seals import generate_key, public_path
from tests.hostile import certificates
from tests.hostile.department import KEY, PORTS
from tests.hostile.town import Place, settled


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("hostile")
    generate_key(folder / KEY)
    certificates.make(folder)
    command = [sys.executable, "-m", "tests.hostile.department", str(folder)]
    process = subprocess.Popen(command)
    try:
        while not (folder / PORTS).exists():
            assert process.poll() is None
            time.sleep(0.02)
        ports = json.loads((folder / PORTS).read_text())
        yield Place(folder, ports, public_path(folder / KEY).read_text())
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def town(committed_sqlite, hostile, monkeypatch):
    """Return the county, all of whose departments are the hostile one, and answer truly so far."""
    with settled(committed_sqlite, hostile, monkeypatch) as made:
        yield made
