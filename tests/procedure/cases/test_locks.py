"""Acts on one case lock it in a way that lets rows point to it: they wait, but never in a ring."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from hedui.procedure.authorizations.models import Enrolment
from hedui.procedure.cases.acts import declare, fill_in
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.commissions.acts import commission
from tests import cast

pytestmark = pytest.mark.postgres


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


ACTS = (printing, registering, filling_in, declaring, commissioning, enrolling)


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
