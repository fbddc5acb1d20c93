"""An installation of an earlier version is brought up to date, and its guards are on again."""

import re
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from hedui.faces.cli.installing import bring_tables_up_to_date
from hedui.procedure.agencies.partner_models import Subscription
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.record.guards import ROOMS, installed_triggers, lift, trigger_names
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.privileges import grant
from tests.conftest import postgres_url
from tests.databases import empty_on, pointed_at

GATE = """CREATE TRIGGER inquiries_inquiry_gate BEFORE INSERT ON inquiries_inquiry
BEGIN
  SELECT RAISE(ABORT, 'gate') WHERE NOT EXISTS (
    SELECT 1 FROM authorizations_authorization a
    JOIN commissions_commission c ON c.id = NEW.commission_id
    WHERE a.id = NEW.authorization_id);
END"""

LAID_OUT = {
    "columns": "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,"
    " column_default FROM information_schema.columns WHERE table_schema = 'public'"
    " AND table_name NOT LIKE 'auth\\_%'",  # whose keys Django widened for new ones only
    "constraints": "SELECT conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT tablename, regexp_replace(indexdef, 'INDEX \\S+', 'INDEX')"
    " FROM pg_indexes WHERE schemaname = 'public'",
    "guards": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}


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


@pytest.fixture
def stepped(django_db_blocker):
    """Give the address of a PostgreSQL database whose tables all steps have made."""
    with empty_on(postgres_url(), "stepped") as url:
        with django_db_blocker.unblock(), pointed_at(url):
            bring_tables_up_to_date()
        yield url


def laid_out(url: str) -> dict[str, set[str]]:
    """Return what a PostgreSQL database is laid out in."""
    with psycopg.connect(url) as looking:
        return {
            kind: {" ".join(map(str, row)) for row in looking.execute(query).fetchall()}
            for kind, query in LAID_OUT.items()
        }


def wanted() -> set[str]:
    return {name for room in ROOMS for name in trigger_names(room, connection.vendor)}


def test_its_tables_are_altered_and_every_guard_is_on(earlier):
    bring_tables_up_to_date()
    assert installed_triggers() == wanted()
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_what_a_partner_subscribed_to_twice_stands_once(earlier):
    steps = [("agencies", "0001_squashed"), ("record", "0001_squashed")]
    then = MigrationLoader(connection).project_state(steps).apps
    at, entry = moment(), {"entry_id": uuid4()}
    then.get_model("record", "Entry").objects.create(id=entry["entry_id"], index=0, at=at)
    partner = then.get_model("agencies", "Partner").objects.create(
        programmes=[], last_day=at.date(), proposed_at=at, **entry
    )
    held = then.get_model("agencies", "Subscription").objects
    for code, person in (("a", "p"), ("b", "p"), ("c", "q")):
        held.create(code=code, person=person, partner=partner, began_at=at, **entry)
        at += timedelta(seconds=1)
    bring_tables_up_to_date()
    standing = Subscription.objects.filter(ended_at=None)
    assert sorted(standing.values_list("code", flat=True)) == ["a", "c"]
    assert Subscription.objects.count() == 3


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


@pytest.mark.postgres
def test_all_steps_lead_to_the_tables_that_the_models_are(stepped, own_postgres):
    """All but the indexes of beginnings, which no entry is looked up by and each would pay for."""
    by_steps, by_models = laid_out(stepped), laid_out(own_postgres.url)
    beginnings = re.compile("record_entry .*_pattern_ops")
    needless = set(filter(beginnings.match, by_models["indexes"]))
    assert len(needless) == 2
    by_models["indexes"] -= needless
    for kind in LAID_OUT:
        assert by_steps[kind] ^ by_models[kind] == set(), kind
