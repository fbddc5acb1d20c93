"""A workbook on its page and at the terminal: taken in, marked, given back."""

import json
from base64 import b64decode
from io import BytesIO

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from hedui.faces.cli import workbook as command
from hedui.procedure.authorizations.workbook.sheets import TAKEN
from hedui.procedure.cases.models import Case
from tests.faces.desks import at_desk
from tests.procedure.authorizations.test_workbook import LI, SCANS, WANG, ZHANG, book, cells

pytestmark = pytest.mark.django_db
ADDRESS = "workbench:import_workbook"


def sent(browser, content):
    scans = [SimpleUploadedFile(name, scan) for name, scan in SCANS.items()]
    answer = browser.post(
        reverse(ADDRESS), {"book": SimpleUploadedFile("b.xlsx", content), "scans": scans}
    )
    return answer.status_code, answer.content.decode()


def test_a_page_takes_in_what_is_whole_and_gives_the_rest_back_marked(street):
    status, shown = sent(street, book([ZHANG, LI], [WANG], 成员__与申请人关系="二叔"))
    assert status == 422
    assert "导入 1 户" in shown
    assert "成员第 2 行：与申请人关系:请从列表中选择" in shown.replace("关系：", "关系:")
    [case] = Case.objects.all()
    assert case.number in shown
    copy = b64decode(shown.partition("base64,")[2].partition('"')[0])
    assert [row[TAKEN] for row in cells(copy, "家庭")] == [None, case.number]


def test_a_page_says_what_is_no_workbook(street):
    status, shown = sent(street, b"name,id")
    assert status == 422
    assert "不是 xlsx 文件" in shown


def test_the_template_is_for_who_takes_in(street, county):
    answer = street.get(reverse("workbench:workbook_template"))
    assert load_workbook(BytesIO(answer.content)).sheetnames[0] == "说明"
    other = at_desk(county, "liu")
    assert other.get(reverse("workbench:workbook_template")).status_code == 403
    assert other.get(reverse(ADDRESS)).status_code == 403


def test_the_command_takes_in_and_writes_the_copy(county, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "bring_up", lambda: None)
    monkeypatch.setattr(command, "need_installed", lambda: None)
    for name, scan in SCANS.items():
        (tmp_path / name).write_bytes(scan)
    file = tmp_path / "b.xlsx"
    file.write_bytes(book([ZHANG, LI], [WANG]))
    said = CliRunner().invoke(
        command.workbook, ["import", str(file), "--officer", "wang", "--json"]
    )
    assert said.exit_code == 0, said.output
    told = json.loads(said.output)
    assert (len(told["taken"]), told["refused"]) == (2, 0)
    copy = tmp_path / "b-已导入.xlsx"
    again = CliRunner().invoke(command.workbook, ["import", str(copy), "--officer", "wang"])
    assert "此前已导入 2 户" in again.output
    assert Case.objects.count() == 2
    nobody = CliRunner().invoke(command.workbook, ["import", str(file), "--officer", "nobody"])
    assert nobody.exit_code == 2
