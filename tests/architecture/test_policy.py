"""Rules read like the article: four words compare, whole fen count, every citation exists."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.architecture.house import PACKAGE, ROOT, modules, project_files, shown, tree

POLICY = PACKAGE / "policy"
LAW = POLICY / "law.yaml"
FOUR_WORDS = {"below", "at_most", "at_least", "above"}
ORDER = ast.Lt | ast.LtE | ast.Gt | ast.GtE

# The rules and programmes never compare but by the four words. Around them stands machinery that
# checks what it reads, and counts days; each module of it is named here with its reason.
MACHINERY = {
    "src/hedui/policy/after.py": "refuses no month, and a benefit above the line",
    "src/hedui/policy/amounts.py": "takes a root exactly, step by step",
    "src/hedui/policy/doubts.py": "says when a value is past the day of its review",
    "src/hedui/policy/absence.py": "counts the months that somebody is away",
    "src/hedui/policy/case.py": "refuses negative amounts and shares above one",
    "src/hedui/policy/facts.py": "counts completed years of age",
    "src/hedui/policy/column.py": "holds the comparisons of columns, for the four words",
    "src/hedui/policy/tables.py": "checks the bounds of a registry, finds owners without rows",
    "src/hedui/policy/exact.py": "looks whether a product has room in 64 bits",
    "src/hedui/policy/explanation.py": "says how far above or below the line an income is",
    "src/hedui/policy/parameter_files.py": "checks what stands in the files",
    "src/hedui/policy/parameters.py": "finds the value in force on a day",
    "src/hedui/policy/rounding.py": "refuses a divisor that is not positive",
    "src/hedui/policy/trace.py": "tells a run of equal summands once",
    "src/hedui/policy/written.py": "refuses negative numbers and shares",
}
READS_CITATIONS = {
    "src/hedui/policy/parameter_files.py"
}  # from YAML, whose references are tested below


def functions(module: ast.Module) -> set[str]:
    """Name the functions at the top of a module."""
    return {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


def bare_comparisons(module: ast.Module) -> list[int]:
    """List the lines on which something is smaller or greater than something else."""
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Compare) and any(isinstance(op, ORDER) for op in node.ops)
    ]


def floats(module: ast.Module) -> list[int]:
    """List the lines that write a binary fraction or name its type."""
    return [
        node.lineno
        for node in ast.walk(module)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Name) and node.id in {"float", "complex"})
    ]


def citations(module: ast.Module) -> list[tuple[str | None, int]]:
    """List the keys of `law("key", ...)`; None where the key is not written out."""
    found: list[tuple[str | None, int]] = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        named = node.func.attr if isinstance(node.func, ast.Attribute) else None
        named = node.func.id if isinstance(node.func, ast.Name) else named
        if named == "law":
            key = node.args[0] if node.args else None
            written = isinstance(key, ast.Constant) and isinstance(key.value, str)
            found.append((key.value if written else None, node.lineno))
    return found


def instruments() -> set[str]:
    """Name every instrument that law.yaml holds."""
    local = sorted(POLICY.glob("parameters/*/law.yaml"))
    held = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (LAW, *local)]
    return {str(key) for one in held for key in one}


def references(node: object) -> Iterator[str]:
    """Yield every `reference` in a document of YAML, however deep it stands."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "reference":
                yield str(value)
            yield from references(value)
    elif isinstance(node, list):
        for part in node:
            yield from references(part)


def words_module() -> list[Path]:
    """Find where the four words of the law are defined."""
    return [path for path in modules(POLICY) if functions(tree(path)) >= FOUR_WORDS]


def test_the_four_words_of_the_law_are_defined_once():
    assert len(words_module()) == 1


def test_nothing_but_the_four_words_compares():
    found = {
        shown(path): bare_comparisons(tree(path))
        for path in modules(POLICY)
        if path not in words_module() and shown(path) not in MACHINERY
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_binary_fraction_comes_near_the_rules():
    found = {shown(path): floats(tree(path)) for path in modules(POLICY)}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_citation_names_an_instrument_that_law_yaml_holds():
    held = instruments()
    found = [
        f"{shown(path)}:{line} {key}"
        for path in modules()
        for key, line in citations(tree(path))
        if key not in held and not (key is None and shown(path) in READS_CITATIONS)
    ]
    assert found == []


def test_every_reference_of_a_parameter_names_an_instrument_that_law_yaml_holds():
    held = instruments()
    found = [
        f"{shown(path)}: {reference}"
        for path in project_files()
        if path.is_relative_to(POLICY) and path.suffix == ".yaml" and path.name != "law.yaml"
        for reference in references(yaml.safe_load(path.read_text(encoding="utf-8")))
        if reference not in held
    ]
    assert found == []


def test_the_machinery_around_the_rules_is_not_the_rules():
    assert [name for name in MACHINERY if "/rules/" in name or "/programmes/" in name] == []
    assert [name for name in MACHINERY if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "source", ["income < limit", "a <= b", "x = 1 if a > b else 2", "0 < members >= 2"]
)
def test_the_check_sees_a_bare_comparison(source):
    assert bare_comparisons(ast.parse(source)) == [1]


def test_the_check_lets_equality_and_membership_pass():
    assert bare_comparisons(ast.parse("a == b; a != b; a in b; a is None")) == []


@pytest.mark.parametrize(
    "source", ["rate = 0.3", "float(amount)", "x: float", "isinstance(a, float)"]
)
def test_the_check_sees_a_binary_fraction(source):
    assert floats(ast.parse(source)) == [1]


def test_the_check_sees_references_at_any_depth():
    assert list(references({"a": [{"reference": "x", "b": {"reference": 649}}]})) == ["x", "649"]


def test_the_check_sees_citations_written_out_or_not():
    source = 'law("649", 9)\npolicy.law("57", 2)\nlaw(key)\nlaw()\nflaw("x")'
    assert citations(ast.parse(source)) == [("649", 1), ("57", 2), (None, 3), (None, 4)]
