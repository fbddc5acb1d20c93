"""A kept result is computed again bit for bit, or honestly not; coming rules run beside it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from hedui.faces.cli.policy import policy
from hedui.policy import compute, lock
from hedui.policy.parameters import read_files
from hedui.policy.replay import NotReplayable, kept_results, replayed, shadowed
from hedui.wire.canonical import canonical

CASE = {
    "name": "一户",
    "programme": "any",
    "division": "310000",
    "as_of": "2024-08-01",
    "members": [
        {
            "key": "a",
            "birth_date": "1980-01-01",
            "incomes": [{"class": "transfer", "kind": "pension", "amount": "10319.88"}],
            "assets": [
                {"class": "real_estate", "kind": "residence", "floor_area": 60.5, "share": 1.0}
            ],
        }
    ],
    "expect": {"amount": "1.00"},
}


def kept(**more: Any) -> dict[str, Any]:
    """Keep a result as a report does: as the bytes of JSON."""
    return json.loads(canonical(compute(CASE, **more).report()))


def coming(folder: Path) -> Path:
    place = folder / "310000-shanghai" / "standards"
    place.mkdir(parents=True)
    (place / "standard_monthly.yaml").write_text(
        'values:\n  2027-01-01: {value: "1700.00", reference: worked-example, seen: example}\n',
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize(
    "more", [{}, {"basis": "found", "silent": {"a": {"assets.deposit", "incomes.wage"}}}]
)
def test_a_kept_result_comes_out_the_same_bit_for_bit(more):
    result = kept(**more)
    assert result["inputs"]["case"]["as_of"] == "2024-08-01"
    assert not {"name", "expect"} & set(result["inputs"]["case"])
    assert replayed(result) == ()


def test_a_result_that_was_changed_is_told_from_one_that_was_not():
    result = kept()
    result["amount"] = "735.02"
    (only,) = replayed(result)
    assert (only.name, only.before, only.after) == ("amount", "735.02", "735.01")
    result = kept()
    result["steps"][0]["value"] = "9"
    assert [one.name for one in replayed(result)] == ["steps"]


@pytest.mark.parametrize("field", ["version", "parameters_digest"])
def test_other_rules_or_parameters_are_refused_with_the_way_to_get_them(field):
    result = kept()
    result["rules"][field] = "another"
    with pytest.raises(NotReplayable, match=r"不能重放.*git log -S") as refused:
        replayed(result)
    assert "another" in str(refused.value)
    assert result["rules"]["program"] in str(refused.value)


def test_a_result_computed_by_a_folder_of_its_own_needs_that_folder(tmp_path):
    place = lock.place_parameters().with_more(read_files(coming(tmp_path), lock.all_declared()))
    result = json.loads(
        canonical(compute(CASE, parameters=place, rules_of=date(2027, 1, 1)).report())
    )
    with pytest.raises(NotReplayable):
        replayed(result)
    assert replayed(result, place) == ()


def test_a_report_holds_two_results_and_an_older_one_without_inputs_is_refused():
    body = {"assessment": {"declared": kept(), "found": kept(basis="found"), "accepted": None}}
    assert [one["basis"] for one in kept_results({"report": body})] == ["declared", "found"]
    del body["assessment"]["found"]["inputs"]
    with pytest.raises(NotReplayable, match="没有保留"):
        kept_results({"report": body})
    with pytest.raises(NotReplayable, match="没有规则试算"):
        kept_results({"report": {"assessment": None}})
    with pytest.raises(NotReplayable, match="没有规则试算的结果"):
        kept_results({"report": {"assessment": {"accepted": None}}})


def test_coming_parameters_are_computed_beside_those_in_force(tmp_path):
    place = lock.place_parameters().with_more(read_files(coming(tmp_path), lock.all_declared()))
    found = {one.name: (one.before, one.after) for one in shadowed(kept(), place, date(2027, 1, 1))}
    assert found == {"amount": ("735.01", "840.01")}


def test_the_commands_replay_and_shadow_say_so(tmp_path):
    run = CliRunner().invoke
    result = tmp_path / "report.json"
    body = {"report": {"assessment": {"declared": kept()}}}
    result.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    assert run(policy, ["replay", str(result)]).output == "declared:逐字节相同\n"
    folder = coming(tmp_path / "coming")
    told = run(policy, ["shadow", str(result), "--coming", str(folder), "--on", "2027-01-01"])
    assert "月金额(试算):735.01元 → 840.01元" in told.output
    assert told.output.splitlines()[-1] == "共 1 例,1 例有不同。"
    body["report"]["assessment"]["declared"]["amount"] = "1.00"
    result.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    assert run(policy, ["replay", str(result)]).exit_code == 1


def test_what_a_coming_rule_changes_is_told_in_the_words_of_the_report(tmp_path):
    person = {"key": "a", "birth_date": "1980-01-01", "employed": True}
    line = {"class": "transfer", "kind": "pension", "amount": "19800.00"}
    case = {"name": "一户", "programme": "dibao", "division": "310000", "as_of": date(2026, 8, 1)}
    path = tmp_path / "case.yaml"
    path.write_text(
        yaml.safe_dump([{**case, "members": [{**person, "incomes": [line]}]}], allow_unicode=True),
        encoding="utf-8",
    )
    words = ["shadow", str(path), "--coming", str(coming(tmp_path / "coming"))]
    told = CliRunner().invoke(policy, [*words, "--on", "2027-01-01"]).stdout
    assert "收入条件:不符合 → 符合" in told
    assert "类别:无 → 最低生活保障" in told
    assert "月金额(试算):0.00元 → " in told
    assert "{" not in told and "[" not in told and "_" not in told


def test_a_coming_rule_is_set_beside_the_place_of_a_folder_of_its_own(tmp_path):
    for folder, standard in (("own", "900.00"), ("coming", "1000.00")):
        chapter = tmp_path / folder / "990101-place" / "standards"
        chapter.mkdir(parents=True)
        (chapter / "standard_monthly.yaml").write_text(
            f'values:\n  2020-01-01: {{value: "{standard}", reference: worked-example,'
            " seen: example}\n",
            encoding="utf-8",
        )
    path = tmp_path / "case.yaml"
    path.write_text(
        "programme: dibao\ndivision: '990101'\nas_of: 2026-08-01\n"
        "members: [{key: a, birth_date: 1980-01-01, employed: true}]\n",
        encoding="utf-8",
    )
    words = ["shadow", str(path), "--coming", str(tmp_path / "coming")]
    found = CliRunner().invoke(policy, [*words, "--parameters", str(tmp_path / "own")])
    assert found.exit_code == 0
    assert "月金额(试算):900.00元 → 1000.00元" in found.stdout


def test_one_of_several_cases_is_computed_by_its_name(tmp_path):
    path = tmp_path / "cases.yaml"
    case = {"programme": "dibao", "division": "310000", "as_of": date(2024, 8, 1)}
    good = {**case, "members": [{"key": "a", "birth_date": "1980-01-01"}]}
    path.write_text(
        yaml.safe_dump(
            [{"name": "甲", **good}, {"name": "乙", **good, "luck": 1}], allow_unicode=True
        ),
        encoding="utf-8",
    )
    one = CliRunner().invoke(policy, ["compute", str(path), "--name", "甲"])
    assert (one.exit_code, one.stderr) == (0, "") and one.stdout.startswith("甲(")
    none = CliRunner().invoke(policy, ["compute", str(path), "--name", "丙"])
    assert "没有名为“丙”的案例" in str(none.exception) and "甲、乙" in str(none.exception)
    both = CliRunner().invoke(policy, ["compute", str(path)])
    assert "2 个案例" in both.stderr and "hedui policy test" in both.stderr
    assert "案例“乙”" in str(both.exception) and "luck" in str(both.exception)
