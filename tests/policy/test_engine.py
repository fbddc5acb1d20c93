"""The engine finds the graph from the signatures and refuses rules that are not well made."""

from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from hedui.policy.engine import Quantity, RuleSet, Subject
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, RuleError, gathered, rule, total
from hedui.policy.trace import ParameterUse
from hedui.policy.truth import UNKNOWN, Truth, Unknown

ARTICLE = law("649", 9)
FACTS = [
    Quantity("members", "人数", "count", Level.HOUSEHOLD),
    Quantity("earned", "收入", "count", Level.MEMBER),
    Quantity("sort", "种类", "text", Level.MEMBER),
]


def chapter(*rules, **totals) -> ModuleType:
    return cast(ModuleType, SimpleNamespace(**{r.name: r for r in rules}, **totals))


def parameter(name, value) -> dict[str, ParameterUse]:
    return {name: ParameterUse(name, name, value, "count", "000000", None, ARTICLE, "text")}


@rule("翻倍", article=ARTICLE, of=Level.MEMBER)
def doubled(earned: Count) -> Count:
    return Count(earned * 2)


@rule("总和加一", article=ARTICLE)
def final(all_doubled: Count, extra: Count) -> Count:
    return Count(all_doubled + extra)


ALL_DOUBLED = total("合计", of="doubled", to=Level.HOUSEHOLD, unit=Count, article=ARTICLE)


def household(*earned) -> Subject:
    whole = Subject(Level.HOUSEHOLD, "全家", {"members": len(earned)})
    for number, amount in enumerate(earned):
        whole.add(Subject(Level.MEMBER, f"m{number}", {"earned": amount, "sort": "a"}))
    return whole


def test_it_orders_rules_by_what_they_need_whatever_the_order_they_stand_in():
    rules = RuleSet.of(
        [chapter(final, doubled, all_doubled=ALL_DOUBLED)], facts=FACTS, parameters=["extra"]
    )
    whole = household(1, 2, 3)
    steps = rules.run(whole, parameter("extra", 1)).steps()
    assert whole.values["final"] == 13
    assert [step.rule for step in steps] == ["doubled"] * 3 + ["all_doubled", "final"]


def test_the_trace_keeps_inputs_and_parameters_with_their_source():
    rules = RuleSet.of(
        [chapter(final, doubled, all_doubled=ALL_DOUBLED)], facts=FACTS, parameters=["extra"]
    )
    last = rules.run(household(4), parameter("extra", 5)).steps()[-1]
    assert [(i.name, i.value) for i in last.inputs] == [("all_doubled", 8)]
    assert [(p.name, p.value, p.division) for p in last.parameters] == [("extra", 5, "000000")]


def test_one_unknown_amount_makes_all_that_rests_on_it_unknown():
    rules = RuleSet.of(
        [chapter(final, doubled, all_doubled=ALL_DOUBLED)], facts=FACTS, parameters=["extra"]
    )
    whole = household(1, UNKNOWN)
    rules.run(whole, parameter("extra", 1))
    assert whole.values["all_doubled"] is UNKNOWN
    assert whole.values["final"] is UNKNOWN


def test_a_condition_on_an_unknown_amount_is_an_unknown_condition():
    @rule("条件", article=ARTICLE)
    def passes(members: Count) -> Truth:
        return Truth.YES

    whole = Subject(Level.HOUSEHOLD, "全家", {"members": UNKNOWN})
    RuleSet.of([chapter(passes)], facts=FACTS, parameters=[]).run(whole, {})
    assert whole.values["passes"] is Truth.UNKNOWN


def test_a_rule_that_meets_unknown_is_called_with_it():
    @rule("条件", article=ARTICLE, meets_unknown=True)
    def zero_instead(members: Count | Unknown) -> Count:
        return Count(0) if members is UNKNOWN else Count(1)

    whole = Subject(Level.HOUSEHOLD, "全家", {"members": UNKNOWN})
    RuleSet.of([chapter(zero_instead)], facts=FACTS, parameters=[]).run(whole, {})
    assert whole.values["zero_instead"] == 0


def test_a_total_adds_only_what_its_condition_names():
    some = total(
        "部分", of="earned", where=("sort", "b"), to=Level.HOUSEHOLD, unit=Count, article=ARTICLE
    )
    whole = household(1, 2)
    whole.belonging[1].values["sort"] = "b"
    RuleSet.of([chapter(some=some)], facts=FACTS, parameters=[]).run(whole, {})
    assert whole.values["some"] == 2


def test_it_refuses_a_circle():
    @rule("甲", article=ARTICLE)
    def first(second: Count) -> Count:
        return second

    @rule("乙", article=ARTICLE)
    def second(first: Count) -> Count:
        return first

    with pytest.raises(RuleError, match="first → second → first"):
        RuleSet.of([chapter(first, second)], facts=FACTS, parameters=[])


def test_it_refuses_an_input_nobody_defines():
    with pytest.raises(RuleError, match="nobody says what extra is"):
        RuleSet.of([chapter(final, doubled, all_doubled=ALL_DOUBLED)], facts=FACTS, parameters=[])


def test_it_refuses_a_household_rule_over_a_members_value():
    @rule("错层", article=ARTICLE)
    def mixed(earned: Count) -> Count:
        return earned

    with pytest.raises(RuleError, match="declare a total first"):
        RuleSet.of([chapter(mixed)], facts=FACTS, parameters=[])


def test_it_refuses_two_rules_of_one_name():
    with pytest.raises(RuleError, match="taken"):
        RuleSet.of([chapter(doubled), chapter(doubled)], facts=FACTS, parameters=[])


def test_it_refuses_a_rule_with_an_optional_argument_or_without_a_unit():
    def optional(members: Count | None = None) -> Count:
        return members or Count(1)

    def nameless(*members: Count) -> Count:
        return members[0]

    def unitless(members: Count) -> int:
        return members

    for function, words in ((optional, "required"), (nameless, "required"), (unitless, "returns")):
        with pytest.raises(RuleError, match=words):
            rule("错", article=ARTICLE)(function)


def test_a_gathering_adds_up_every_rule_that_says_it_adds_to_it():
    @rule("甲", article=ARTICLE, adds_to="all_parts")
    def first_part(members: Count) -> Count:
        return Count(members + 1)

    @rule("乙", article=ARTICLE, adds_to="all_parts")
    def second_part(members: Count) -> Count:
        return Count(members * 10)

    parts = gathered("汇总", to=Level.HOUSEHOLD, unit=Count, article=ARTICLE)
    whole = household(1, 2)
    rules = RuleSet.of(
        [chapter(second_part, first_part, all_parts=parts)], facts=FACTS, parameters=[]
    )
    rules.run(whole, {})
    assert whole.values["all_parts"] == 3 + 20
    with pytest.raises(RuleError, match="nothing of that name"):
        RuleSet.of([chapter(first_part)], facts=FACTS, parameters=[])
