"""What the report says of members and of what was left out of their authorizations."""

import pytest

from hedui.procedure.cases import acts as cases
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import today
from hedui.procedure.reports import acts as reports
from hedui.procedure.reports.drafting import draft
from tests import cast

pytestmark = pytest.mark.django_db


def test_a_sex_that_does_not_fit_the_number_is_noted_for_whoever_reads(county):
    case = cast.declared(county)
    content = cast.zhang_family(today())
    number = content["members"][0]
    number["sex"] = "female" if number.get("sex", "male") == "male" else "male"
    cases.declare(case=case, content=content, by=county.intake)
    cast.authorize(county, case.members.get(key="a", replaced=False))
    ordered = reports.request(case=case, by=county.intake)
    body = draft(commission=ordered, by=WORKER).opened
    notes = {member["key"]: member["note"] for member in body["members"]}
    assert "性别与公民身份号码不一致" in notes["a"]
    assert "性别" not in notes["b"]
