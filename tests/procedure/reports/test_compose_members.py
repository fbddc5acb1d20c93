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


def test_what_is_declared_and_has_no_source_stands_in_the_report(county):
    case = cast.declared(county)
    content = cast.zhang_family(today())
    content["members"][0]["incomes"].append(
        {"class": "transfer", "kind": "maintenance_received", "amount": "1200.00",
         "from": f"{today().year - 1}-12-01", "to": f"{today().year - 1}-12-31"}
    )  # fmt: skip
    cases.declare(case=case, content=content, by=county.intake)
    cast.authorize(county, case.members.get(key="a", replaced=False))
    ordered = reports.request(case=case, by=county.intake)
    report = draft(commission=ordered, by=WORKER)
    (line,) = [f for f in report.opened["findings"] if not f["source"]]
    assert (line["label"], line["declared"], line["found"], line["status_label"]) == (
        "赡养(抚养、扶养)费",
        "1200.00",
        None,
        "未核到",
    )
    assert report.findings.filter(source="").get().item == line["item"]


def test_what_was_not_signed_for_is_named_and_the_source_still_counts_as_asked(county):
    case = cast.declared(county)
    cast.authorize(county, case.members.get(key="a"), items=("bank.balance_fen",))
    ordered = reports.request(case=case, by=county.intake)
    cast.answered(ordered)
    body = draft(commission=ordered, by=WORKER).opened
    (gap,) = body["left_out"]
    assert (gap["member"], gap["source"]) == ("a", "bank")
    assert "余额" not in "".join(gap["items"])
    assert gap["items"]
    assert not [n for n in body["not_asked"] if (n["member"], n["source"]) == ("a", "bank")]
