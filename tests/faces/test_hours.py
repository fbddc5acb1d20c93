"""Whoever waits for a department's hours is told so, and from when it is asked."""

from datetime import timedelta

import pytest

from hedui.faces.cli.verifying import progress_of
from hedui.faces.workbench.templatetags.written import instant
from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries.grounds import unopened
from hedui.procedure.record.moment import SHANGHAI, moment
from tests import cast
from tests.faces.desks import at_administration, at_desk, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def opening(county):
    """Let the bank be asked in two hours, for two hours; return from when."""
    opens_at = (moment().astimezone(SHANGHAI) + timedelta(hours=2)).replace(second=0, microsecond=0)
    bank = Department.objects.get(source="bank")
    cast.agreed(bank, opens=opens_at.time(), closes=(opens_at + timedelta(hours=2)).time())
    return opens_at


def test_the_page_of_the_case_names_who_is_not_asked_yet_and_from_when_they_are(county, opening):
    ordered = cast.commissioned(county)
    cast.answered(ordered)
    asked = ordered.inquiries.count()
    waiting = ordered.case.members.count()
    told = page(at_desk(county, "wang"), "case", number=ordered.case.number)
    assert f"已反馈 {asked}/{asked + waiting} 项" in told
    assert f"其中 {waiting} 项不在部门服务时间，{instant(opening)} 起自动查询" in told
    assert told.count(f"{instant(opening)} 起查询") == told.count("待部门服务时间") == waiting


def test_the_page_looks_again_each_second_at_first_and_seldom_where_it_takes_long(
    county, opening, monkeypatch
):
    ordered = cast.commissioned(county)
    desk, number = at_desk(county, "wang"), ordered.case.number
    assert 'hx-trigger="every 1s"' in page(desk, "case", number=number)
    cast.answered(ordered)  # the bank alone is left, which opens in two hours
    assert 'hx-trigger="every 30s"' in page(desk, "case", number=number)
    cast.agreed(Department.objects.get(source="bank"))
    assert 'hx-trigger="every 1s"' in page(desk, "case", number=number)
    later = moment() + timedelta(seconds=61)
    monkeypatch.setattr("hedui.faces.workbench.views.case.moment", lambda: later)
    assert 'hx-trigger="every 30s"' in page(desk, "case", number=number)


def test_the_terminal_says_so_too_and_not_that_it_compares(county, opening):
    ordered = cast.commissioned(county)
    cast.answered(ordered)
    asked, waiting = ordered.inquiries.count(), ordered.case.members.count()
    hour = f"{opening.month}月{opening.day}日 {opening:%H:%M}"
    told = progress_of(ordered)
    assert told.startswith(f"已反馈 {asked}/{asked + waiting},等待:")
    assert f"({hour} 起查询)" in told


def test_the_page_of_sources_says_what_the_hours_are(county, opening):
    told = page(at_administration(county), "sources")
    closing = opening + timedelta(hours=2)
    assert f"服务时间为 {opening:%H:%M} 至 {closing:%H:%M}" in told


def test_nothing_waits_that_was_asked_or_is_not_agreed(county, opening):
    ordered = cast.commissioned(county)
    assert {one.source for one in unopened(ordered)} == {"bank"}
    cast.agreed(Department.objects.get(source="bank"))
    assert unopened(ordered) == []
    cast.answered(ordered)
    hour = (opening + timedelta(hours=1)).time()
    cast.agreed(Department.objects.get(source="bank"), opens=opening.time(), closes=hour)
    assert unopened(ordered) == [], "it was asked before the hours changed"
