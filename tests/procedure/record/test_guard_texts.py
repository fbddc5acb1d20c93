"""A guard that was written anew under its own name is found by its text, on either database."""

import pytest
from django.db import connection

from hedui.faces.cli.checking import findings
from hedui.procedure.record.guard_texts import altered_guards
from tests.procedure import raw

pytestmark = pytest.mark.django_db
STANDING = "authorizations_authorization_is_signed_with_standing"
LOOKS = "commissions_looks_within_budget"
ON = {STANDING: "authorizations_authorization", LOOKS: "record_entry"}


def told() -> list[tuple[str, str]]:
    guards = ("数据库防线", "数据库中防线", "数据库中缺少")
    return [(one.level, one.what) for one in findings() if one.what.startswith(guards)]


def anew(name: str, does: str, when: str = "") -> None:
    """Put a trigger in the place of a guard, as somebody can who owns the tables."""
    raw.drop_triggers(name)
    raw.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {ON[name]} {when} {does}")


def test_those_of_an_installation_are_those_of_this_version():
    assert altered_guards() == []
    assert any(level == "ok" and "道齐全" in what for level, what in told())


def test_one_that_refuses_nothing_any_more_is_named():
    if connection.vendor == "sqlite":
        anew(STANDING, "BEGIN SELECT 1; END")
    else:
        anew(STANDING, "FOR EACH ROW EXECUTE FUNCTION hedui_authorization_is_of_one_case()")
    assert altered_guards() == [STANDING]
    assert ("error", f"数据库中防线的内容不是本版本的:{STANDING}") in told()
    assert not any("道齐全" in what for _, what in told())


def test_so_is_one_that_looks_at_fewer_rows():
    if connection.vendor == "sqlite":
        raw.drop_triggers(STANDING)
        raw.execute(
            f"CREATE TRIGGER {STANDING} BEFORE INSERT ON authorizations_authorization"
            " WHEN NEW.signed_on < '2000-01-01' BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
        assert altered_guards() == [STANDING]
        return
    does = "EXECUTE FUNCTION hedui_looks_within_budget()"
    when = "FOR EACH ROW WHEN (NEW.act = 'cases.look' AND NEW.actor LIKE 'officer:%')"
    anew(LOOKS, does, when)
    assert altered_guards() == [LOOKS]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite 没有函数")
@pytest.mark.parametrize("what", ["source", "rights", "settings"])
def test_on_postgresql_so_is_a_function_that_a_guard_calls(what):
    raw.drop_triggers()  # skips where the suite is served by who does not own the tables
    name = "hedui_authorization_is_signed_with_standing"
    raw.execute(
        {
            "source": f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
            " SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
            " AS $$ BEGIN RETURN NEW; END $$",
            "rights": f"ALTER FUNCTION {name}() SECURITY INVOKER",
            "settings": f"ALTER FUNCTION {name}() SET search_path = pg_temp, public",
        }[what]
    )
    assert altered_guards() == [name]
    assert told() == [("error", f"数据库中防线的内容不是本版本的:{name}")]
