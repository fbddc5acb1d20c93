"""A household within a registry comes to what it comes to alone; a change moves who it should."""

import csv
import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from hedui.batch.declared import RegistryError, read_registry
from hedui.batch.delivery import DeliveryError
from hedui.batch.simulation import Scenario, shadowed, side_by_side, simulated
from hedui.faces.cli.policy import policy
from hedui.policy import PolicyError, compute, lock
from hedui.policy.change import Change, changed
from hedui.policy.parameters import read_files
from hedui.policy.programme import programmes
from hedui.policy.registry import assessed
from hedui.policy.rule import Level
from hedui.values.money import yuan_text

PLACES = ("310000", "310101", "440300", "350206", "442000", "360700", "330106", "341324", "110101")
KINDS = (
    ("wage", "salary"),
    ("transfer", "pension"),
    ("transfer", "social_assistance"),
    ("business", "farm"),
    ("property", "rent"),
    ("deposit", "bank"),
    ("security", "fund"),
    ("vehicle", "car"),
    ("real_estate", "residence"),
    ("business", "self_employed"),
    ("business", "sole_trader"),
)
LINES = (159_500, 319_000, 120_000, 136_500, 80_000, 75_000, 110_000)
NAMES = {
    "households": ("household_id", "division", "programme", "members", "as_of"),
    "members": ("household_id", "member_key", "id_number", "relation"),
    "declared": ("household_id", "member_key", "class", "kind", "amount_fen", "count"),
}


def made(number: int, chance: random.Random) -> dict[str, Any]:
    """Make a household that sits on a line as often as not; in one registry one day."""
    people = chance.randint(1, 4)
    members = []
    for key in range(people):
        year = chance.choice([1940, 1962, 1980, 1990, 2012])
        order = chance.randint(100, 999)
        lines = []
        for _ in range(chance.randint(0, 3)):
            fen = chance.choice(
                [
                    12 * chance.choice(LINES) * people + chance.choice([-1, 0, 1]),
                    24 * chance.choice(LINES) * people + chance.choice([-1, 0, 1]),
                    chance.randint(0, 8_000_000),
                ]
            )
            lines.append((*chance.choice(KINDS), fen))
        members.append((f"m{key}", f"{year}0805", order, lines))
    return {"id": f"h{number}", "division": chance.choice(PLACES), "members": members}


def write(folder: Path, households: list[dict[str, Any]]) -> Path:
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in NAMES}
    for one in households:
        rows["households"].append(
            (one["id"], one["division"], "dibao", len(one["members"]), "2025-08-01")
        )
        for key, born, order, lines in one["members"]:
            rows["members"].append((one["id"], key, f"110105{born}{order}X", "self"))
            rows["declared"] += [(one["id"], key, c, k, fen, 1) for c, k, fen in lines]
    for name, columns in NAMES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(columns)
            writer.writerows(rows[name])
    for name in ("expenses", "obligors"):
        lines = [
            {"household_id": one["id"], **said} for one in households for said in one.get(name, ())
        ]
        if lines:
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
                told = csv.DictWriter(out, list(lines[0]))
                told.writeheader()
                told.writerows(lines)
    return folder


def tell_more(one: dict[str, Any], chance: random.Random) -> None:
    """Say what the first of a household spends, and who must maintain it."""
    fen = chance.choice(
        [4_000_000, 10_000_000, 12 * chance.choice(LINES) + chance.choice([-1, 0, 1])]
    )
    spent = {"member_key": "m0", "kind": chance.choice(["medical", "education"]), "amount_fen": fen}
    one["expenses"] = [spent] if chance.random() < 0.7 else []
    owes = {
        "member_key": "m0",
        "obligor": "o",
        "relation": "child",
        "exempt": "",
        "household_size": 2,
    }
    owes |= {"household_income_fen": chance.choice(["", 5_000_000]), "children_of_supported": 1}
    owes["agreed_amount_fen"] = chance.choice(["", 600_000])
    one["obligors"] = [owes] if chance.random() < 0.3 else []


