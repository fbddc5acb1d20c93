"""A statement that is written once finds and stores what Django's own would."""

import threading
import time

import pytest
from django.db import IntegrityError, close_old_connections, connection, connections, transaction
from django.db.models import CharField, DateField, UUIDField
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from psycopg.pq import PipelineStatus
from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency, Department, Post
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.prepared import (
    Prepared,
    end_in_one_trip,
    fresh,
    in_one_trip,
    insert,
    knowing,
    run,
)
from tests.databases import pointed_at
from tests.procedure import raw


def of_kind() -> Prepared[Agency]:
    return Prepared(
        lambda kind, division: Agency.objects.filter(kind=kind, division=division).order_by("name"),
        *(CharField(), CharField()),
    )


@pytest.fixture(autouse=True)
def unguarded(request):
    """Take off the guards of the rows of agencies, which stand here for any rows."""
    wanted = [name for name in ("committed_postgres", "db") if name in request.fixturenames]
    if not wanted:
        yield
        return
    request.getfixturevalue(wanted[0])
    told = ("with_its_entry", "is_told_by_its_act")
    rows = ("agency", "department", "post")
    raw.drop_triggers(*(f"agencies_{row}_{one}" for row in rows for one in told))
    raw.drop_triggers("agencies_agency_with_an_entry_when_changed")
    yield
    if wanted[0] != "db":  # there they come back with the rest
        raw.install("agencies")


def agency(name: str, kind: str = Agency.Kind.STREET, division: str = "310101") -> Agency:
    return Agency.objects.create(name=name, kind=kind, division=division)


def test_it_finds_what_the_query_finds_for_every_value(db):
    for name, kind in (("乙", "street"), ("甲", "street"), ("丙", "civil_affairs")):
        agency(name, kind)
    found = of_kind()
    for kind in ("street", "civil_affairs", "verification_body", "street"):
        plain = Agency.objects.filter(kind=kind, division="310101").order_by("name")
        assert found(kind, "310101") == list(plain)
    assert found("street", "310104") == []


def test_what_is_stored_between_two_runs_is_found_by_the_second(db):
    found = of_kind()
    assert found("street", "310101") == []
    made = agency("甲")
    assert found("street", "310101") == [made]


def test_a_value_is_never_read_as_sql(db):
    agency("甲")
    assert of_kind()("street' OR '1'='1", "310101") == []


def test_the_sql_is_written_once(db, monkeypatch):
    written: list[object] = []
    compiler = type(Agency.objects.all().query.get_compiler("default"))
    as_sql = compiler.as_sql

    def write(self: object, *args: object, **kwargs: object) -> object:
        written.append(self)
        return as_sql(self, *args, **kwargs)

    monkeypatch.setattr(compiler, "as_sql", write)
    found = of_kind()
    for _ in range(5):
        found("street", "310101")
    assert len(written) == 1


def test_values_come_in_the_types_of_python(db):
    made = agency("甲")
    pairs = Prepared(
        lambda key: Agency.objects.filter(pk=key).values_list("id", "name"), UUIDField()
    )
    assert pairs(made.pk) == [(made.pk, "甲")]
    days: Prepared[Department] = Prepared(
        lambda on: Department.objects.filter(first_day__lte=on), DateField()
    )
    assert days(moment().date()) == []


@pytest.fixture
def elsewhere(db, tmp_path):
    """A database of the test's own, with agencies in it and no transaction around."""
    with pointed_at(f"sqlite:///{tmp_path / 'other.sqlite3'}"):
        with connection.schema_editor() as editor:
            editor.create_model(Entry)
            editor.create_model(Agency)
        yield


def test_a_lock_outside_a_transaction_is_refused_every_time(elsewhere):
    locked = Prepared(lambda: Agency.objects.select_for_update().all())
    with transaction.atomic():
        locked()
    with pytest.raises(TransactionManagementError):
        locked()


def test_each_thread_asks_through_its_own_connection(elsewhere):
    agency("甲")
    found, seen = of_kind(), []

    def ask() -> None:
        try:
            with CaptureQueriesContext(connection) as queries:
                seen.append((len(found("street", "310101")), len(queries)))
        finally:
            connections.close_all()

    found("street", "310101")
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [(1, 1), (1, 1)]


def test_another_database_is_asked_itself(db, request):
    agency("甲")
    found = of_kind()
    assert len(found("street", "310101")) == 1
    request.getfixturevalue("elsewhere")
    assert found("street", "310101") == []


