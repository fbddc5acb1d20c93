"""定期复核 on pages: looked at before anything is listed, worked through in turn, told plainly."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hedui.faces.workbench.views import rechecking
from hedui.procedure.determinations.granting import recheck
from hedui.procedure.rechecks import acts
from hedui.procedure.rechecks.models import Round
from hedui.procedure.record.moment import today
from tests import cast
from tests.faces.desks import at_desk, page
from tests.procedure.rechecks.test_rechecking import another, paid

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
    assert '<td data-label="哪里的规定">全国</td>' in shown
    told = post(desk, "new_list", {"until": until, "percent": "100"}).content.decode()
    assert "列入清单不是结论" in told
    assert "办完后显示" in told
    assert "抽中" not in told.replace("抽中与否", "")
    held = Round.objects.get()
    recheck(case=case, checked_on=today(), note="没有变化", by=first)
    assert "待另一人抽查" in page(desk, "recheck_list", roster=held.pk)
    task = held.tasks.get()
    assert "请选择抽查结果" in post(other, "look_again", {}, task=task.pk).content.decode()
    assert (
        "请选择抽查结果"
        in post(other, "look_again", {"agrees": "1"}, task=task.pk).content.decode()
    )
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


def test_every_list_and_every_family_on_it_is_found_page_by_page(county, monkeypatch):
    monkeypatch.setattr(rechecking, "LISTS", 1)
    monkeypatch.setattr(rechecking, "LINES", 1)
    monkeypatch.setattr(acts, "MOST", 2)
    cases = [paid(county, another(county, sequence)) for sequence in (4, 5, 6)]
    first, _ = cast.deciders(county)
    desk, other = at_desk(county, "he"), at_desk(county, "lv")
    until = (today() + timedelta(days=800)).isoformat()
    told = post(desk, "new_list", {"until": until, "percent": "100"}).content.decode()
    assert "另有 1 户没有列入：一份清单最多 2 户" in told
    told = post(desk, "new_list", {"until": until, "percent": "100"}).content.decode()
    assert "另有 2 户已在别的清单上" in told
    refused = desk.post(reverse("workbench:new_list"), {"until": until, "percent": "100"})
    assert refused.status_code == 422
    assert "这3户都已列入复核清单" in refused.content.decode()
    newest, oldest = Round.objects.all()
    at = reverse("workbench:recheck_list", kwargs={"roster": oldest.pk})
    lists = desk.get(reverse("workbench:rechecks"), {"page": "2"}).content.decode()
    assert at in lists
    assert reverse("workbench:recheck_list", kwargs={"roster": newest.pk}) not in lists
    assert "2 户" in lists
    on_it = [task.case.number for task in oldest.tasks.all()]
    for number, case in enumerate(on_it, start=1):
        shown = desk.get(at, {"page": number}).content.decode()
        assert [one.number in shown for one in cases] == [one.number == case for one in cases]
    task = oldest.tasks.get(turn=2)
    recheck(case=task.case, checked_on=today(), note="没有变化", by=first)
    assert (
        f"{at}?show=second"
        in other.get(reverse("workbench:rechecks"), {"page": "2"}).content.decode()
    )
    shown = other.get(at, {"show": "second"}).content.decode()
    assert [number in shown for number in on_it] == [False, True]
    shown = other.get(at, {"show": "open"}).content.decode()
    assert [number in shown for number in on_it] == [True, False]
    answer = {"agrees": "no", "show": "second", "page": "1"}
    told = post(other, "look_again", answer, task=task.pk)
    assert told.redirect_chain[-1][0] == f"{at}?show=second&page=1"
    assert "清单上没有这样的家庭" in told.content.decode()
    task.refresh_from_db()
    assert task.agrees is False
