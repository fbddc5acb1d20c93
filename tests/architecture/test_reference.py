"""
The reference is complete: what the program has, its page names.

Nothing is listed here by hand. Commands, settings, acts, guards, keys of files and items of sources
are taken from where the program itself has them.
"""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from django.apps import apps
from django.conf import settings

from hedui import catalogue, procedure
from hedui.config.options import OPTIONS
from hedui.faces.cli.commands import cli
from hedui.procedure.cases.content import SCHEMA
from hedui.procedure.record.acts import REGISTRY, Registered
from hedui.procedure.record.guards import ROOMS as GUARDED_ROOMS
from hedui.procedure.record.guards import statements, trigger_names
from hedui.procedure.reports.queries import signed
from tests import cast
from tests.architecture.house import ROOT
from tests.architecture.test_documents import FENCE

REFERENCE = ROOT / "docs" / "reference"
REFUSED_WITH = re.compile(r"(?:ABORT, |gate_refuse\(|THEN )'(?:gate: )?([^']+)'")


def page(name: str) -> str:
    """Return a page of the reference."""
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands below the heading that begins so, up to the next of its level."""
    found = re.search(rf"^(#+) {re.escape(heading)}.*?(?=^\1 |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def not_named(words: Iterator[str] | set[str], text: str) -> list[str]:
    """List the words that do not stand in a text as code, alone or with others."""
    spans = " ".join(re.findall(r"`([^`]+)`", FENCE.sub("", text)))
    code = set(re.findall(r"[\w.-]+", spans))
    return sorted({word for word in words if word not in code})


def commands(group: click.Group, name: str = "hedui") -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(*one, id=one[0]) for one in commands(cli)]
)
def test_every_command_has_its_section_with_every_option_and_default(name, command):
    text = section(page("commands"), f"`{name}")
    assert text, f"no section `{name}`"
    shown = [p for p in command.params if not getattr(p, "hidden", False)]
    options = {max(p.opts, key=len) for p in shown if isinstance(p, click.Option)}
    assert not_named(options, text) == []
    told = set(re.findall(r"^\| `(--[\w-]+)`", text, re.MULTILINE))
    assert told == options
    for parameter in shown:
        if isinstance(parameter, click.Argument):
            assert parameter.human_readable_name in text
        elif parameter.required:
            assert f"| `{max(parameter.opts, key=len)}` | required |" in text
        elif isinstance(parameter.default, int) and not parameter.is_flag:
            assert f"| `{max(parameter.opts, key=len)}` | {parameter.default} |" in text


def test_every_setting_is_explained():
    rows = set(re.findall(r"^\| `(HEDUI_\w+)` \|", page("settings"), re.MULTILINE))
    assert rows == {option.name for option in OPTIONS}


def acts() -> dict[str, Registered]:
    """Return all acts; each room's modules are loaded, so that none is missed."""
    for module in pkgutil.walk_packages(procedure.__path__, "hedui.procedure."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    return REGISTRY


def test_every_act_stands_in_the_table_with_its_label_ground_and_posts():
    rows = {
        cells[0].strip(" `"): [cell.strip() for cell in cells[1:]]
        for cells in (
            line.strip("|").split("|")
            for line in page("acts").splitlines()
            if line.startswith("| `")
        )
    }
    assert rows == {
        name: [
            one.label,
            one.article,
            "、".join(role.label for role in type(next(iter(one.roles))) if role in one.roles),
        ]
        for name, one in acts().items()
    }


def guards(vendor: str) -> set[str]:
    """Return the guards of one database."""
    return {name for room in GUARDED_ROOMS for name in trigger_names(room, vendor)}


def test_every_guard_is_named_and_no_other():
    named = set(
        re.findall(
            r"`((?:record|agencies|cases|authorizations|commissions|inquiries|reports|objections|determinations|papers|rechecks|oversight)_\w+)`",
            page("gate"),
        )
    )
    tables = {model._meta.db_table for model in apps.get_models()}
    assert named - tables == guards("sqlite") | guards("postgresql")


def test_the_two_databases_differ_in_guards_only_as_the_page_says():
    differ = guards("sqlite") ^ guards("postgresql")
    assert {name.rpartition("_")[2] for name in differ} == {
        "replaced",
        "truncated",
        "now",  # PostgreSQL mints a ticket itself
        "standing",  # and its gates ask who signed themselves
    }


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_every_refusal_of_the_gate_is_told_in_its_words(vendor):
    text = page("gate")
    reasons = {
        reason
        for statement in statements("inquiries", vendor)
        for reason in REFUSED_WITH.findall(statement)
        if "_gate" in statement
    }
    assert reasons
    assert [reason for reason in reasons if f"gate: {reason}" not in text] == []


def test_every_table_of_the_database_is_in_the_data_model():
    tables = {model._meta.db_table for model in apps.get_models()}
    assert not_named(tables, page("data-model")) == []


def schema_words(schema: Any) -> Iterator[str]:
    """Yield every key that a schema allows, and every code among its values."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (value for value in schema.get("enum", []) if isinstance(value, str))
        for part in schema.values():
            yield from schema_words(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from schema_words(part)


def test_every_key_and_code_of_case_json_is_explained():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert not_named(schema_words(schema), page("case")) == []


def keys_in(value: Any) -> Iterator[str]:
    """Yield every key in a JSON value."""
    if isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from keys_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from keys_in(part)


@pytest.fixture
def report(county):
    """Return report.json of an issued report on a household with a guardian."""
    return signed(county.countersigns, report=cast.issued(county))


def test_every_key_of_report_json_is_explained(report):
    assert not_named(keys_in(report), page("report")) == []


def test_the_snippet_of_the_report_page_verifies_a_report_and_refuses_an_altered_one(
    report, tmp_path
):
    snippet = re.search(r"^```python\n(.*?)^```", page("report"), re.MULTILINE | re.DOTALL)
    assert snippet is not None
    public = Path(settings.HEDUI_KEYS_DIR) / "platform.pub.pem"
    (tmp_path / "platform.pub.pem").write_bytes(public.read_bytes())
    for body, code in ((report["report"], 0), (report["report"] | {"code": "X"}, 1)):
        written = json.dumps(report | {"report": body})
        (tmp_path / "report.json").write_text(written, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", snippet[1]],
            cwd=tmp_path,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
    assert "InvalidSignature" in done.stderr


@pytest.mark.parametrize("source", catalogue.sources().values(), ids=lambda source: source.name)
def test_every_source_has_its_columns_and_codes(source):
    text = section(page("department-files"), f"`{source.name}`")
    header = re.search(r"^name,id_number,as_of,(.+)$", text, re.MULTILINE)
    assert header is not None, f"no columns of {source.name}"
    assert set(header[1].split(",")) == set(source.items)
    for item in source.items.values():
        line = re.search(rf"^- `{item.name}`: (.+)$", text, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", line[1]) if line else []) == set(item.values)


def test_the_departments_record_is_explained_key_by_key():
    desk = (ROOT / "src" / "hedui" / "gateway" / "desk.py").read_text(encoding="utf-8")
    made = desk.partition("def entry_of(")[2]
    written = set(re.findall(r'^        "(\w+)": ', made, re.MULTILINE))
    assert {"at", "decision", "subject_masked"} <= written
    assert not_named(written, page("department-files")) == []


def test_the_check_sees_what_is_missing():
    assert not_named({"a_b", "--c", "d"}, "`a_b`, `x --c`, d") == ["d"]
    assert section("# A\n## `x y` z\nin\n### deep\n## B\nout", "`x y`") == (
        "## `x y` z\nin\n### deep\n"
    )
    assert section("# A", "B") == ""
