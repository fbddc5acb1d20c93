"""定期复核 on pages: looked at before anything is listed, worked through in turn, told plainly."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hedui.procedure.determinations.granting import recheck
from hedui.procedure.rechecks.models import Round
from hedui.procedure.record.moment import today
from tests import cast
from tests.faces.desks import at_desk, page
from tests.procedure.rechecks.test_rechecking import paid

pytestmark = pytest.mark.django_db


def post(desk, name, data, **where):
    return desk.post(reverse(f"workbench:{name}", kwargs=where), data, follow=True)


def test_a_list_is_looked_at_drawn_up_and_worked_through(county):
    case = paid(county)
    first, _ = cast.deciders(county)
    desk, other = at_desk(county, "he"), at_desk(county, "lv")
    assert "还没有生成过复核清单" in page(desk, "rechecks")
    until = (today() + timedelta(days=800)).isoformat()
    shown = desk.get(reverse("workbench:rechecks"), {"until": until}).content.decode()
    assert case.number in shown
    assert "民发〔2021〕57号" in shown
    told = post(desk, "new_list", {"until": until, "percent": "100"}).content.decode()
    assert "列入清单不是结论" in told
    assert "复核后抽查" in told
    held = Round.objects.get()
    recheck(case=case, checked_on=today(), note="没有变化", by=first)
    assert "待另一人抽查" in page(desk, "recheck_list", roster=held.pk)
    task = held.tasks.get()
    assert "本人" in post(desk, "look_again", {"agrees": "yes"}, task=task.pk).content.decode()
    assert "结果一致" in post(other, "look_again", {"agrees": "yes"}, task=task.pk).content.decode()


def test_what_a_registry_named_is_brought_as_a_file(county):
    case = paid(county)
    cast.deciders(county)
    desk = at_desk(county, "he")
    told = post(desk, "bring_worklist", {"percent": "0"})
    assert told.status_code == 422
    assert "请上传批量核对结果" in told.content.decode()
    file = SimpleUploadedFile(
        "worklist.csv", f"household_id,reason,items\n{case.number},discrepancy,\n".encode()
    )
    told = post(desk, "bring_worklist", {"percent": "0", "file": file}).content.decode()
    assert "有申报与核到不一致的事项" in told
    assert "逐户由人核实" in told


def test_who_has_no_part_in_it_opens_no_page(county):
    assert at_desk(county, "liu").get(reverse("workbench:rechecks")).status_code == 403
    assert "没有应当复核的家庭" in page(at_desk(county, "sheng"), "rechecks")
