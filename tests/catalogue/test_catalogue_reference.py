from pathlib import Path

from hedui.catalogue.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "catalogue.md"


def test_the_reference_page_says_what_the_catalogue_says():
    assert PAGE.read_text(encoding="utf-8") == page()
