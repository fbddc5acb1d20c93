"""How much memory something takes at its most, as the system counts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWN = Path("/proc/self")


@contextmanager
def within(kibibytes: int) -> Iterator[None]:
    """Let something run, which may take so much beyond what was taken before."""
    (OWN / "clear_refs").write_text("5", encoding="ascii")
    start = _peak()
    yield
    assert _peak() - start < kibibytes


def _peak() -> int:
    status = (OWN / "status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
