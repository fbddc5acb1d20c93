"""An installation of an earlier version is brought up to date, and its guards are on again."""

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from hedui.faces.cli.installing import bring_tables_up_to_date
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.record.guards import ROOMS, installed_triggers, lift, trigger_names
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.privileges import grant
from tests.databases import pointed_at

GATE = """CREATE TRIGGER inquiries_inquiry_gate BEFORE INSERT ON inquiries_inquiry
BEGIN
  SELECT RAISE(ABORT, 'gate') WHERE NOT EXISTS (
    SELECT 1 FROM authorizations_authorization a
    JOIN commissions_commission c ON c.id = NEW.commission_id
    WHERE a.id = NEW.authorization_id);
END"""


@pytest.fixture
def earlier(db, tmp_path):
    """Leave a SQLite database as an earlier version did: with a guard that names other tables."""
    with pointed_at(f"sqlite:///{tmp_path / 'earlier.sqlite3'}"):
        for room in ROOMS:
            call_command("migrate", room, "0001", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(GATE)
        recorder = MigrationRecorder(connection)
        for (room, name), squashed in MigrationLoader(connection).replacements.items():
            recorder.record_unapplied(room, name)
            for step in squashed.replaces:
                recorder.record_applied(*step)
        yield recorder


def wanted() -> set[str]:
    return {name for room in ROOMS for name in trigger_names(room, connection.vendor)}


def test_its_tables_are_altered_and_every_guard_is_on(earlier):
    bring_tables_up_to_date()
    assert installed_triggers() == wanted()
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_with_the_guards_on_sqlite_would_refuse(earlier):
    """What the lifting is for; where this passes one day, it can go."""
    with (
        pytest.raises(OperationalError, match="inquiries_inquiry_gate"),
        connection.schema_editor() as editor,
    ):
        editor._remake_table(Authorization)


def test_one_from_before_the_steps_were_made_one_is_told_the_way(earlier):
    earlier.record_unapplied("inquiries", "0011_guards")
    with pytest.raises(Trouble, match="2026 年 11 月以前的试用版本"):
        bring_tables_up_to_date()


@pytest.mark.postgres
def test_on_postgresql_they_stay_on(committed_postgres):
    lift()
    assert installed_triggers() == wanted()


def test_a_role_is_given_rights_on_postgresql_alone(earlier):
    with pytest.raises(Trouble, match="SQLite 没有角色"):
        grant("anybody")


def test_one_that_is_up_to_date_keeps_its_guards_on(earlier, monkeypatch):
    bring_tables_up_to_date()
    monkeypatch.setattr("hedui.procedure.record.guards.lift", pytest.fail)
    bring_tables_up_to_date()
    assert installed_triggers() == wanted()
