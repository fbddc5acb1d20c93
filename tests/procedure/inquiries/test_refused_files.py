# ruff: noqa: F811 - the fixtures of test_files are taken by name
"""A file of answers that is not taken as a whole is told of where somebody sees it."""

import os
from functools import partial
from uuid import UUID

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from hedui.procedure.inquiries import sealed_files
from hedui.procedure.inquiries.by_hand import files_of
from hedui.procedure.inquiries.connectors import folder
from hedui.procedure.inquiries.failures import FAILURES, failure_of_file
from hedui.procedure.inquiries.models import AnswerFile
from hedui.procedure.inquiries.sendings import sendings_about
from hedui.procedure.reports import tasks
from tests import cast
from tests import clerk_by_files as clerk
from tests.procedure.inquiries.test_files import (  # noqa: F401 - its fixtures too
    agreement,
    asked,
    commission,
    share,
    turn,
)

NAME, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def listed(to_mend):
    return partial(to_mend, "label")


def test_it_stands_once_under_the_newest_agreement(commission, agreement, share, county):
    turn(agreement)
    said, _ = asked(share)
    table = clerk.written(clerk.HEAD, [])
    clerk.leave(
        share / "answers", clerk.manifest_for(said, table, 3, correlation_id=f"{NAME}"), table
    )
    turn(agreement)
    cast.agreed(agreement.department, channel="folder", items=["bank.balance_fen"])
    listed = [one for one in files_of(county.prepares) if one.agreement.department.source == "bank"]
    assert [len(one.refused) for one in listed] == [1, 0]


def test_of_an_answer_beyond_all_bounds_no_more_is_copied_than_shows_it(share, monkeypatch):
    monkeypatch.setattr(folder, "MOST_BYTES", 100)
    (share / "answers" / "endless").write_bytes(b"x" * (5 << 20))
    with folder.opened("310101-bank") as line, line.open("endless") as came:
        assert 100 < len(came.read()) < 5 << 20


def test_the_answer_is_among_what_was_done_with_the_file_of_a_person(commission, agreement, share):
    turn(agreement)
    said, rows = asked(share)
    clerk.answer(share / "answers", said, [clerk.account(row) for row in rows])
    turn(agreement)
    member = commission.case.members.get(key="a")
    (sending,) = [one for one in sendings_about(member) if one.entries]
    assert AnswerFile.objects.get().entry_id in sending.entries


def test_a_code_that_nobody_has_thought_of_yet_has_a_kind():
    assert failure_of_file("no such code") == FAILURES["file_refused"]


def test_it_is_a_task_until_another_is_taken(commission, agreement, share, listed):
    turn(agreement)
    said, rows = asked(share)
    table = clerk.written(clerk.HEAD, [clerk.nothing(row) for row in rows])
    for correlation in (
        "00000000-0000-7000-8000-000000000000",
        "00000000-0000-7000-8000-0000000000ff",
    ):
        manifest = clerk.manifest_for(said, table, 3, correlation_id=correlation)
        clerk.leave(share / "answers", manifest, table)
    turn(agreement)
    unknown = "反馈文件整份没有采用:清单所答的请求文件本机构没有发出过"
    assert listed() == [("bank", unknown, 2)]
    assert {one.request for one in AnswerFile.objects.all()} == {None}
    clerk.answer(share / "answers", said, [clerk.account(row) for row in rows])
    turn(agreement)
    assert listed() == []


def test_which_request_it_answers_is_kept_once_that_is_known(commission, agreement, share, listed):
    turn(agreement)
    said, rows = asked(share)
    table = clerk.written(clerk.HEAD, [clerk.nothing(row) for row in rows])
    path = clerk.leave(share / "answers", clerk.manifest_for(said, table, 3), table[:-20])
    os.utime(path, (0, 0))  # it has had the time to be written
    turn(agreement)
    (held,) = AnswerFile.objects.all()
    assert (held.code, str(held.request_id)) == ("digest", said["message_id"])


def test_one_of_another_name_is_recorded_once_and_neither_its_name_nor_what_it_holds(
    commission, agreement, share, listed
):
    path = share / "answers" / "张三.xlsx"
    path.write_bytes(b"x")
    os.utime(path, (0, 0))
    turn(agreement)
    turn(agreement)
    (held,) = AnswerFile.objects.all()
    assert (held.code, held.request, held.counts, held.faults) == ("name", None, {}, [])
    assert listed() == [("bank", "反馈文件整份没有采用:文件名不合规定,或者没有清单,未被阅看", 1)]


# ------------------------------------------------------------------ what waits, sealed


def test_what_was_acknowledged_is_on_the_disk_before_it_is(share, monkeypatch):
    done = []
    real = os.fsync

    def synced(descriptor):
        done.append(os.readlink(f"/proc/self/fd/{descriptor}").rpartition("/")[2])
        real(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    for name in (NAME, OTHER):
        sealed_files.keep(name, b"x")
    assert done == ["data", f"{NAME}.part", "by-hand", f"{OTHER}.part", "by-hand"]


def test_what_a_task_has_still_to_take_in_is_not_destroyed_however_old(share, db):
    for name in (NAME, OTHER):
        sealed_files.keep(name, b"x")
        os.utime(share / "data" / "by-hand" / f"{name}.sealed", (0, 0))
    task = tasks.take_in_message.enqueue(str(NAME), "2026-01-01T00:00:00+08:00")
    tasks.forget_sealed()
    assert sealed_files.open_kept(NAME) == b"x"
    with pytest.raises(FileNotFoundError):
        sealed_files.open_kept(OTHER)
    DBTaskResult.objects.filter(pk=task.id).update(status=TaskResultStatus.SUCCESSFUL)
    tasks.forget_sealed()
    with pytest.raises(FileNotFoundError):
        sealed_files.open_kept(NAME)
