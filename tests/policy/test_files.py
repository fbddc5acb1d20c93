"""The files that people write: the schema of an editor, the lock file, the cases of places."""

import json
from datetime import date
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from hedui.faces.cli.policy import policy
from hedui.policy import lock, schema
from hedui.policy.golden import differences, read_cases
from hedui.policy.pages import pages
from hedui.policy.parameter_files import ParameterError
from hedui.policy.parameters import read_files
from hedui.policy.vocabulary import vocabulary

HERE = Path(__file__).parent
PARAMETERS = Path(str(files("hedui.policy").joinpath("parameters")))
SCHEMA = json.loads(files("hedui.policy").joinpath("parameter.schema.json").read_text("utf-8"))
PLACES = lock.place_parameters().with_more(read_files(HERE / "places", lock.all_declared()))
GOLDEN = [
    (path.name, case)
    for path in sorted((HERE / "golden").glob("*.yaml"))
    for case in read_cases(path)
]


def as_an_editor_reads(path: Path) -> object:
    """Read a file the way an editor's schema checker does: days are text."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {str(key): plain(part) for key, part in value.items()}
        if isinstance(value, list):
            return [plain(part) for part in value]
        return value.isoformat() if isinstance(value, date) else value

    return plain(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_every_parameter_file_fits_the_schema_of_its_own_parameter():
    found = [*PARAMETERS.glob("*/*/*.yaml"), *(HERE / "places").glob("*/*/*.yaml")]
    assert len(found) > 200
    own = {name: jsonschema.Draft202012Validator(one) for name, one in schema.schemas().items()}
    for path in found:
        own[path.stem].validate(as_an_editor_reads(path))
    assert own.keys() == lock.all_declared().keys()


def dated(value: object, **more: object) -> dict[str, object]:
    one = {"value": value, "reference": "x", "seen": "text"}
    return {"values": {"2024-07-01": one}, **more}


@pytest.mark.parametrize(
    ("name", "good", "wrong"),
    [
        ("standard_monthly", "860.00", [860, "八百六", "860.005", True]),
        ("casual_months", 6, ["6", 13, -1]),
        ("look_back_months_wage", 1, [0]),
        ("work_cost_share", "0.30", ["30%", 0.3, "10"]),
        ("work_cost_method", "share_of_wage", ["share_of_wages"]),
        ("special_limit_groups", ["minor"], ["minor", ["minors"]]),
        ("vehicles_confirmed", True, ["true", 1]),
        ("average_floor_area", "37.40", [37.4]),
    ],
)
def test_the_schema_of_a_parameter_refuses_what_its_reader_refuses(tmp_path, name, good, wrong):
    own = jsonschema.Draft202012Validator(schema.schemas()[name])
    folder = tmp_path / "990199-a" / "income"
    folder.mkdir(parents=True)
    for value in (good, *wrong):
        content = dated(value)
        text = json.dumps(content).replace('"2024-07-01"', "2024-07-01").replace('"x"', '"649"')
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        assert own.is_valid(content) == (value is good)
        if value is good:
            read_files(tmp_path, lock.all_declared())
        else:
            with pytest.raises(ParameterError):
                read_files(tmp_path, lock.all_declared())


def test_the_schema_knows_the_unit_and_whether_a_parameter_carries_an_operator():
    line, months = (schema.schemas()[name] for name in ("standard_monthly", "casual_months"))
    valid = jsonschema.Draft202012Validator(line).is_valid
    assert valid(dated("1.00", unit="fen_monthly", operator="<="))
    assert not valid(dated("1.00", unit="fen")) and not valid(dated("1.00", operator="=<"))
    assert not jsonschema.Draft202012Validator(months).is_valid(dated(6, operator="<"))
    value = schema.schemas()["work_cost_method"]["$defs"]["dated"]["properties"]["value"]
    told = dict(zip(value["enum"], value["enumDescriptions"], strict=True))
    assert told == vocabulary()["work_cost_methods"]


def test_an_editor_finds_the_schemas_in_a_folder_and_keeps_its_other_settings(tmp_path):
    settings = tmp_path / ".vscode" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"editor.tabSize": 2}', encoding="utf-8")
    told = CliRunner().invoke(policy, ["schema", "--out", str(tmp_path)])
    assert told.exit_code == 0 and "补全" in told.output
    kept = json.loads(settings.read_text("utf-8"))
    assert kept["editor.tabSize"] == 2
    name = next(key for key, glob in kept["yaml.schemas"].items() if "standard_monthly" in glob)
    assert (tmp_path / name).is_file()
    assert read_files(tmp_path, lock.all_declared()).places == {}
    settings.write_text("{ // ", encoding="utf-8")
    told = CliRunner().invoke(policy, ["schema", "--out", str(tmp_path)])
    assert "不是可读的 JSON" in str(told.exception)


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": {"2024-07-01": {"value": "1.00", "reference": "x"}}},
        {"values": {"2024-7-1": {"value": "1.00", "reference": "x", "seen": "text"}}},
        {"values": {"2024-07-01": {"value": 1.5, "reference": "x", "seen": "text"}}},
        {"values": {}, "surplus": 1},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(wrong):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_the_lock_file_is_that_of_these_parameters():
    assert lock.released_digest() == lock.parameters_digest(lock.place_parameters()), (
        "run: hedui policy lock --out src/hedui/policy/parameters.lock.json"
    )


@pytest.mark.parametrize(
    "case", [case for _, case in GOLDEN], ids=[f"{name}: {case['name']}" for name, case in GOLDEN]
)
def test_the_golden_case_of_a_place_holds(case):
    assert differences(case, PLACES) == []


def test_every_group_of_words_is_used_for_something():
    groups = {entry.words for entry in lock.all_declared().values()} | {"operators"}
    assert "work_cost_methods" in groups
    assert set(vocabulary()) >= groups - {""}


@pytest.mark.parametrize(("name", "text"), pages().items(), ids=list(pages()))
def test_the_reference_page_is_what_the_rules_say(name, text):
    there = HERE.parents[1] / "docs" / "reference" / name
    assert there.read_text("utf-8") == text, "run: hedui policy pages --out docs/reference"
