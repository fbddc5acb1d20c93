"""Minimal forms: what they say of a figure holds of it, and nobody chooses where a band ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.catalogue import CatalogueError, expand, is_minimal, item, least, sources, whole
from hedui.catalogue.loading import read_source
from hedui.catalogue.reading import Page

FORMS = [form for source in sources().values() for form in source.minimal.values()]


def test_all_three_forms_are_there():
    assert {form.form for form in FORMS} == {"present", "count", "band"}


@given(form=st.sampled_from(FORMS), figure=st.integers(0, 10**12))
def test_a_figure_lies_where_its_form_says(form, figure):
    value = form.item.check(form.said(figure % 1000 if form.form == "count" else figure))
    low, high = form.between(value)
    told = figure % 1000 if form.form == "count" else figure
    assert low <= told and (high is None or told <= high)
    assert form.words(value)


@given(form=st.sampled_from([one for one in FORMS if one.form == "band"]), edge=st.data())
def test_bands_meet_without_gap_at_their_bounds_which_belong_to_the_lower(form, edge):
    bound = edge.draw(st.sampled_from(form.edges))
    below, above = form.said(bound), form.said(bound + 1)
    assert below != above
    assert form.between(below)[1] == bound and form.between(above)[0] == bound + 1


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.item.full_name)
def test_an_answer_that_says_nothing_is_none(form):
    with pytest.raises(ValueError):
        form.item.check(None)


def test_a_form_is_meant_by_its_own_name_only():
    assert not any(map(is_minimal, expand(sources())))
    assert item("bank.balance_band").label == "存款余额所在区间"
    both = ["bank.balance_band", "bank.balance_fen", "bank.bank"]
    assert least(both) == ["bank.balance_band"]
    assert whole(both) == least(["bank.balance_fen", "bank.bank"]) == both[1:]


WRONG = {
    "of something that is not compared": {"of": "bank", "form": "present"},
    "a band without bounds": {"of": "balance_fen", "form": "band"},
    "bounds without a band": {"of": "balance_fen", "form": "present", "bounds": ["1"]},
    "bounds that fall": {"of": "balance_fen", "form": "band", "bounds": ["2", "1"]},
    "a bound twice": {"of": "balance_fen", "form": "band", "bounds": ["1", "1"]},
    "a bound of nothing": {"of": "balance_fen", "form": "band", "bounds": ["0"]},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_slip_in_a_form_is_told_with_file_and_line(what, tmp_path):
    from importlib.resources import files

    text = files("hedui.catalogue").joinpath("sources/bank.yaml").read_text(encoding="utf-8")
    said = ", ".join(f"{key}: {value}" for key, value in WRONG[what].items())
    begin = text.index("minimal:")
    end = text.index("never_ask:")
    spoiled = f"{text[:begin]}minimal:\n  slip: {{label: 甲, {said}}}\n{text[end:]}"
    with pytest.raises(CatalogueError, match=r"bank\.yaml 第 \d+ 行"):
        read_source(Page("bank", spoiled))
