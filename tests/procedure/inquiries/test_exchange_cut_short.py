# ruff: noqa: F811 - the fixtures of test_files are taken by name
"""An exchange of files or messages that comes to nothing, or is finished twice, does no harm."""

from concurrent.futures import Future
from datetime import timedelta
from io import BytesIO
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection

from hedui.procedure.agencies.models import Department
from hedui.procedure.commissions.acts import close
from hedui.procedure.inquiries import exchange, gathering, taking, together
from hedui.procedure.inquiries.connections import connection as written_for
from hedui.procedure.inquiries.connectors import folder, upload
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.grounds import unopened
from hedui.procedure.inquiries.models import AnswerFile, Inquiry, Reply, RequestFile
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.wire.files import FileFault
from tests import cast
from tests import clerk_by_files as clerk
from tests.procedure import raw
from tests.procedure.inquiries.test_files import (  # noqa: F401 - its fixtures too
    RECEIVER,
    agreement,
    asked,
    commission,
    share,
    turn,
)


def test_a_turn_is_not_taken_while_another_process_takes_it(commission, agreement, share):
    taken = []

    def try_it():
        taken.append(exchange.exchange(agreement, lambda _: None))
        connection.close()

    with exchange._claimed(RECEIVER):
        thread = Thread(target=try_it)
        thread.start()
        thread.join()
    assert taken == [False]
    assert not list((share / "requests").iterdir())


def test_where_nothing_is_open_any_more_no_file_leaves(agreement, share, county):
    with folder.opened(RECEIVER) as line:
        body = cast.commissioned(county).body
        assert exchange.send(agreement, body, line, written_for(RECEIVER)) is None
    assert not RequestFile.objects.exists()
    assert not list((share / "requests").iterdir())


def test_outside_the_hours_agreed_nothing_is_gathered(county, share):
    local = moment().astimezone(SHANGHAI)
    hours = {
        name: (local + timedelta(hours=later)).time().replace(microsecond=0)
        for name, later in (("opens", 1), ("closes", 2))
    }
    rests = cast.agreed(Department.objects.get(source="bank"), channel="folder", **hours)
    ordered = cast.commissioned(county)
    assert gathering.gather(agreement=rests, body=ordered.body, by=WORKER) is None

    waits = unopened(ordered)
    assert {(one.member_key, one.source, one.department) for one in waits} == {
        (key, "bank", rests.department.name) for key in "abc"
    }
    assert {one.opens_at.time() for one in waits} == {rests.opens}


def test_what_a_closed_order_asked_goes_into_no_file_and_hinders_none(
    commission, agreement, share, county
):
    goes_on = cast.commissioned(county)
    dispatch(goes_on)
    close(commission=commission, by=county.countersigns)
    turn(agreement)
    [request] = RequestFile.objects.all()
    asked_in = Inquiry.objects.filter(tickets__message=request.pk)
    assert request.count == asked_in.filter(commission=goes_on).count() == 3


def test_what_lies_there_of_no_file_of_ours_is_removed(commission, agreement, share):
    (share / "requests" / f".{uuid4()}.request.csv.part").write_bytes(b"x")
    turn(agreement)
    assert not list((share / "requests").glob(".*"))
    assert len(clerk.requested(share / "requests")) == 1


def test_the_oldest_are_named_first_and_no_more_than_are_wanted(commission, agreement):
    every = list(Inquiry.objects.filter(source="bank").order_by("pk").values_list("pk", flat=True))
    assert gathering.longest_open(agreement, commission.body_id, 2) == every[:2]
    assert gathering.longest_open(agreement, commission.body_id, 9) == every


def test_a_file_ends_once_and_keeps_its_first_reason(commission, agreement, share):
    turn(agreement)
    held = RequestFile.objects.get()
    ended = gathering.keep_back(request=held, code="lost", by=WORKER).ended_at
    again = gathering.keep_back(request=held, code="interrupted", by=WORKER)
    assert (again.code, again.ended_at) == ("lost", ended)


def test_an_answer_file_is_finished_once_and_keeps_its_first_tally(commission, agreement, share):
    turn(agreement)
    said, rows = asked(share)
    clerk.answer(share / "answers", said, [clerk.account(row) for row in rows])
    turn(agreement)
    held = AnswerFile.objects.get()
    again = taking.finish_answer(answer=held, tally=taking.Tally(), by=WORKER, code="digest")
    assert (again.code, again.counts) == ("", {"kept": 3})


def test_a_message_of_many_ends_once(commission, agreement, share):
    turn(agreement)
    held = RequestFile.objects.get()
    gathering.keep_back(request=held, code="interrupted", by=WORKER)
    envelope = together._envelope(held, agreement.department)
    failed: Future[None] = Future()
    failed.set_exception(MemoryError())
    results = together._read(together.Sent(held, envelope, failed))
    assert {(one.outcome, one.code) for one in results} == {("NO_ANSWER", "MemoryError")}
    assert together.end(request=held, results=results, by=WORKER).code == "interrupted"


def test_a_table_beyond_all_bounds_is_not_digested(monkeypatch):
    monkeypatch.setattr(taking, "MOST_BYTES", 3)
    with pytest.raises(FileFault) as refused:
        taking.digest_of(BytesIO(b"four"))
    assert refused.value.code == "too_large"


def test_an_answer_of_a_department_without_a_key_is_refused(commission, agreement, share):
    turn(agreement)
    said, rows = asked(share)
    raw.drop_triggers("agencies_department_keys_are_changed_by_two")
    raw.changed(Department.objects.filter(source="bank"), public_key="")
    agreement.department.refresh_from_db()
    clerk.answer(share / "answers", said, [clerk.nothing(row) for row in rows])
    turn(agreement)
    assert AnswerFile.objects.get().code == "signature"


def test_a_manifest_that_names_other_files_than_its_own_is_refused(commission, agreement, share):
    turn(agreement)
    said, rows = asked(share)
    path = clerk.answer(share / "answers", said, [clerk.nothing(row) for row in rows])
    path.rename(path.with_name(f"{uuid4()}.answer.json"))
    turn(agreement)
    assert AnswerFile.objects.get().code == "manifest"
    assert not Reply.objects.filter(inquiry__source="bank").exists()


def test_what_an_officer_takes_by_hand_has_its_manifest_in_the_record_only(share):
    with upload.opened(RECEIVER) as line:
        line.place(f"{uuid4()}.request.json", lambda out: pytest.fail("nothing is written"))
    assert not list(share.rglob("*.sealed"))
