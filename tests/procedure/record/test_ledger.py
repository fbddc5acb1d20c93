"""The ledger 台账 tells where it was tampered with, whoever did it and however."""

import json
import re
import threading
from collections.abc import Iterator
from random import Random
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from hedui.ledger import Frontier, leaf_hash, verify
from hedui.procedure.record import checkpoints
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.checkpoints import NotYetSigned
from hedui.procedure.record.models import Entry, Head
from hedui.procedure.record.queries import first_broken_index, history_of
from tests import cast
from tests.procedure import raw
from tests.procedure.record.ledger_acts import Stopped, registered

GUARDS = (
    "record_entry_is_never_changed",
    "record_entry_is_never_deleted",
    "record_head_only_grows",
    "record_head_is_never_deleted",
)


@pytest.fixture
def ledger(county) -> Iterator[int]:
    """
    Return the length of a ledger whose guards somebody with every right has dropped.

    What is done to it is undone before the database asks whether rows cite what is not there.
    """
    raw.drop_triggers(*GUARDS)
    assert first_broken_index() is None
    with transaction.atomic():
        yield Entry.objects.count()
        transaction.set_rollback(True)


def at(index: int) -> Entry:
    return Entry.objects.get(index=index)


def rewritten(entry: Entry, **changes: object) -> str:
    return json.dumps(
        json.loads(entry.content) | changes,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def test_a_changed_content_is_found(ledger):
    raw.update(at(7), content=rewritten(at(7), actor="officer:999"))
    assert first_broken_index() == 7


def test_a_changed_leaf_is_found(ledger):
    raw.update(at(3), leaf=bytes(32))
    assert first_broken_index() == 3


@pytest.mark.parametrize(
    "column, value",
    [
        ("act", "cases.declare_nothing"),
        ("actor", "officer:999"),
        ("case", "01900000-0000-7000-8000-000000000000"),
        ("id", "01900000-0000-7000-8000-00000000000f"),
    ],
)
def test_a_column_that_no_longer_repeats_the_content_is_found(ledger, column, value):
    """The history that officers read comes from the columns."""
    entry = Entry.objects.filter(act="agencies.establish").first()
    raw.update(entry, **{column: value})
    assert first_broken_index() == entry.index


def test_a_changed_time_is_found(ledger):
    raw.update(at(2), at=at(5).at)
    assert first_broken_index() == 2


def test_a_content_rewritten_with_its_leaf_is_found_by_the_head(ledger):
    """Entry and leaf agree again; only the tree above them does not."""
    content = rewritten(at(4), detail={})
    raw.update(at(4), content=content, leaf=leaf_hash(content.encode()))
    assert first_broken_index() == ledger


def test_entries_in_another_order_are_found(ledger):
    first, second = at(5), at(6)
    raw.update(first, index=-1)
    raw.update(second, index=5)
    raw.update(first, index=6)
    assert first_broken_index() == 5


def test_a_missing_entry_is_found(ledger):
    forget(6)
    assert first_broken_index() == 6


def test_a_missing_first_entry_is_found(ledger):
    forget(0)
    assert first_broken_index() == 0


@pytest.mark.parametrize("how_many", [1, 3])
def test_a_missing_tail_is_found(ledger, how_many):
    for index in range(ledger - how_many, ledger):
        forget(index)
    assert first_broken_index() == ledger - how_many


def test_an_empty_ledger_with_a_head_is_found(ledger):
    for index in range(ledger):
        forget(index)
    assert first_broken_index() == 0


def test_an_entry_written_past_the_head_is_found(ledger):
    content = rewritten(at(1), index=ledger)
    raw.insert(
        at(1),
        id="01900000-0000-7000-8000-00000000000f",
        index=ledger,
        content=content,
        leaf=leaf_hash(content.encode()),
    )
    assert first_broken_index() in {ledger, ledger + 1}


@pytest.mark.parametrize("change", [{"size": 3}, {"roots": ""}, {"roots": "00" * 32}])
def test_a_changed_head_is_found(ledger, change):
    raw.update(Head.objects.get(), **change)
    assert first_broken_index() == ledger


def test_a_lost_head_is_found(ledger):
    raw.delete(Head.objects.get())
    assert first_broken_index() == ledger


def forget(index: int) -> None:
    raw.execute('DELETE FROM record_entry WHERE "index" = %s', [index])


def test_the_head_holds_the_frontier_of_all_leaves(county):
    cast.commissioned(county)
    frontier = Frontier()
    for entry in Entry.objects.all():
        frontier = frontier.append(bytes(entry.leaf))
    head = Head.objects.get()
    assert head.size == frontier.size == Entry.objects.count()
    assert head.roots == ",".join(root.hex() for root in frontier.roots)


def test_the_history_of_a_case_reads_in_the_order_of_the_procedure(county):
    case = cast.commissioned(county).case
    assert [line.act for line in history_of(county.intake, case=case.id)] == [
        "cases.open_case",
        "cases.declare",
        "authorizations.authorize",
        "authorizations.authorize",
        "authorizations.authorize",
        "commissions.commission",
    ]


def test_no_entry_names_a_person(county):
    cast.issued(county)
    amount = re.compile(r"(?<![0-9a-f])50400(00)?(?![0-9a-f])")
    assert amount.search('{"amount":5040000}')
    for entry in Entry.objects.all():
        for personal in (cast.ZHANG_SAN, cast.LI_SI, "张三", "李四", "张小"):
            assert personal not in entry.content
        assert not amount.search(entry.content), "digests aside, which may hold any digits"


THREADS, ACTS = 8, 12


def test_threads_that_act_at_once_leave_a_ledger_without_gaps(committed):
    """One act in four fails half-way; nothing of it stays, and no index is lost to it."""
    before = Entry.objects.count()
    start = threading.Barrier(THREADS)
    errors: list[BaseException] = []

    def work(number: int) -> None:
        by = Actor(f"officer:{number}", "王", None, frozenset({Role.INTAKE}))
        random = Random(number)
        try:
            start.wait()
            for step in range(ACTS):
                fail = random.randrange(4) == 0
                try:
                    these.found_two(name=f"线{number}-{step}", fail=fail, by=by)
                    done.append(3)
                except Stopped:
                    assert fail
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    done: list[int] = []
    with registered() as these:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert done
    indexes = list(Entry.objects.order_by("index").values_list("index", flat=True))
    assert indexes == list(range(before + sum(done)))
    assert first_broken_index() is None
    assert connection.vendor in {"sqlite", "postgresql"}


def test_the_export_says_from_where_the_columns_tell_something_else(county, ledger):
    raw.update(at(2), actor="officer:999")
    raw.update(at(5), actor="officer:999")
    found = verify.verify(checkpoints.export())
    assert (found.first_bad, found.reason) == (2, "数据库的列与内容不符")


def test_the_export_says_where_an_entry_came_in_by_no_act(county, ledger):
    raw.insert(at(ledger - 1), id=uuid4(), index=ledger)
    assert verify.verify(checkpoints.export()).first_bad == ledger


def test_an_entry_that_no_checkpoint_covers_is_not_proved_yet(county):
    first, last = at(0), Entry.objects.latest("index")
    with pytest.raises(NotYetSigned, match="30 秒后再试"):
        checkpoints.prove(first.pk)
    checkpoints.make_checkpoint()
    cast.declared(county)
    assert checkpoints.prove(last.pk).index == last.index
    with pytest.raises(NotYetSigned):
        checkpoints.prove(Entry.objects.latest("index").pk)
