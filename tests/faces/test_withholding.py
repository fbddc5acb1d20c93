"""暂不展示 on pages: one proposes, another finds it among the tasks; so it ends too."""

from datetime import timedelta

import pytest

from hedui.procedure.record.moment import today
from hedui.procedure.reports.models import Withholding
from hedui.procedure.reports.own import deeds_about
from tests import cast
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(county):
    report = cast.drafted(county, case=cast.papered(county))
    return report.commission.case.members.get(key="a")


@pytest.fixture
def secret(member) -> int:
    """Return the index of the entry by which 张三 was asked about."""
    return next(d.index for d in deeds_about(member) if d.label == "发出查询")


def shown(member) -> set[int]:
    return {deed.index for deed in deeds_about(member)}


def given(secret, **changes):
    return {
        "entries": [secret],
        "reason": "violence",
        "basis": "pipl_18",
        "document": "函1",
        "last_day": str(today() + timedelta(days=3)),
    } | changes


def test_on_pages_one_proposes_and_another_confirms(county, member, secret):
    case = member.case
    proposes, confirms = at_desk(county, "liu"), at_desk(county, "zhao")
    text = page(proposes, "withhold", number=case.number, key="a")
    assert f'value="{secret}"' in text
    address = f"/cases/{case.number}/members/a/withhold/"
    wrong = proposes.post(address, {"entries": [secret]})
    assert wrong.status_code == 422
    assert proposes.post(address, given(secret)).status_code == 302
    held = Withholding.objects.get()
    listed = page(confirms, "withholdings", number=case.number)
    assert "<button" in listed
    assert "待另一人确认" in page(proposes, "withholdings", number=case.number)
    confirm = f"/cases/{case.number}/withholdings/{held.pk}/confirm/"
    assert proposes.post(confirm).status_code == 403
    assert confirms.post(confirm).status_code == 302
    assert secret not in shown(member)
    assert at_desk(county, "wang").get(address).status_code == 403
    assert "暂不向本人展示" in page(proposes, "case", number=case.number)


def test_the_second_officer_finds_it_among_the_tasks(county, member, secret):
    case = member.case
    confirms, proposes = at_desk(county, "zhao"), at_desk(county, "liu")
    proposes.post(f"/cases/{case.number}/members/a/withhold/", given(secret))
    held = Withholding.objects.get()
    assert "暂不展示待您确认" in page(confirms, "home")
    assert "暂不展示待您确认" not in page(proposes, "home")
    listed = page(confirms, "withholdings", number=case.number)
    assert f"第 {secret} 条 发出查询" in listed
    where = f"/cases/{case.number}/withholdings/{held.pk}"
    confirms.post(f"{where}/confirm/")
    assert "暂不展示待您确认" not in page(confirms, "home")
    assert confirms.post(f"{where}/end/").status_code == 403
    assert proposes.post(f"{where}/end/").status_code == 302
    assert "待另一人确认恢复" in page(proposes, "withholdings", number=case.number)
    assert "暂不展示待您确认" in page(confirms, "home")
    assert proposes.post(f"{where}/end/confirm/").status_code == 403
    assert confirms.post(f"{where}/end/confirm/").status_code == 302
    assert "已恢复展示" in page(confirms, "withholdings", number=case.number)
    assert secret in shown(member)


def test_what_is_wrong_is_said_with_a_link_to_each_field(county, member):
    case = member.case
    answer = at_desk(county, "liu").post(
        f"/cases/{case.number}/members/a/withhold/", {"reason": ""}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    for field in ("id_entries_0", "id_reason", "id_basis", "id_document", "id_last_day"):
        assert f'href="#{field}"' in text
        assert f'id="{field}"' in text
