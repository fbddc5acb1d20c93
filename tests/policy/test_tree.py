"""The tree of a computation holds every step once, and leads from each result to what was given."""

from collections.abc import Iterator
from typing import Any

from hedui.policy import compute, explained
from hedui.policy.programme import programmes
from hedui.policy.tree import Branch, grown
from tests.policy.test_assessment import case, person, wage


def branches(tree: list[Branch]) -> Iterator[Branch]:
    for one in tree:
        yield one
        yield from branches(list(one.parts))


def household() -> dict[str, Any]:
    members = [
        person("a", incomes=[wage("50400.00")], assets=[
            {"class": "deposit", "kind": "bank", "value": "30000.00"},
            {"class": "vehicle", "kind": "car", "value": "90000.00"},
        ]),
        person("b", birth_date="2014-06-01", student="compulsory"),
    ]  # fmt: skip
    return case(*members)


def test_every_step_that_matters_stands_in_the_tree_once():
    steps = compute(household()).report()["steps"]
    told = [one.step for one in branches(grown(steps)) if one.step and not one.is_told]
    assert len(told) == len(steps)
    assert {id(step) for step in told} == {id(step) for step in steps}


def test_the_income_leads_down_to_the_wage_that_was_given():
    steps = compute(household()).report()["steps"]
    income = next(one for one in branches(grown(steps)) if one.label == "家庭年计入收入")
    below = list(branches(list(income.parts)))
    assert any("第1条收入" in one.label and one.value == "50400.00元/年" for one in below)


def test_a_parameter_in_the_tree_says_whose_it_is_and_where_it_stands():
    steps = compute(household()).report()["steps"]
    line = next(one for one in branches(grown(steps)) if one.label == "最低生活保障标准")
    assert line.parameter is not None
    assert line.parameter["division"] == "310000"
    assert line.parameter["reference"]


def test_a_label_names_one_quantity_so_that_a_step_is_found_by_it():
    for one in programmes().values():
        labels = [quantity.label for quantity in one.rules.quantities.values()]
        assert sorted(labels) == sorted(set(labels)), one.name


def test_the_family_reads_how_far_its_property_is_from_the_limit_and_what_counts():
    told = "\n".join(explained(compute(household())))
    assert "家庭的货币财产比限额低" in told
    assert "机动车 1 辆" in told


def test_the_family_reads_how_far_what_is_known_lies_from_its_line_in_words_it_knows():
    silent = {"a": {"incomes.property", "assets.security"}}
    poor = household()
    poor["members"][0]["incomes"] = [wage("12000.00")]
    told = "\n".join(explained(compute(poor, silent=silent)))
    assert "距标准线还有" in told and "距限额还有" in told
    assert "离线" not in told
    limit = household()
    limit["members"][0]["assets"][0]["value"] = "88044.00"
    assert "家庭的货币财产与限额正好相等" in "\n".join(explained(compute(limit)))