def more_of(one: dict[str, Any], members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the expenses to the members of a case; give its obligors."""
    for line in one.get("expenses", ()):
        told = {"kind": line["kind"], "amount": yuan_text(line["amount_fen"])}
        members[0]["expenses"] = [told]
    return [
        {"key": "o", "relation": "child", "supports": ["m0"], "household_size": 2}
        | {"children_of_supported": 1}
        | {
            name: yuan_text(line[f"{name}_fen"])
            for name in ("household_income", "agreed_amount")
            if line[f"{name}_fen"]
        }
        for line in one.get("obligors", ())
    ]


def alone(one: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...], int | None]:
    """Compute the household by itself."""
    members = []
    for key, born, order, lines in one["members"]:
        person = {"key": key, "birth_date": f"{born[:4]}-08-05", "incomes": [], "assets": []}
        person["sex"] = "male" if order % 2 else "female"
        for class_, kind, fen in lines:
            if class_ in ("deposit", "security"):
                person["assets"].append({"class": class_, "kind": kind, "value": yuan_text(fen)})
            elif class_ in ("vehicle", "real_estate") or kind == "sole_trader":
                worth = {"value": yuan_text(fen)} if fen else {}
                person["assets"].append({"class": class_, "kind": kind, **worth})
            else:
                person["incomes"].append({"class": class_, "kind": kind, "amount": yuan_text(fen)})
        members.append(person)
    case = {"programme": "any", "division": one["division"], "as_of": date(2025, 8, 1)}
    try:
        found = compute({**case, "members": members, "obligors": more_of(one, members)})
    except PolicyError:
        return (), (), 0
    return found.categories, found.possible, found.amount_fen


def test_a_household_within_a_registry_comes_to_what_it_comes_to_alone(tmp_path):
    chance = random.Random(7)
    households = [made(number, chance) for number in range(400)]
    for one in households:
        tell_more(one, chance)
    declared = read_registry(write(tmp_path, households))
    outcome = assessed(declared.registry, declared.places, lock.place_parameters())
    seen: set[str] = set()
    for row, one in enumerate(households):
        categories, possible, _ = alone(one)
        of_registry = {name: outcome.qualifies[name][row] for name in programmes()}
        assert (one, [n for n, v in of_registry.items() if v == 2]) == (one, list(categories))
        assert [n for n, v in of_registry.items() if v == 1] == list(possible)
        seen.update(categories)
    assert seen >= {"tekun", "dibao", "dibao_edge", "rigid_expenditure"}


def test_a_higher_standard_brings_households_in_and_nobody_loses(tmp_path):
    chance = random.Random(11)
    households = [made(number, chance) | {"division": "310000"} for number in range(400)]
    folder = write(tmp_path, households)
    change = Change.parse("standard_monthly=1700.00@310000")
    told = simulated(folder, [change], lock.place_parameters())
    dibao = next(row for row in told["programmes"] if row["programme"] == "dibao")
    assert dibao["in"] > 0
    assert (dibao["out"], dibao["lose"]) == (0, 0)
    assert dibao["after"] == dibao["before"] + dibao["in"]
    assert sum(row["in"] for row in dibao["by_size"]) == dibao["in"]


def test_a_registry_by_coming_parameters_moves_whom_a_change_to_them_would_move(tmp_path):
    chance = random.Random(11)
    households = [made(number, chance) | {"division": "310000"} for number in range(200)]
    folder, ours = write(tmp_path, households), lock.place_parameters()
    chapter = tmp_path / "coming" / "310000-shanghai" / "standards"
    chapter.mkdir(parents=True)
    (chapter / "standard_monthly.yaml").write_text(
        'operator: "<"\nvalues:\n'
        '  2024-07-01: {value: "1595.00", reference: hedui-reading, seen: example}\n'
        '  2025-10-01: {value: "1700.00", reference: hedui-reading, seen: example}\n',
        encoding="utf-8",
    )
    coming = ours.with_more(read_files(tmp_path / "coming", lock.all_declared()))
    change = Change.parse("standard_monthly=1700.00@310000")
    changed_now = simulated(folder, [change], ours)["programmes"]
    assert shadowed(folder, coming, ours, date(2025, 10, 1))["programmes"] == changed_now
    not_yet = shadowed(folder, coming, ours, None)
    assert [(row["in"], row["out"]) for row in not_yet["programmes"]] == [(0, 0)] * len(
        programmes()
    )


def test_a_registry_of_elsewhere_is_taken_as_if_it_lived_at_one_place(tmp_path):
    chance = random.Random(13)
    households = [made(number, chance) | {"division": "310000"} for number in range(80)]
    (tmp_path / "there").mkdir()
    folder = write(tmp_path, households)
    there = write(tmp_path / "there", [one | {"division": "360722"} for one in households])
    words = ["simulate", "--change", "standard_monthly=900.00@360722", "--json", "--registry"]
    told = CliRunner().invoke(policy, [*words, str(folder), "--at", "360722"])
    assert told.stdout == CliRunner().invoke(policy, [*words, str(there)]).stdout
    assert "没有影响" not in told.stdout
    assert "没有影响" in CliRunner().invoke(policy, [*words, str(folder)]).stdout
    wrong = CliRunner().invoke(policy, [*words, str(folder), "--at", "信丰"])
    assert "六位" in str(wrong.exception)


def test_the_order_of_rows_does_not_matter(tmp_path):
    chance = random.Random(3)
    households = [made(number, chance) for number in range(60)]
    first = write(tmp_path, households)
    declared = read_registry(first)
    before = assessed(declared.registry, declared.places, lock.place_parameters())
    for name in ("members", "declared"):
        head, *rest = (first / f"{name}.csv").read_text("utf-8").splitlines()
        chance.shuffle(rest)
        (first / f"{name}.csv").write_text("\n".join([head, *rest]) + "\n", encoding="utf-8")
    declared = read_registry(first)
    after = assessed(declared.registry, declared.places, lock.place_parameters())
    for name in programmes():
        assert (before.qualifies[name] == after.qualifies[name]).all()


@pytest.mark.parametrize("written", ["{} {} {}", "{}-{}-{}"])
def test_a_number_written_in_parts_tells_age_and_sex_as_another(tmp_path, written):
    write(tmp_path, [made(number, random.Random(1)) for number in range(3)])
    plain = read_registry(tmp_path).registry.tables[Level.MEMBER].facts
    members = tmp_path / "members.csv"
    parts = re.compile(r"(110105)(\d{8})(\d{3}X)")
    spaced = parts.sub(lambda found: written.format(*found.groups()), members.read_text("utf-8"))
    members.write_text(spaced, encoding="utf-8")
    read = read_registry(tmp_path).registry.tables[Level.MEMBER].facts
    assert read["age"].known is None
    assert read["age"].values.tolist() == plain["age"].values.tolist()
    assert read["sex"].values.tolist() == plain["sex"].values.tolist()


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("members", "household_id,member_key\n", "缺少列"),
        ("members", "household_id,member_key,id_number,relation\nx,a,1,self\n", "household_id"),
        (
            "declared",
            "household_id,member_key,class,kind,amount_fen,count\nh0,zz,wage,salary,1,1\n",
            "成员",
        ),
        (
            "declared",
            "household_id,member_key,class,kind,amount_fen,count\nh0,m0,luck,x,1,1\n",
            "luck",
        ),
        (
            "declared",
            "household_id,member_key,class,kind,amount_fen,count\nh0,m0,transfer,pensoin,1,1\n",
            "pensoin.*pension",
        ),
        (
            "declared",
            "household_id,member_key,class,kind,amount_fen,count\nh0,m0,vehicle,tank,1,1\n",
            "tank.*car",
        ),
    ],
)
def test_a_registry_that_is_not_well_written_is_refused(tmp_path, file, text, words):
    folder = write(tmp_path, [made(0, random.Random(1))])
    (folder / f"{file}.csv").write_text(text, encoding="utf-8")
    with pytest.raises((DeliveryError, RegistryError), match=words):
        read_registry(folder)


def test_an_income_of_a_kind_not_told_is_unknown_and_never_counted(tmp_path):
    households = [
        {
            "id": f"h{n}",
            "division": "310000",
            "members": [("a", "19800805", 101, [("transfer", kind, 1)])],
        }
        for n, kind in enumerate(("", "pension"))
    ]
    declared = read_registry(write(tmp_path, households))
    outcome = assessed(declared.registry, declared.places, lock.place_parameters())
    assert list(outcome.qualifies["dibao"]) == [1, 2]
    assert list(outcome.income["dibao"].known) == [False, True]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("standard_monthly=1700@31", "应写作"),
        ("luck=1@310000", "luck"),
        ("standard_monthly=17.005@310000", "两位小数"),
        ("minor_age=many@310000", "非负整数.*请写作整数"),
        ("minor_age=[1@310000", "非负整数"),
        ("minor_age=2025-02-30@310000", "非负整数"),
        ("amount_method=luck@310000", "luck.*amount_methods"),
        ("supplement_groups=[luck]@310000", "luck.*groups"),
        ("maintenance_divisor=0@310000", "不能小于 1.*请"),
        ("dibao.rigid_ratio=0.50@310000", "最低生活保障不用“.*困难家庭.rigid_expenditure"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(text, words):
    with pytest.raises(PolicyError, match=words):
        Change.parse(text)


def test_a_change_touches_no_other_place():
    files = changed(lock.place_parameters(), [Change.parse("dibao.standard_monthly=1.00@310000")])

    def held(code: str) -> Any:
        one = programmes()["dibao"]
        return files.resolve(
            one.parameters, division=code, folders=one.folders, on=date(2025, 8, 1)
        )

    assert held("310101")["standard_monthly"].use.value == 100
    assert held("440300")["standard_monthly"].use.value == 136_500


def place_with_a_word_of_its_own(root: Path) -> Any:
    """Make a place whose chapter says 不超过 until 2025 and 低于 since."""
    folder = root / "990197-words" / "standards"
    folder.mkdir(parents=True)
    (folder / "standard_monthly.yaml").write_text(
        "values:\n"
        '  2020-01-01: {value: "900.00", reference: hedui-reading, seen: example,'
        ' operator: "<="}\n'
        '  2025-01-01: {value: "900.00", reference: hedui-reading, seen: example,'
        ' operator: "<"}\n',
        encoding="utf-8",
    )
    return lock.place_parameters().with_more(read_files(root, lock.all_declared()))


def test_a_change_keeps_the_word_by_which_the_place_compares(tmp_path):
    files = place_with_a_word_of_its_own(tmp_path)
    for text in ("standard_monthly=900.00@990197", "dibao.standard_monthly=900.00@990197"):
        new = changed(files, [Change.parse(text)])
        for name, one in programmes().items():
            for day in (date(2024, 8, 1), date(2025, 8, 1)):
                values = [
                    {
                        key: found.use.value
                        for key, found in of.resolve(
                            one.parameters, division="990197", folders=one.folders, on=day
                        ).items()
                    }
                    for of in (files, new)
                ]
                assert (name, values[1]) == (name, values[0])


def test_a_change_to_the_very_same_value_changes_nothing(tmp_path):
    files = place_with_a_word_of_its_own(tmp_path / "places")
    households = [
        {
            "id": f"h{n}",
            "division": "990197",
            "members": [("a", "19800805", 101, [("transfer", "pension", 12 * 90_000 + n - 1)])],
        }
        for n in range(3)
    ]
    folder = write(tmp_path, households)
    (folder / "households.csv").write_text(
        (folder / "households.csv").read_text("utf-8").replace("2025-08-01", "2024-08-01"),
        encoding="utf-8",
    )
    told = simulated(folder, [Change.parse("standard_monthly=900.00@990197")], files)
    dibao = next(row for row in told["programmes"] if row["programme"] == "dibao")
    assert (dibao["before"], dibao["after"], dibao["in"], dibao["out"]) == (2, 2, 0, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("standard_monthly=1700.00@440300", "没有 440300 的户"),
        ("standard_monthly=1595.00@310000", "正是这个值"),
        ("standard_monthly=1700.00@000000", "另有自己的规定"),
        ("financial_months=1@310000", "没有一户的类别或金额因此改变"),
        ("standard_monthly=1700.00@310000", ""),
    ],
)
def test_a_change_without_effect_says_why(tmp_path, text, words):
    # one that is near the line, with no property
    line = ("transfer", "pension", 12 * 160_000)
    one = {"id": "h", "division": "310000", "members": [("a", "19800805", 101, [line])]}
    folder = write(tmp_path, [one])
    (folder / "households.csv").write_text(
        (folder / "households.csv").read_text("utf-8").replace("2025-08-01", "2024-08-01"),
        encoding="utf-8",
    )
    alone_ = simulated(folder, [Change.parse(text)], lock.place_parameters())["notes"]
    told = [note for note in alone_ if "影响" in note or "没有一户" in note]
    assert [words in note for note in told] == ([True] if words else [])
    two = [Scenario.parse(f"甲:{text}"), Scenario.parse("乙:standard_monthly=1800.00@310000")]
    notes = side_by_side(read_registry(folder), two, lock.place_parameters())["notes"]
    assert [note for note in notes if note.startswith("甲:")] == [f"甲:{note}" for note in told]
    assert not [note for note in notes if note.startswith("乙:")]


def test_a_registry_may_come_as_parquet(tmp_path):
    folder = write(tmp_path, [made(n, random.Random(n)) for n in range(20)])
    change = [Change.parse("standard_monthly=1700.00@310000")]
    before = simulated(folder, change, lock.place_parameters())
    with duckdb.connect() as connection:
        for path in folder.glob("*.csv"):
            table = f"SELECT * FROM read_csv('{path}', all_varchar = true)"
            connection.execute(f"COPY ({table}) TO '{path.with_suffix('.parquet')}'")
            path.unlink()
    assert simulated(folder, change, lock.place_parameters()) == before


def test_scenarios_side_by_side_come_to_what_each_comes_to_alone(tmp_path):
    chance = random.Random(5)
    folder = write(tmp_path, [made(n, chance) | {"division": "310000"} for n in range(120)])
    texts = ("高:standard_monthly=1700.00@310000", "低:standard_monthly=1500.00@310000")
    told = side_by_side(
        read_registry(folder), [Scenario.parse(text) for text in texts], lock.place_parameters()
    )
    assert [one["name"] for one in told["scenarios"]] == ["高", "低"]
    for one in told["scenarios"]:
        single = simulated(
            folder, Scenario.parse(f"x:{one['changes'][0]}").changes, lock.place_parameters()
        )
        assert {**one, "name": ""} == {
            "name": "", **{key: single[key] for key in ("changes", "programmes", "income")}
        }  # fmt: skip


def test_every_household_is_of_one_size_one_age_and_one_place_and_on_one_side_of_the_line(tmp_path):
    chance = random.Random(9)
    folder = write(tmp_path, [made(n, chance) for n in range(200)])
    told = simulated(
        folder, [Change.parse("standard_monthly=1700.00@310000")], lock.place_parameters()
    )
    for row in told["programmes"]:
        for kind in ("by_size", "by_age", "by_place"):
            assert sum(group["households"] for group in row[kind]) == 200
            assert sum(group["in"] for group in row[kind]) == row["in"]
    for side in told["income"].values():
        assert sum(side["counts"]) + side["uncounted"] == 200


def test_income_stands_in_the_tenth_of_its_own_line_to_the_fen(tmp_path):
    line = 12 * 159_500
    households = [
        {
            "id": f"h{n}",
            "division": "310000",
            "members": [("a", "19800805", 101, [("transfer", "pension", fen)])],
        }
        for n, fen in enumerate((0, line - 1, line, 2 * line - 1, 2 * line, 9 * line))
    ]
    told = simulated(
        write(tmp_path, households),
        [Change.parse("standard_monthly=3190.00@310000")],
        lock.place_parameters(),
    )
    before, after = (told["income"][side]["counts"] for side in ("before", "after"))
    assert [at for at, count in enumerate(before) for _ in range(count)] == [0, 9, 10, 19, 20, 20]
    assert [at for at, count in enumerate(after) for _ in range(count)] == [0, 4, 5, 9, 10, 20]
    assert told["income"]["after"]["at"] == ["3190.00"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["standard_monthly=1700.00@310000"], "应写作"),
        (["高:"], "应写作"),
        (["高:standard_monthly=1700.00@310000"] * 2, "同名"),
        ([f"{n}:standard_monthly=1700.00@310000" for n in range(11)], "10 个方案"),
    ],
)
def test_scenarios_that_are_not_well_written_are_refused(tmp_path, texts, words):
    declared = read_registry(write(tmp_path, [made(0, random.Random(1))]))
    with pytest.raises(PolicyError, match=words):
        side_by_side(declared, [Scenario.parse(text) for text in texts], lock.place_parameters())
