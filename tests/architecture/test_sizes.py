"""A file is what one article needs; a function is what one screen shows."""

import ast

from tests.architecture.house import modules, shown, tree

MODULE_LINES = 400
# An auditor takes this one away and runs it alone: it is one file by promise.
ALONE = {"src/hedui/ledger/verify.py": 1040}
FUNCTION_LINES = 40


def long_functions(module: ast.Module) -> list[tuple[str, int]]:
    """Name the functions whose body, docstring left out, is longer than a screen."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
            if lines > FUNCTION_LINES:
                found.append((node.name, lines))
    return found


def test_no_module_is_longer_than_four_hundred_lines():
    sizes = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert sizes
    long = {name for name, size in sizes.items() if size > ALONE.get(name, MODULE_LINES)}
    assert long == set()


def test_no_function_is_longer_than_forty_lines():
    found = {shown(path): long_functions(tree(path)) for path in modules()}
    assert {name: functions for name, functions in found.items() if functions} == {}


def test_the_measure_sees_a_long_function_but_does_not_count_its_docstring():
    lines = "\n".join("    x = 1" for _ in range(FUNCTION_LINES))
    assert (
        long_functions(ast.parse(f'def kept():\n    """Say.\n\n    More.\n    """\n{lines}')) == []
    )
    assert long_functions(ast.parse(f"def broken():\n{lines}\n    y = 2")) == [("broken", 41)]
