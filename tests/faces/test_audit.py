"""审计 on pages: the audit administrator sees differences, checkpoints and entries; nobody else."""

import os
from datetime import timedelta

import pytest
from django.urls import reverse

from hedui.procedure.inquiries import reconciling
from hedui.procedure.record.actor import WORKER, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.checkpoints import make_checkpoint
from hedui.procedure.record.moment import today
from hedui.procedure.record.queries import search
from tests import cast
from tests.conftest import ROW_RULES
from tests.faces.desks import _newcomer, at_desk, page
from tests.procedure import raw

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(county):
    return _newcomer(county, "shen", county.street, Role.AUDIT_ADMIN)


@pytest.fixture
def told(county, monkeypatch):
    """Let the bank tell of yesterday, when it was agreed with, one query that nobody sent."""
    if os.environ.get(ROW_RULES):
        pytest.skip("since when it is agreed is changed by the owner")
    gateway = next(s for s in reconciling.gateways() if s.source == "bank")
    for department in gateway.departments:
        raw.update(department, first_day=today() - timedelta(days=3))
    detail = {
        "key": gateway.kid,
        "source": "bank",
        "receivers": gateway.receivers,
        "day": reconciling.last_day_over().isoformat(),
        "received": 4,
        "repeated": 0,
        "digest": "sha256:0",
        "unknown": ["019aaaaa-0000-7000-8000-000000000001/" + "0" * 32],
        "denied": [],
        "undelivered": [],
    }

    def reconcile(*, by):
        """Enter it."""
        note(**detail)

    reconcile.__module__ = "hedui.procedure.inquiries.reconciling"
    kept = dict(reconciling.act.__globals__["REGISTRY"])
    act("与部门对账", article="试", roles={Role.MACHINE})(reconcile)(by=WORKER)
    reconciling.act.__globals__["REGISTRY"].update(kept)


def test_a_difference_stands_first_and_names_the_query(auditor, told):
    text = page(auditor, "audit")
    assert "台账之外的查询 1 次" in text
    assert "019aaaaa-0000-7000-8000-000000000001/" in text
    assert "没有对账单" in text  # the day before
    assert "不符的怎么办" in text
    assert reconciling.unsettled() == (1, 2)


def test_what_does_not_fit_is_among_the_auditors_tasks_and_nobody_elses(county, auditor, told):
    text = page(auditor, "home")
    assert "有 1 份部门对账单与台账不符" in text
    assert "有 2 份部门对账单逾期没有交来" in text
    assert "对账单" not in page(at_desk(county, "wang"), "home")
    assert reconciling.to_settle(county.intake) == (0, 0)


def test_where_all_fits_the_auditor_is_told_nothing_of_it(auditor):
    assert "对账单" not in page(auditor, "home")
    assert "不符的怎么办" not in page(auditor, "audit")


def test_checkpoints_and_entries_are_listed_and_found(county, auditor):
    case = cast.declared(county)
    make_checkpoint()
    text = page(auditor, "audit")
    assert "最近的检查点" in text
    assert "确认申报" in text
    found = auditor.get(reverse("workbench:audit"), {"number": case.number, "act": "cases.declare"})
    assert found.content.decode().count('data-label="事项"') == 1
    nothing = auditor.get(reverse("workbench:audit"), {"day": "2020-01-01"})
    assert "没有符合的留痕" in nothing.content.decode()
    for wrong in ({"number": "nobody"}, {"officer": "nobody"}, {"day": "x"}):
        assert auditor.get(reverse("workbench:audit"), wrong).status_code == 422


def test_more_than_a_page_goes_on(county, auditor, monkeypatch):
    monkeypatch.setattr("hedui.procedure.record.queries.PAGE", 2)
    monkeypatch.setattr("hedui.faces.workbench.views.audit.PAGE", 2)
    text = page(auditor, "audit")
    assert "更早的留痕" in text
    assert "before=" in text


def test_no_name_of_the_family_stands_on_it(county, auditor):
    cast.issued(county)
    text = page(auditor, "audit")
    family = cast.zhang_family(today())
    assert all(m["name"] not in text for m in family["members"])


@pytest.mark.parametrize("login", ["wang", "liu", "zhao"])
def test_nobody_else_opens_it(county, login):
    assert at_desk(county, login).get(reverse("workbench:audit")).status_code == 403
    assert search(county.intake) == []
    assert reconciling.standings(county.intake) == []
