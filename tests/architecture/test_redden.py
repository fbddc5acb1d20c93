"""Each import contract 导入约定 has been seen red: a stub of the house, one breach at a time."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

FLOORS = "The floors of the house"
ONE_WAY = "The procedure runs one way"
NO_FRAMEWORK = "What an outsider must recompute needs no framework"
DOORS = "Three doors to the outside"
DISPATCH = "Only dispatch reaches a connector"
NO_NUMBER = "Rules and comparison never see an ID number"
FACES = "Faces do not know one another"
PROGRAMMES = "Programmes do not know one another"
CONNECTORS = "Connectors do not know one another"

PACKAGES = (
    "values catalogue wire ledger policy policy/rules policy/programmes/dibao"
    " policy/programmes/dibao_edge comparison batch gateway faces/cli faces/workbench faces/api"
    " config procedure/record procedure/agencies procedure/cases procedure/authorizations"
    " procedure/commissions procedure/inquiries/connectors procedure/reports procedure/objections"
    " procedure/determinations procedure/papers procedure/rechecks procedure/oversight"
)
MODULES = {
    "values/resident_id.py": "",
    "values/identity.py": "from hedui.values import resident_id",
    "procedure/inquiries/connectors/https_json.py": "from hedui.procedure.record import lines",
    "procedure/inquiries/connectors/folder.py": "",
    "procedure/inquiries/connectors/sftp.py": "import asyncssh",
    "procedure/record/witness.py": "from hedui.procedure.record import lines",
    "procedure/record/lines.py": "",
    "faces/api/webhooks.py": "from hedui.procedure.record import lines",
    "procedure/inquiries/reconciling.py": "from hedui.procedure.inquiries.connectors import folder",
    "procedure/inquiries/later.py": "from hedui.procedure.inquiries.connectors import folder",
    "procedure/inquiries/correcting.py": "from hedui.procedure.inquiries.connectors import folder",
    "procedure/inquiries/exchange.py": "from hedui.procedure.inquiries.connectors import folder",
    "procedure/inquiries/together.py": "from hedui.procedure.inquiries.connectors import folder",
    "procedure/inquiries/collecting.py": "from hedui.procedure.inquiries.connectors import folder",
    "procedure/inquiries/dispatch.py": "from hedui.procedure.inquiries.connectors import folder",
}
BREACHES = [
    (FLOORS, "policy/x.py", "from hedui.procedure import cases"),
    (FLOORS, "policy/x.py", "from hedui import comparison"),
    (FLOORS, "values/x.py", "from hedui import wire"),
    (FLOORS, "gateway/x.py", "from hedui.procedure import cases"),
    (FLOORS, "procedure/reports/x.py", "from hedui.faces import cli"),
    (FLOORS, "utils/__init__.py", ""),
    (ONE_WAY, "procedure/cases/x.py", "from hedui.procedure import reports"),
    (ONE_WAY, "procedure/record/x.py", "from hedui.procedure import agencies"),
    (ONE_WAY, "procedure/common/__init__.py", ""),
    (NO_FRAMEWORK, "wire/x.py", "from django.db import models"),
    (NO_FRAMEWORK, "gateway/x.py", "import django"),
    (DOORS, "procedure/reports/x.py", "from hedui.procedure.record import lines"),
    (DOORS, "procedure/reports/x.py", "import asyncssh"),
    (DOORS, "faces/cli/x.py", "from hedui.procedure.record import lines"),
    (DISPATCH, "faces/cli/x.py", "from hedui.procedure.inquiries.connectors import folder"),
    (NO_NUMBER, "policy/rules/x.py", "from hedui.values import resident_id"),
    (NO_NUMBER, "comparison/x.py", "from hedui.values import identity"),
    (FACES, "faces/cli/x.py", "from hedui.faces import workbench"),
    (PROGRAMMES, "policy/programmes/dibao/x.py", "from hedui.policy.programmes import dibao_edge"),
    (
        CONNECTORS,
        "procedure/inquiries/connectors/x.py",
        "from hedui.procedure.inquiries.connectors import folder",
    ),
]


def write(house: Path, name: str, text: str) -> None:
    """Write a module of the stub, with the packages it stands in."""
    path = house / "src" / "hedui" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
    for package in path.relative_to(house / "src").parents:
        if package.name:
            (house / "src" / package / "__init__.py").touch()


def verdicts(house: Path) -> dict[str, bool]:
    """Run the linter over the stub: contract → kept."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=house,
        env={"PYTHONPATH": str(house / "src"), "PYTHONUTF8": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    ends = {" KEPT": True, " BROKEN": False}
    found = {
        line.removesuffix(end): kept
        for line in run.stdout.splitlines()
        for end, kept in ends.items()
        if line.endswith(end)
    }
    assert found, run.stdout + run.stderr
    return found


@pytest.fixture(scope="module")
def stub(tmp_path_factory):
    house = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", house)
    for package in PACKAGES.split():
        write(house, f"{package}/__init__.py", "")
    for name, text in MODULES.items():
        write(house, name, text)
    return house


def test_the_stub_keeps_every_contract(stub):
    assert set(verdicts(stub).values()) == {True}


@pytest.mark.parametrize(("contract", "name", "text"), BREACHES)
def test_a_breach_is_caught_by_its_contract(stub, tmp_path, contract, name, text):
    house = shutil.copytree(stub, tmp_path / "house")
    write(house, name, text)
    assert verdicts(house)[contract] is False


def test_every_contract_has_been_seen_red(stub):
    assert set(verdicts(stub)) == {contract for contract, _, _ in BREACHES}
