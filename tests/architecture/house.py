"""What the tests of the house look at: the project's own files, and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "hedui"
_NOT_OURS = {".git", ".venv", "node_modules", "__pycache__"}


@cache
def project_files() -> tuple[Path, ...]:
    """List every file that is, or would be, in the repository (nothing that is ignored)."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode == 0:
        found = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    else:  # an unpacked archive: everything beside environments
        found = (p for p in ROOT.rglob("*") if not _NOT_OURS.intersection(p.parts))
    return tuple(sorted(path for path in found if path.is_file()))


def text_files() -> Iterator[tuple[Path, str]]:
    """Yield each file of the project that is text, with its text."""
    for path in project_files():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield path, content.decode("utf-8", errors="replace")


def modules(under: Path = PACKAGE) -> list[Path]:
    """List the Python modules below a folder, migrations left out: a machine writes those."""
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and path.is_relative_to(under) and "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    """Parse a module, once."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    """Name a file the way a reader finds it."""
    return path.relative_to(ROOT).as_posix()
