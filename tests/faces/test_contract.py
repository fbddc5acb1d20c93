"""The contract of the interface: published as it is served, every operation with its function."""

import json

from hedui.faces.api import contract, dci
from hedui.faces.api.urls import HANDLERS
from tests.architecture.house import ROOT

KEPT = ROOT / "docs" / "reference" / "api" / "v1.json"
PAGE = ROOT / "docs" / "reference" / "api.md"


def test_the_published_contract_is_the_one_that_is_served():
    """Made by: python -m hedui.faces.api.contract > docs/reference/api/v1.json."""
    assert KEPT.read_text(encoding="utf-8") == contract.page()
    assert json.loads(contract.page())["openapi"] == "3.1.0"


def test_every_operation_has_its_function_and_stands_on_the_page():
    named = {one.name for methods in contract.operations().values() for one in methods.values()}
    assert named == set(HANDLERS)
    text = PAGE.read_text(encoding="utf-8")
    for path, methods in contract.operations().items():
        for method in methods:
            if path != "/openapi.json":
                assert f"`{method.upper()} /api/v1{path}`" in text


def test_every_kind_of_problem_and_news_stands_on_the_page():
    from hedui.faces.api.problems import TITLES
    from hedui.procedure.reports.news import KINDS

    text = PAGE.read_text(encoding="utf-8")
    assert [kind for kind in (*TITLES, *KINDS.values()) if f"`{kind}`" not in text] == []
    listed = contract.document()["components"]["schemas"]["Piece"]["properties"]["kind"]["enum"]
    assert listed == list(dict.fromkeys(KINDS.values()))


def test_the_published_contract_for_partners_is_the_one_that_is_served():
    """Made by `dci.page()`."""
    kept = (KEPT.parent / "dci.json").read_text(encoding="utf-8")
    assert kept == dci.page()
    text = (PAGE.parent / "dci.md").read_text(encoding="utf-8")
    assert [path for path in dci.document()["paths"] if f"`{path}`" not in text] == []
