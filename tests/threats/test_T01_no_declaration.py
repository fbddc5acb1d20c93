"""T01: a verification is started without a declaration, by whatever door."""

from uuid import uuid4

import pytest

from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.content import NotWellFormed
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.acts import NothingDeclared, commission
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.acts import request
from tests import cast
from tests.procedure import raw


@pytest.fixture
def undeclared(county) -> Case:
    """Return a case that is filled in but not declared."""
    day = today().replace(day=1)
    case = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=day, by=county.intake
    )
    cases.fill_in(case=case, content=cast.zhang_family(day), by=county.intake)
    return case


@pytest.mark.parametrize("door", [commission, request])
def test_by_the_acts(county, undeclared, door):
    before = Entry.objects.count()
    with pytest.raises(NothingDeclared, match="先报告后核对"):
        door(case=undeclared, by=county.intake)
    assert (Commission.objects.count(), Entry.objects.count()) == (0, before)


def test_by_the_import_of_a_file_whose_declaration_does_not_hold(county):
    content = cast.zhang_family(today().replace(day=1))
    content["members"][0]["incomes"][0]["amount"] = "-1"
    with pytest.raises(NotWellFormed):
        take_in(content, scans={}, by=county.intake)
    assert not Case.objects.exists()


def test_by_sql_with_a_declaration_that_was_never_frozen(county):
    """There is no commission without a frozen declaration, and no inquiry without a commission."""
    case = cast.authorized(county)
    declaration = case.declarations.get()
    ordered = Commission(
        number="WT-X",
        case=case,
        declaration=declaration,
        purpose="dibao",
        agency=county.street,
        body=county.body,
        commissioned_at=moment(),
        entry_id=case.entry_id,
    )
    with raw.refused("commission: no frozen declaration of this case"):
        raw.insert(ordered)
    with raw.refused("commission: no frozen declaration of this case"):
        raw.insert(ordered, declaration_id=uuid4())
    assert not Commission.objects.exists()


def test_by_sql_with_the_declaration_of_another_family(county):
    theirs = cast.commissioned(county)
    case = cast.authorized(county)
    with raw.refused("commission: no frozen declaration of this case"):
        raw.insert(theirs, id=uuid4(), number="WT-X", case_id=case.id)
    member = case.members.get(key="a")
    with raw.refused("gate: declaration not frozen, or not of this case and person"):
        raw.insert(
            Inquiry(
                commission=theirs,
                member=member,
                authorization=member.authorizations.get(),
                department_id=uuid4(),
                source="bank",
                purpose="dibao",
                items=["bank.balance_fen"],
                due_at=moment(),
                entry_id=case.entry_id,
            )
        )
