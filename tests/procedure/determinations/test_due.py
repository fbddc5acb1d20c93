"""What is due 今日到期: for many cases in as many statements as for one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hedui.procedure.determinations.due import due
from hedui.procedure.record.moment import today
from tests import cast
from tests.procedure.determinations.walking import Kind, trials

pytestmark = pytest.mark.django_db


def statements(county) -> int:
    with CaptureQueriesContext(connection) as asked:
        due(county.intake, on=today())
    return len(asked)


def test_a_list_of_many_cases_asks_no_more_than_a_list_of_one(county):
    cast.declared(county)
    alone = statements(county)
    for _ in range(3):
        trials(county, cast.declared(county))[Kind.VISIT]()
    assert statements(county) == alone


def test_the_most_urgent_comes_first_and_what_the_family_lets_pass_is_nobodys_delay(county):
    late, lapsed = cast.declared(county), cast.declared(county)
    cast.long_ago(trials(county, lapsed)[Kind.SUPPLEMENT](), 60)
    on = today() + timedelta(days=30)
    lines = due(county.intake, on=on).lines
    assert late.number in {line.number for line in lines if line.urgency == "overdue"}
    assert {line.stand.clock for line in lines if line.number == lapsed.number} <= {"acceptance"}
    assert [line.left for line in lines] == sorted(line.left for line in lines)


def test_filed_cases_and_other_agencies_cases_are_not_listed(county):
    case = cast.declared(county)
    assert due(county.intake, on=today()).lines
    assert not due(county.stranger, on=today()).lines
    do = trials(county, case)
    do[Kind.TURN_DOWN]()
    do[Kind.CONFIRM_TURNING_DOWN]()
    do[Kind.ARCHIVE]()
    assert not due(county.intake, on=today()).lines
