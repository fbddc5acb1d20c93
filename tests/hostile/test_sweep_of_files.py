"""R07 for files: of what a department writes into them beyond what was asked, nothing is left."""

import logging
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import exchange
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import AnswerFile, Reply
from hedui.procedure.record.scope import acting_as
from tests import cast
from tests import clerk_by_files as clerk
from tests.conftest import postgres_url
from tests.databases import empty_on, make_tables, pointed_at
from tests.hostile.manners import CANARY, SERIAL, UNIT
from tests.procedure.test_sealed_at_rest import dump, written

WHERE = {name: place for place, name in enumerate(clerk.HEAD)}


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
def apart(request, tmp_path, django_db_blocker):
    """Return a county for this test alone: what is agreed on here would stand for others too."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("tables"), tmp_path)
        with django_db_blocker.unblock(), pointed_at(f"sqlite:///{file}"):
            yield cast.county()
        return
    with empty_on(postgres_url(), "sweep") as url, django_db_blocker.unblock(), pointed_at(url):
        make_tables()
        yield cast.county()


def laid(answers: Path, said, rows) -> None:
    """Answer with more than was asked: in columns, as who answers, in cells that are wrong."""
    head = [*clerk.HEAD, "家庭住址", CANARY, CANARY.lower().replace("-", "_")]
    table = [[*clerk.account(row), CANARY, CANARY, CANARY] for row in rows]
    for row in table:
        row[WHERE["答复单位"]], row[WHERE["答复编号"]] = UNIT, SERIAL
    table[1][WHERE["结果"]] = table[2][WHERE["账户余额(元)"]] = CANARY
    clerk.answer(answers, said, table, head=head)
    clerk.answer(answers, said, [[CANARY, *table[0][1:]]], head=head)
    clerk.answer(answers, said, table, head=[CANARY, *head[1:]])
    stray = answers / f"{CANARY}.xlsx"
    stray.write_bytes(CANARY.encode())
    os.utime(stray, (0, 0))


def test_not_a_byte_of_what_nobody_asked_for_is_left_of_a_file(
    apart, monkeypatch, caplog, tmp_path, settings
):
    caplog.set_level(logging.DEBUG)
    for name in ("data/connections", "temporary", "requests", "answers"):
        (tmp_path / name).mkdir(parents=True)
    settings.DATA_DIR, settings.HEDUI_ANSWER_WITHIN = tmp_path / "data", 3 * 86_400
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    path_of("310101-bank").write_text(
        f'every_minutes = 0\n[folder]\nrequests = "{tmp_path}/requests"\n'
        f'answers = "{tmp_path}/answers"\n'
    )
    agreement = cast.agreed(Department.objects.get(source="bank"), channel="folder")
    dispatch(cast.commissioned(apart))
    with acting_as("machine:worker"):
        exchange.exchange(agreement, lambda _: None)
        ((said, rows),) = clerk.requested(tmp_path / "requests")
        laid(tmp_path / "answers", said, rows)
        exchange.exchange(agreement, lambda _: None)
        assert AnswerFile.objects.count() == 4
        assert Reply.objects.filter(inquiry__source="bank", outcome="FOUND").count() == 1
    kept = {"database": dump(), "logs": caplog.text.encode()}
    for place in ("data", "temporary"):
        files = (file for file in (tmp_path / place).rglob("*") if file.is_file())
        kept[place] = b"".join(file.read_bytes() for file in files)
    assert SERIAL.encode() in kept["database"]
    for text in (CANARY, UNIT):
        for how, raw in written(text).items():
            assert [place for place, content in kept.items() if raw in content] == [], how
