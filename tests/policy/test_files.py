"""The files that people write: the schema of an editor, the lock file, the cases of places."""

import json
from datetime import date
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

from hedui.policy import lock
from hedui.policy.golden import differences, read_cases
from hedui.policy.pages import pages
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


def test_every_parameter_file_fits_the_schema_that_an_editor_uses():
    found = [p for p in PARAMETERS.glob("*/*/*.yaml")]
    assert len(found) > 100
    for path in found:
        jsonschema.validate(as_an_editor_reads(path), SCHEMA)


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
