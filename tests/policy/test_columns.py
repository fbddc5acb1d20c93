"""The two evaluators agree: every household's every value, around every threshold, to the fen."""

from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hedui.policy import lock
from hedui.policy.amounts import to_fen
from hedui.policy.case import read_case
from hedui.policy.column import MAX_COLUMN_FEN, Column, Truths
from hedui.policy.columns import Registry, Table, evaluate, method_of
from hedui.policy.facts import YEAR, lay_out
from hedui.policy.kinds import (
    ASSET_KINDS,
    BUSINESS_ROLES,
    EXPENSE_KINDS,
    INCOME_KINDS,
    LEAVINGS,
    RELATIONS,
    STAGES,
)
from hedui.policy.packing import packed
from hedui.policy.parameter_files import MAX_COUNT, PolicyError
from hedui.policy.parameters import read_files
from hedui.policy.programme import programmes
from hedui.policy.rule import Level
from hedui.policy.truth import UNKNOWN, Truth
from hedui.values.money import yuan_text

PLACES = lock.place_parameters().with_more(
    read_files(Path(__file__).parent / "places", lock.all_declared())
)
CODES = sorted(code for code in PLACES.places if code != "000000")
ON = date(2025, 8, 1)
YEAR_BEFORE = {"from": "2024-08-01", "to": "2025-07-31"}
# 12 × every standard, line and limit that some place has, and one fen beside it
LINES = (
    50_000,
    63_200,
    71_700,
    75_000,
    80_000,
    110_000,
    120_000,
    159_500,
    240_000,
    319_000,
    269_000,
)
near = st.builds(
    lambda line, people, beside: 12 * line * people + beside,
    st.sampled_from(LINES),
    st.integers(1, 4),
    st.sampled_from([-1, 0, 1]),
)
caps = st.builds(
    lambda cap, people, beside: cap * people + beside,
    st.sampled_from([1_720_800, 2_700_000, 3_276_000, 3_828_000, 4_593_600, 5_760_000, 5_000_000]),
    st.integers(1, 4),
    st.sampled_from([-1, 0, 1]),
)
fens = st.one_of(near, caps, st.integers(0, 20_000_000))
incomes = st.sampled_from([(c, k) for c, kinds in INCOME_KINDS.items() for k in kinds]).flatmap(
    lambda kind: st.builds(
        lambda fen, job: {
            "class": kind[0],
            "kind": kind[1],
            "amount": yuan_text(fen),
            **YEAR_BEFORE,
            **({"started_on": "2024-11-01"} if job else {}),
        },
        fens,
        st.booleans(),
    )
)
assets = st.one_of(
    st.builds(
        lambda c, fen: {"class": c, "value": yuan_text(fen)},
        st.sampled_from(["deposit", "security", "insurance", "debt_claim", "provident_fund"]),
        fens,
    ),
    st.builds(
        lambda k, fen, year, known: {
            "class": "vehicle",
            "kind": k,
            **({"purchase_price": yuan_text(fen)} if known else {}),
            **({"purchased_on": f"{year}-03-02"} if year else {}),
            **({"insured_value": yuan_text(fen)} if year == 2018 else {}),
        },
        st.sampled_from(ASSET_KINDS["vehicle"]),
        st.one_of(st.sampled_from([8_000_000, 8_000_001, 5_000_000, 3_000_001]), fens),
        st.sampled_from([0, 2005, 2018, 2024]),
        st.booleans(),
    ),
    st.builds(
        lambda c, k: {"class": c, "kind": k},
        st.just("real_estate"),
        st.sampled_from(ASSET_KINDS["real_estate"]),
    ),
    st.builds(
        lambda k, role, fen, employees, said: {
            "class": "business",
            "kind": k,
            "role": role,
            **({"value": yuan_text(fen), "profit": yuan_text(fen)} if said else {}),
            **({} if employees is None else {"employees": employees, "employing_months": 12}),
        },
        st.sampled_from(ASSET_KINDS["business"]),
        st.sampled_from(BUSINESS_ROLES),
        fens,
        st.sampled_from([None, 0, 2]),
        st.booleans(),
    ),
)
expenses = st.builds(
    lambda k, fen: {"kind": k, "amount": yuan_text(fen), **YEAR_BEFORE},
    st.sampled_from(EXPENSE_KINDS),
    fens,
)


