"""The order of the procedure is written twice, where neither copy can lie."""

import ast
import re
import tomllib
from typing import Any

from tests.architecture.house import PACKAGE, ROOT, tree

PROCEDURE = PACKAGE / "procedure"


def contracts() -> list[dict[str, Any]]:
    """Read the import contracts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = project["tool"]["importlinter"]["contracts"]
    return found


def rooms(container: str) -> list[str]:
    """List the rooms of a floor plan in the order of the procedure, brackets taken off."""
    (layers,) = [c["layers"] for c in contracts() if c.get("containers") == [container]]
    named = [name.strip(" ()") for layer in layers for name in re.split(r"[|:]", layer)]
    return named[::-1]


def test_the_docstring_of_the_procedure_tells_its_rooms_in_their_order():
    text = ast.get_docstring(tree(PROCEDURE / "__init__.py")) or ""
    chain = " ".join(line for line in text.splitlines() if "→" in line)
    assert re.findall(r"[a-z_]+", chain) == rooms("hedui.procedure")


def test_every_floor_plan_is_exhaustive():
    plans = [c for c in contracts() if c["type"] == "layers"]
    assert plans
    assert [c["name"] for c in plans if not c.get("exhaustive")] == []


def test_every_folder_of_the_procedure_says_which_clause_it_serves():
    silent = [
        package.parent.name
        for package in PROCEDURE.glob("*/__init__.py")
        if not ast.get_docstring(tree(package))
    ]
    assert silent == []