def test_rows_are_stored_as_bulk_create_stores_them(db):
    day = moment().date()
    rows = [
        Department(source="bank", division="310101", name=f"第{n}家", first_day=day, last_day=ends)
        for n, ends in enumerate((day, day, None))
    ]
    columns = [field.attname for field in Department._meta.concrete_fields if field.attname != "id"]
    with transaction.atomic():
        theirs = Department.objects.bulk_create(
            [
                Department(**{c: getattr(row, c) for c in columns} | {"source": "tax"})
                for row in rows
            ]
        )
        insert(rows)
    for ours, plain in zip(rows, theirs, strict=True):
        ours.refresh_from_db()
        plain.refresh_from_db()
        assert {c: getattr(ours, c) for c in columns} == {c: getattr(plain, c) for c in columns} | {
            "source": "bank"
        }


def test_a_moment_is_stored_as_the_same_moment_in_whatever_zone_it_is_told(db):
    at = moment()
    common = {"division": "310101", "name": "甲", "first_day": at.date()}
    told = {"bank": at, "tax": at.astimezone(SHANGHAI)}
    with transaction.atomic():
        insert(Department(**common, source=name, rests_until=then) for name, then in told.items())
    assert set(Department.objects.values_list("rests_until", flat=True)) == {at}


def test_more_rows_than_one_statement_takes_are_all_stored(db):
    at = moment()
    rows = [
        Agency(id=uuid7(), name=f"第{n}所", kind=Agency.Kind.STREET, division="310101")
        for n in range(1_500)
    ]
    with transaction.atomic():
        assert insert(iter(rows)) == rows
    assert Agency.objects.count() == 1_500
    assert at <= moment()
    assert not any(row._state.adding for row in rows)


def test_nothing_is_asked_to_store_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert(Entry() for _ in ()) == []


def test_a_new_row_knows_the_rows_that_hang_on_it(db, django_assert_num_queries):
    street = agency("甲")
    with django_assert_num_queries(0):
        post = knowing(Post(agency_id=street.pk), agency=street)
        assert post.agency is street


def test_a_fresh_row_is_the_row_that_django_makes(db):
    given = {"source": "bank", "division": "310101", "name": "甲", "first_day": moment().date()}
    empty = dict.fromkeys(("base_url", "receiver_id", "public_key"), "")
    empty |= dict.fromkeys(("last_day", "faults", "entry_id"))
    ours = fresh(Department, **given, **empty, rests_until=None)
    plain = Department(**given)
    columns = [f.attname for f in Department._meta.concrete_fields if f.attname != "id"]
    assert [getattr(ours, c) for c in columns] == [getattr(plain, c) for c in columns]
    assert ours.id != plain.id
    assert ours._state.adding
    with transaction.atomic():
        insert([ours])
    assert Department.objects.get() == ours


@pytest.mark.parametrize(
    "columns", [{"name": "甲", "kind": "street"}, {"name": "甲", "kind": "street", "colour": "红"}]
)
def test_a_row_with_a_column_too_few_or_too_many_is_not_made(columns):
    with pytest.raises(TypeError):
        fresh(Agency, **columns)


def test_a_column_that_was_not_asked_for_is_asked_for_when_it_is_wanted(
    db, django_assert_num_queries
):
    made = Department.objects.create(
        source="bank", division="310101", name="甲", first_day=moment().date()
    )
    with django_assert_num_queries(1):
        found = Department.objects.only("name").get()
        assert (found, found.name, found._state.adding) == (made, "甲", False)
    assert found.get_deferred_fields() >= {"source", "division"}
    with django_assert_num_queries(1):
        assert found.division == "310101"
    with django_assert_num_queries(1):
        whole = Department.objects.get()
        assert (whole.source, whole.get_deferred_fields()) == ("bank", set())


def under_way() -> bool:
    status = connection.connection.pgconn.pipeline_status
    return bool(status != PipelineStatus.OFF)


@pytest.mark.postgres
def test_what_is_left_of_a_transaction_goes_in_one_trip_with_its_commit(
    committed_postgres, monkeypatch
):
    found = of_kind()
    with transaction.atomic():
        end_in_one_trip()
        monkeypatch.setattr(connection.connection, "pipeline", None)  # no other trip within it
        insert([Agency(id=uuid7(), name="甲", kind="street", division="999999")])
        with in_one_trip():
            insert([Agency(id=uuid7(), name="乙", kind="street", division="999999")])
        assert under_way()
        assert [one.name for one in found("street", "999999")] == ["乙", "甲"]
    assert not under_way()
    connection.close()
    assert [one.name for one in found("street", "999999")] == ["乙", "甲"]