@st.composite
def persons(draw: Any, number: int) -> dict[str, Any]:
    said: dict[str, Any] = {
        "key": f"m{number}",
        "relation": draw(st.sampled_from(RELATIONS)),
        "birth_date": f"{draw(st.sampled_from([1940, 1965, 1966, 1980, 2009, 2010, 2020]))}-08-01",
        "incomes": draw(st.lists(incomes, max_size=3)),
        "assets": draw(st.lists(assets, max_size=3)),
        "expenses": draw(st.lists(expenses, max_size=2)),
        "student": draw(st.sampled_from(STAGES)),
        "serious_illness": draw(st.booleans()),
    }
    optional = {
        "sex": st.sampled_from(["male", "female"]),
        "single_parent": st.booleans(),
        "no_earnings_shown": st.booleans(),
        "graduated_on": st.sampled_from(["2025-06-30", "2020-06-30"]),
        "employed": st.booleans(),
        "work_capacity": st.sampled_from(["full", "partial", "none"]),
        "disability": st.builds(
            lambda c, g: {"category": c, "grade": g},
            st.sampled_from(["limb", "vision", "mental"]),
            st.integers(1, 4),
        ),
    }
    return said | {key: draw(of) for key, of in optional.items() if draw(st.booleans())}


@st.composite
def cases(draw: Any) -> dict[str, Any]:
    members = [draw(persons(number)) for number in range(draw(st.integers(1, 3)))]
    obligors = draw(
        st.lists(
            st.builds(
                lambda relation, fen, size, siblings: {
                    "key": "o",
                    "relation": relation,
                    "supports": ["m0"],
                    "household_size": size,
                    **({"household_income": yuan_text(fen)} if fen else {}),
                    "children_of_supported": siblings,
                },
                st.sampled_from(["child", "parent"]),
                fens,
                st.integers(1, 3),
                st.integers(1, 4),
            ),
            max_size=2,
        )
    )
    reason = draw(st.sampled_from(["none", *LEAVINGS]))
    return {
        "programme": "any",
        "division": draw(st.sampled_from(CODES)),
        "as_of": ON,
        "members": members,
        "obligors": obligors,
        "major_disaster": draw(st.booleans()),
        **({} if reason == "none" else {"leaving": {"reason": reason, "decided_on": ON}}),
    }


def groups(found: list[dict[str, Any]], name: str) -> dict[Any, list[tuple[Any, Any]]]:
    """Put households together whose place has the same methods."""
    programme = programmes()[name]
    together: dict[Any, list[tuple[Any, Any]]] = {}
    for case in found:
        if not PLACES.covers(division=case["division"], folders=programme.folders, on=ON):
            continue
        resolved = PLACES.resolve(
            programme.parameters, division=case["division"], folders=programme.folders, on=ON
        )
        if resolved["look_back_months_wage"].use.value != 12:
            continue
        values = {key: one.use.value for key, one in resolved.items()}
        together.setdefault(method_of(values), []).append((case, resolved))
    return together


def scalar(value: Any, row: int) -> Any:
    """Take one household's value out of a column."""
    if isinstance(value, Truths):
        return (Truth.NO, Truth.UNKNOWN, Truth.YES)[value.values[row]]
    assert isinstance(value, Column)
    if value.known is not None and not value.known[row]:
        return UNKNOWN
    return Fraction(int(value.values[row]), value.over)


# no shrinking: a household that fails is small enough, and shrinking takes minutes
@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(st.lists(cases(), min_size=1, max_size=6))
@pytest.mark.parametrize("name", list(programmes()))
def test_the_two_evaluators_agree_on_every_value_of_every_household(name, found):
    rules = programmes()[name].rules
    for households in groups(found, name).values():
        laid = [lay_out(read_case(case), {}, YEAR) for case, _ in households]
        registry = packed(laid, range(len(laid)))
        parameters = {
            key: [resolved[key].use.value for _, resolved in households] for key in rules.parameters
        }
        columns = evaluate(registry, {name: (rules, parameters)}, lambda _, rule: True, chunk=3)
        rows: Counter[str] = Counter()
        for one, (_, resolved) in zip(laid, households, strict=True):
            run = rules.run(one.household, {key: found.use for key, found in resolved.items()})
            for step in run.steps():
                if step.rule in columns[name]:
                    got = scalar(columns[name][step.rule], rows[step.rule])
                    assert (step.rule, got) == (step.rule, step.value)
                    rows[step.rule] += 1


