"""Words we do not use: those that accuse a family, and those that name a drawer."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, modules, project_files, shown, text_files, tree

ACCUSING = frozenset(
    re.findall(
        r"[a-z]+",
        "suspect suspicion fraud fraudster cheat cheater violation hit risk score blacklist"
        " offender target profile flag",
    )
)
DRAWERS = frozenset(
    re.findall(
        r"[a-z]+",
        "core base common util utils helper helpers shared misc manager handler processor"
        " data info service services",
    )
)
SUFFIXES = frozenset(
    re.findall(
        r"[a-z]+",
        "service manager handler helper util impl base mixin dto entity processor info data",
    )
)
ACCUSING_ZH = ("骗保", "嫌疑", "黑名单", "风险分")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words(name: str) -> list[str]:
    """Split an identifier or a file name into lower-case words, plurals made singular too."""
    found = [word.lower() for word in WORD.findall(name)]
    return found + [word[:-1] for word in found if word.endswith("s")]


def defined_names(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield what a module names by itself; what it calls by others' names is not its choice."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, node.lineno


def accusing_names(module: ast.Module) -> list[str]:
    """List the names in a module that contain an accusing word, with their lines."""
    return [
        f"{line}: {name}" for name, line in defined_names(module) if ACCUSING & set(words(name))
    ]


def drawer_classes(module: ast.Module) -> list[str]:
    """List the classes whose last word says of what shape they are and not what they are."""
    return [
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef) and words(re.sub(r"_+$", "", node.name))
        if WORD.findall(node.name)[-1].lower() in SUFFIXES
    ]


# where Django looks for a connection
BY_DJANGO = {f"src/hedui/config/{vendor}/base.py" for vendor in ("postgresql", "sqlite")}


def is_drawer(path: Path) -> bool:
    """Tell whether a module, or a package it stands in, is named like a drawer."""
    inside = path.relative_to(PACKAGE).with_suffix("")
    return bool(DRAWERS & {part.lower() for part in inside.parts})


def test_no_identifier_accuses_anybody():
    found = {shown(path): accusing_names(tree(path)) for path in modules()}
    assert {name: names for name, names in found.items() if names} == {}


def test_no_file_name_accuses_anybody():
    inside = [p for p in project_files() if p.is_relative_to(PACKAGE)]
    assert inside
    assert [shown(p) for p in inside if ACCUSING & set(words(p.stem))] == []


def test_no_module_is_a_drawer():
    assert [
        shown(path) for path in modules() if is_drawer(path) and shown(path) not in BY_DJANGO
    ] == []


def test_no_class_is_named_by_its_shape():
    found = {shown(path): drawer_classes(tree(path)) for path in modules()}
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize("word", ACCUSING_ZH)
def test_nothing_that_users_read_accuses_them(word):
    """Pages, form texts, messages, translations: every text file of the package."""
    found = [shown(p) for p, text in text_files() if p.is_relative_to(PACKAGE) and word in text]
    assert found == []


def test_users_read_one_term_for_one_thing():
    """申报锁定 is never 固定, 核算期 never 核算期间."""
    other = re.compile("申报(内容)?(自此|已)?固定|核算期间")
    texts = [(p, text) for p, text in text_files() if p.is_relative_to(PACKAGE)]
    assert [shown(p) for p, text in texts if "核算期" in text]
    assert [shown(p) for p, text in texts if other.search(text)] == []


@pytest.mark.parametrize(
    "source",
    [
        "risk_score = 1",
        "def flag_household(): ...",
        "class FraudCase: ...",
        "def f(*, suspects): ...",
        "self.blacklisted = targets = 1",
        "import x as profile",
        "[hit for hit in rows]",
    ],
)
def test_the_check_sees_an_accusing_name(source):
    assert accusing_names(ast.parse(source))


def test_the_check_lets_others_names_and_plain_words_pass():
    plain = "Thread(target=run); white = shape.hits; brisk = 1; underscore = 2; scoreless = 3"
    assert accusing_names(ast.parse(plain)) == []


def test_the_check_sees_drawers():
    assert drawer_classes(ast.parse("class InquiryManager: ...\nclass PersonDTO: ...")) == [
        "InquiryManager",
        "PersonDTO",
    ]
    assert is_drawer(PACKAGE / "utils" / "money.py")
    assert is_drawer(PACKAGE / "values" / "helpers.py")
    assert not is_drawer(PACKAGE / "values" / "money.py")
