"""What another program read or computed is not taken up: neither here nor on another machine."""

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

import hedui
from hedui.batch.recheck import versions
from tests.batch.test_recheck import program, results, write, written

SOURCE = Path(hedui.__file__).parent


@pytest.fixture
def copied(tmp_path):
    """Copy the program."""
    parts = shutil.ignore_patterns("__pycache__", "faces", "procedure", "sample")
    shutil.copytree(SOURCE, tmp_path / "src/hedui", ignore=parts)
    return tmp_path / "src/hedui"


@pytest.fixture
def named(copied, monkeypatch):
    """Name the copy as it stands: the program, and what reads the bank."""
    monkeypatch.setattr(versions, "files", lambda _: copied)

    def name() -> tuple[str, str]:
        for read_once in (versions.program, versions.reader, versions._digest):
            read_once.cache_clear()
        return versions.program(), versions.reader("bank")

    yield name
    monkeypatch.undo()
    name()


@pytest.mark.parametrize(
    ("file", "reads"),
    [
        ("policy/rounding.py", False),
        ("policy/rules/income.py", False),
        ("policy/programmes/dibao/rules.py", False),
        ("policy/programmes/dibao/programme.yaml", False),
        ("policy/vocabulary.yaml", False),
        ("policy/kinds.py", True),
        ("comparison/found.py", False),
        ("values/names.py", True),
        ("values/data/divisions.csv", True),
        ("catalogue/items.py", True),
        ("catalogue/sources/bank.yaml", True),
        ("catalogue/sources/tax.yaml", False),
        ("batch/told.py", True),
        ("batch/fit.py", True),
        ("batch/asked.py", False),
        ("batch/delivery.py", True),
        ("batch/recheck/values.py", True),
        ("batch/recheck/lines.py", False),
    ],
)
def test_a_change_in_what_decides_is_another_program(copied, named, file, reads):
    before = named()
    with (copied / file).open("a") as changed:
        changed.write("\n")
    after = named()
    assert after[0] != before[0]
    assert (after[1] != before[1]) is reads


def test_parameters_which_have_prints_of_their_own_are_not_the_program(copied, named):
    before = named()
    for path in (copied / "policy/parameters").rglob("*.yaml"):
        path.write_text("")
    assert named() == before


def imported(module: str) -> set[str]:
    """Name all modules that one rests on, as paths without their ending."""
    graph = grimp.build_graph("hedui")
    return {
        name.removeprefix("hedui.").replace(".", "/")
        for name in graph.find_upstream_modules(f"hedui.batch.recheck.{module}")
    }


def test_nothing_that_decides_is_left_out():
    assert {name.partition("/")[0] for name in imported("run")} <= set(versions.FLOORS)
    told = [name.removesuffix(".py") for name in versions.READERS]
    left_out = {
        name for name in imported("canonical")
        if not any(name == one or name.startswith(f"{one}/") for one in told)
    }  # fmt: skip
    # what packages give under their own name, names of programmes, and this
    assert left_out == {"catalogue", "catalogue/programmes", "batch/recheck/versions"}


def test_what_was_read_before_a_word_of_the_catalogue_was_known_is_read_again(
    delivered, copied, monkeypatch
):
    """Else a tax of a kind that has become known would stay one that nobody can read."""
    for part in ("faces", "procedure"):
        shutil.copytree(SOURCE / part, copied / part, symlinks=True)
    monkeypatch.setenv("PYTHONPATH", str(copied.parent))
    tax = delivered / "sources/tax.csv"
    write(tax, [line | {"income_type": "计件工资"} for line in written(tax)])
    page = copied / "catalogue/sources/tax.yaml"
    known = page.read_text(encoding="utf-8")
    first = recheck(delivered, "out")
    assert known.count("[工资薪金,") == 1
    page.write_text(known.replace("[工资薪金,", "[计件工资, 工资薪金,"), encoding="utf-8")
    again, afresh = recheck(delivered, "out"), recheck(delivered, "afresh")
    assert first["findings.parquet"] != afresh["findings.parquet"]
    assert again == afresh
    assert len(list((delivered / "out/.work").glob("tax-*.parquet"))) == 1


def recheck(delivered: Path, out: str) -> dict[str, bytes]:
    subprocess.run([sys.executable, *program(delivered, out)[1:]], check=True, capture_output=True)
    return results(delivered / out)