def place_of_cars(root: Path, sign: str, years: str) -> Any:
    """Make a place that lets one car within fifty thousand yuan pass, at a loss of a tenth."""
    chapter = root / "990198-cars" / "property"
    chapter.mkdir(parents=True)
    for name, value in (
        ("vehicle_value_limit", f'"50000.00", operator: "{sign}"'),
        ("cheap_vehicles_allowed", "1"),
        ("vehicle_yearly_loss", '"0.10"'),
        ("vehicle_years", years),
        ("vehicles_confirmed", "true"),
    ):
        (chapter / f"{name}.yaml").write_text(
            f"values:\n  2020-01-01: {{value: {value}, reference: worked-example, seen: example}}\n"
        )
    ground = root / "990198-cars" / "standards"
    ground.mkdir()
    (ground / "standard_monthly.yaml").write_text(
        'values:\n  2020-01-01: {value: "900.00", reference: worked-example, seen: example}\n'
    )
    return lock.place_parameters().with_more(read_files(root, lock.all_declared()))


@pytest.mark.parametrize("sign", ["<", "<="])
@pytest.mark.parametrize("years", ["whole", "part"])
def test_a_car_by_its_price_is_held_to_the_limit_by_the_word_of_the_place(tmp_path, sign, years):
    files, dibao = place_of_cars(tmp_path, sign, years), programmes()["dibao"]
    resolved = files.resolve(dibao.parameters, division="990198", folders=dibao.folders, on=ON)
    uses = {key: found.use for key, found in resolved.items()}
    laid, wanted = [], []
    for months in (0, 7, 12, 31, 36):
        year, month = divmod(2025 * 12 + 7 - months, 12)
        counted = months if years == "part" else months // 12 * 12
        # value < limit, both to the twelfth power: price^12 × 9^m against limit^12 × 10^m
        limit = 5_000_000**12 * 10**counted
        near = int(5_000_000 * (10 / 9) ** (counted / 12))
        for price in (near - 1, near, near + 1, near + 2):
            value = price**12 * 9**counted
            wanted.append(value < limit or (sign == "<=" and value == limit))
            car = {"class": "vehicle", "kind": "car", "purchase_price": yuan_text(price)}
            owner = {"key": "a", "assets": [{**car, "purchased_on": date(year, month + 1, 1)}]}
            case = {"programme": "dibao", "division": "990198", "as_of": ON, "members": [owner]}
            laid.append(lay_out(read_case(case), {}, YEAR))
    runs = [dibao.rules.run(one.household, uses) for one in laid]
    steps = [step for run in runs for step in run.steps() if step.rule == "vehicle_test"]
    assert [step.value is Truth.YES for step in steps] == wanted
    parameters = {key: [uses[key].value] * len(laid) for key in dibao.rules.parameters}
    columns = evaluate(
        packed(laid, range(len(laid))),
        {"dibao": (dibao.rules, parameters)},
        lambda _, rule: rule == "vehicle_test",
        chunk=4,
    )
    found = columns["dibao"]["vehicle_test"]
    assert [scalar(found, row) is Truth.YES for row in range(len(laid))] == wanted
    assert {True, False} == set(wanted)


def test_an_amount_beyond_what_64_bits_hold_exactly_is_refused_when_it_is_loaded():
    empty = Table(np.array([], dtype=np.int64), {})
    tables = dict.fromkeys(Level, empty)
    tables[Level.MEMBER] = Table(np.array([0]), {})
    for fens in ([10**11 + 1], [6 * 10**10, 6 * 10**10]):
        lines = Table(np.zeros(len(fens), dtype=np.int64), {"asset_value": Column(np.array(fens))})
        with pytest.raises(PolicyError, match="亿元"):
            Registry(1, np.array([0]), {**tables, Level.ASSET: lines})


def test_a_product_without_room_in_64_bits_goes_on_in_integers_without_end():
    column = Column(np.array([10**11, 10**11 - 1, 0]))
    shares = Fraction(999_999, 1_000_000), Fraction(7, 999_983), Fraction(11, 999_979)
    for share in shares:
        column = column * share
    wanted = [10**11, 10**11 - 1, 0]
    for share in shares:
        wanted = [amount * share for amount in wanted]
    assert [scalar(column, row) for row in range(3)] == wanted
    assert [scalar(column + column, row) for row in range(3)] == [2 * one for one in wanted]
    below = column < wanted[0]
    assert [scalar(below, row) for row in range(3)] == [Truth.NO, Truth.YES, Truth.YES]
    rounded = to_fen(column)
    assert [scalar(rounded, row) for row in range(3)] == [to_fen(one) for one in wanted]


def test_the_largest_product_of_whole_fen_stays_in_64_bits():
    assert MAX_COLUMN_FEN * MAX_COUNT * 12 < 2**63
