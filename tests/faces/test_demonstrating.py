"""A demonstration that is interrupted goes on where it was when it is started again."""

import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from hedui.batch import sample
from hedui.faces.cli import demonstrating, place
from hedui.faces.cli.installing import publish_texts
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.actor import INSTALLER, WORKER, Role
from hedui.procedure.record.moment import today
from hedui.procedure.reports.drafting import draft
from hedui.procedure.reports.models import Report
from tests import cast


@pytest.fixture
def households():
    return sample.stories(applied_on=today().replace(day=1), as_of=today())


def interrupted_at(monkeypatch, module: object, name: str, time: int) -> None:
    """Let Ctrl-C be pressed when a function is called for the so many-th time, and once only."""
    called, real = [], getattr(module, name)

    def call(*given, **named):
        called.append(name)
        if len(called) == time:
            raise KeyboardInterrupt
        return real(*given, **named)

    monkeypatch.setattr(module, name, call)


@pytest.mark.parametrize(
    ("module", "name", "time"),
    [(sample.files, "empty_items", 4), (sample, "write_case", 1), (sample, "write_case", 3)],
)
def test_what_was_half_written_is_written_whole(
    tmp_path, monkeypatch, households, module, name, time
):
    interrupted_at(monkeypatch, module, name, time)
    with pytest.raises(KeyboardInterrupt):
        demonstrating._laid_out(tmp_path, households)
    departments = demonstrating._laid_out(tmp_path, households)
    assert departments == tmp_path / "departments"
    assert {file.stem for file in departments.glob("*.csv")} == set(place.SOURCES)
    assert len(list(tmp_path.glob("cases/*/CASE.json"))) == len(households)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cases", "departments"]


def test_what_is_there_stays_as_it_is(tmp_path, households):
    file = demonstrating._laid_out(tmp_path, households) / "tax.csv"
    file.write_text("edited", encoding="utf-8")
    demonstrating._laid_out(tmp_path, households)
    assert file.read_text(encoding="utf-8") == "edited"


@pytest.fixture
def town(county, monkeypatch):
    """Have the texts and officers of the demonstration, and departments that answer at once."""
    publish_texts()
    for login, agency, roles in (
        ("jiedao", county.street, (Role.INTAKE, Role.COMMISSION)),
        ("jingban", county.body, (Role.VERIFY,)),
        ("qianfa", county.body, (Role.COUNTERSIGN,)),
    ):
        officer = cast.account(login, login)
        for role in roles:
            agencies.appoint(
                officer=officer,
                agency=agency,
                role=role,
                first_day=date(2024, 1, 1),
                by=INSTALLER,
            )

    def drafted(commission: Commission) -> Report:
        if not commission.reports.exists():
            cast.answered(commission)
        return draft(commission=commission, by=WORKER)

    monkeypatch.setattr(demonstrating, "_drafted", drafted)


@pytest.mark.parametrize(
    ("module", "name", "time"),
    [
        (demonstrating, "submit", 1),
        (demonstrating, "submit", 3),
        (demonstrating, "_drafted", 1),
        (demonstrating, "_drafted", 4),
        (demonstrating.acts, "submit", 1),
        (demonstrating.acts, "issue", 1),
    ],
)
def test_who_was_not_verified_yet_is_and_nobody_twice(
    town, monkeypatch, households, module, name, time
):
    interrupted_at(monkeypatch, module, name, time)
    with pytest.raises(KeyboardInterrupt):
        demonstrating._verify_first(households)
    for _ in range(2):
        demonstrating._verify_first(households)
        assert Case.objects.count() == Commission.objects.count() == len(households) == 4
        assert Report.objects.count() == 4
        issued = Report.objects.get(status=Report.Status.ISSUED)
        assert issued.commission == Commission.objects.order_by("id").first()


@pytest.mark.parametrize("called", [f"{Path(sys.executable).parent}/hedui", "src/__main__.py"])
def test_the_program_is_named_so_that_it_is_found_from_any_folder(tmp_path, monkeypatch, called):
    monkeypatch.setattr(sys, "argv", [called, "demo"])
    told = subprocess.run(
        ["sh", "-c", f"{demonstrating._program()} --help"],
        cwd=tmp_path,
        env={},
        text=True,
        capture_output=True,
        check=True,
    )
    assert "hedui" in told.stdout
    monkeypatch.setattr(sys, "argv", ["my folder/hedui"])
    assert shlex.split(demonstrating._program()) == [str(Path.cwd() / "my folder" / "hedui")]