@pytest.mark.postgres
def test_what_fails_in_it_is_raised_by_the_commit_and_nothing_stands(committed_postgres):
    found = of_kind()
    twice = uuid7()
    with pytest.raises(IntegrityError), transaction.atomic():
        end_in_one_trip()
        insert([Agency(id=twice, name="甲", kind="street", division="999998")])
        insert([Agency(id=twice, name="乙", kind="street", division="999998")])
        insert([Agency(id=uuid7(), name="丙", kind="street", division="999998")])
    assert not under_way()
    assert found("street", "999998") == []


@pytest.mark.postgres
def test_what_the_commit_itself_refuses_is_raised(committed_postgres):
    nobody = Post(id=999_998, agency_id=uuid7(), officer_id=999_998, role="intake")
    nobody.first_day = moment().date()
    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        end_in_one_trip()
        insert([nobody])
    assert not Post.objects.filter(pk=nobody.pk).exists()


@pytest.mark.postgres
@pytest.mark.parametrize("names", [("己",), ("己", "己")])
def test_a_trip_that_is_given_up_leaves_nothing_and_the_connection_whole(committed_postgres, names):
    connection.ensure_connection()
    before = connection.connection
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        end_in_one_trip()
        for name in names:
            insert([Agency(id=uuid7(), name=name, kind="street", division="999998")])
        raise ZeroDivisionError
    assert not under_way()
    assert connection.connection is before
    assert of_kind()("street", "999998") == []


@pytest.mark.postgres
def test_within_another_block_nothing_goes_on_by_itself(committed_postgres):
    with transaction.atomic():
        with transaction.atomic():
            end_in_one_trip()
            insert([Agency(id=uuid7(), name="丁", kind="street", division="999997")])
            assert not under_way()
        assert Agency.objects.filter(division="999997").update(name="戊") == 1


def test_what_was_begun_in_one_trip_is_read_after_it_in_any_order(db):
    agency("甲")
    agency("乙", "civil_affairs")
    found = of_kind()
    others = Prepared(lambda kind: Agency.objects.filter(kind=kind), CharField())
    with transaction.atomic(), in_one_trip():
        streets, offices = found.begin("street", "310101"), others.begin("civil_affairs")
        insert([Agency(id=uuid7(), name="丙", kind="street", division="310101")])
    assert [one.name for one in offices()] == ["乙"]
    assert [one.name for one in streets()] == ["甲"]
    assert [one.name for one in found("street", "310101")] == ["丙", "甲"]


def test_what_fails_in_one_trip_undoes_all_of_it(db):
    there = agency("甲")
    other = Agency(id=uuid7(), name="乙", kind="street", division="310101")
    with pytest.raises(IntegrityError), transaction.atomic(), in_one_trip():
        insert([other])
        insert([Agency(id=there.id, name="丙", kind="street", division="310101")])
        insert([Agency(id=uuid7(), name="丁", kind="street", division="310101")])
    assert [one.name for one in of_kind()("street", "310101")] == ["甲"]


def test_postgresql_works_on_a_trip_while_we_go_on(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite 没有服务器")
    began = time.monotonic()
    with transaction.atomic(), in_one_trip():
        for _ in range(2):
            run("SELECT pg_sleep(%s)", [0.5])
        sent = time.monotonic() - began
        time.sleep(0.8)
    assert sent < 0.4
    assert 1 <= time.monotonic() - began < 1.6


def test_a_connection_that_died_while_it_was_idle_is_made_anew(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite 没有服务器")
    standing, dead, seen = threading.Event(), threading.Event(), []

    def ask() -> None:
        try:
            seen.extend(run("SELECT pg_backend_pid()", ()).fetchone())
            standing.set()
            dead.wait(10)
            close_old_connections()
            seen.append(moment())
            connection.connection.close()
            close_old_connections()
            with in_one_trip():  # of a table that `unguarded` keeps nobody from
                found = Prepared(lambda: Entry.objects.filter(index=-1)).begin()
            seen.append(found())
        finally:
            standing.set()
            connections.close_all()

    idle = threading.Thread(target=ask)
    idle.start()
    standing.wait(10)
    run("SELECT pg_terminate_backend(%s)", seen).fetchone()
    time.sleep(0.2)
    dead.set()
    idle.join()
    assert seen[1] <= moment()
    assert seen[2] == []
