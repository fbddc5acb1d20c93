"""
Acts lock rows in a way that lets others point to them: they wait, but never in a ring.

What points to a row is checked at the commit, when the head of the ledger is locked already; who
held such a row against that and waited for the head would wait for ever.
"""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

import hedui
from hedui.procedure.authorizations.models import Enrolment
from hedui.procedure.cases.acts import declare, fill_in
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.commissions.acts import commission
from tests import cast


def printing(place: cast.County, case: Case) -> Any:
    return cast.printed(place, case.members.get(key="b"))


def registering(place: cast.County, case: Case) -> Any:
    return cast.authorize(place, case.members.get(key="b"))


def filling_in(place: cast.County, case: Case) -> Any:
    return fill_in(case=case, content=cast.zhang_family(case.applied_on), by=place.intake)


def declaring(place: cast.County, case: Case) -> Any:
    return declare(case=case, content=cast.zhang_family(case.applied_on), by=place.intake)


def commissioning(place: cast.County, case: Case) -> Any:
    return commission(case=case, by=place.intake)


def enrolling(place: cast.County, case: Case) -> Enrolment:
    from hedui.procedure.authorizations.electronic import enrol

    return enrol(member=case.members.get(key="b"), by=place.intake).enrolment


ALONE = {"record/acts.py", "record/checkpoints.py"}  # nothing points to the head of the ledger
ACTS = (printing, registering, filling_in, declaring, commissioning, enrolling)


@pytest.mark.postgres
@pytest.mark.parametrize("act", ACTS)
def test_rows_may_point_to_what_an_act_holds(committed_postgres, act):
    """An insert elsewhere takes this lock on what it points to; two that wait so make a ring."""
    place, case = committed_postgres, cast.declared(committed_postgres)
    held, seen = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def run(turn: Callable[[cast.County, Case], Any]) -> None:
        try:
            with transaction.atomic():
                turn(place, case)
                held.set()
                assert seen.wait(60)
        except BaseException as error:
            errors.append(error)
        finally:
            held.set()
            connections.close_all()

    thread = threading.Thread(target=run, args=(act,))
    thread.start()
    assert held.wait(60)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, where in ((Case, "id"), (Member, "case_id")):
                name = table._meta.db_table
                cursor.execute(
                    f"SELECT 1 FROM {name} WHERE {where} = %s FOR KEY SHARE NOWAIT", [case.pk]
                )
    finally:
        seen.set()
        thread.join()
    assert errors == []


def test_every_lock_of_the_procedure_lets_rows_point_to_what_it_holds():
    procedure = Path(hedui.__file__).parent / "procedure"
    found, wrong = 0, []
    for file in sorted(procedure.rglob("*.py")):
        for call in re.findall(r"\.select_for_update\(([^)]*\)?[^)]*)\)", file.read_text("utf-8")):
            found += 1
            name = file.relative_to(procedure).as_posix()
            if "no_key=True" not in call and "skip_locked" not in call and name not in ALONE:
                wrong.append(f"{name}: {call}")
    assert found > 15
    assert wrong == []
