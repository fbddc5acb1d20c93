"""A resident number 公民身份号码 is opened in few places, and each of them is known."""

import ast

import pytest

from tests.architecture.house import modules, shown, tree

# Whoever adds a line here says why this module must see all eighteen characters.
OPENED_IN = {
    "src/hedui/batch/recheck/people.py": "joins a registry with what the sources delivered",
    "src/hedui/gateway/lent.py": "asks a department's database for one person's rows",
    "src/hedui/gateway/page/views.py": "finds a number a clerk typed by the record's digest of it",
    "src/hedui/gateway/trying.py": "asks a department's own gateway about one of its own rows",
    "src/hedui/procedure/authorizations/outsiders.py": "takes a guardian's number, to be sealed",
    "src/hedui/procedure/cases/content.py": "takes it into the declaration, which is then sealed",
    "src/hedui/procedure/cases/queries.py": "looks a case up by the blind index of a whole number",
}


def opens_a_number(module: ast.Module) -> bool:
    """Tell whether a module calls, or hands on, `.reveal` of anything."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "reveal" for node in ast.walk(module)
    )


def test_a_number_is_opened_only_where_the_list_says():
    assert {shown(path) for path in modules() if opens_a_number(tree(path))} == set(OPENED_IN)


def test_each_place_gives_its_reason():
    assert [name for name, reason in OPENED_IN.items() if len(reason) < len("a few words")] == []


@pytest.mark.parametrize(
    "source", ["x = member.number.reveal()", "show = number.reveal", "map(ResidentId.reveal, all_)"]
)
def test_the_check_sees_an_opened_number(source):
    assert opens_a_number(ast.parse(source))
