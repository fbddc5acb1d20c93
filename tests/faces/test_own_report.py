"""本人的核对报告: a person reads what was found on them, and objects; nobody else can."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from hedui.procedure.authorizations import electronic, totp
from hedui.procedure.authorizations.evidence_models import Enrolment, SignIn
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.objections import acts, own
from hedui.procedure.objections.acts import object_to
from hedui.procedure.objections.models import Contested, Objection
from hedui.procedure.objections.queries import held_lines, to_review
from hedui.procedure.record.actor import in_person
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.faces.desks import at_desk, page
from tests.procedure import raw

pytestmark = pytest.mark.django_db
SAYS = "其中五万元是交通事故赔偿款"


@pytest.fixture
def handed(county):
    """The report on 张家, in which the bank has more than was declared, handed over today."""
    case = cast.papered(county)
    report = cast.doubted(county, case)
    cast.delivered(county, report)
    return report


class Person:
    """One of the household with a telephone, before the public page."""

    def __init__(self, county, report, key="a", id_number=cast.ZHANG_SAN, *, enrols=True):
        self.case = report.commission.case
        self.member = self.case.members.get(key=key, replaced=False)
        if enrols:
            electronic.enrol(member=self.member, by=county.intake)
        self.browser = Client()
        number = self.case.authorizations.get(member__key=key).sheet_id
        self.browser.post("/mine/", {"number": number, "id_number": id_number})

    def code(self, step: int = 0) -> str:
        enrolment = Enrolment.objects.filter(member=self.member).latest("id")
        secret = self.case.key.open_bytes(enrolment.secret)
        return totp.code(secret, int(moment().timestamp()) // totp.STEP + step)

    def signs_in(self, **sent) -> str:
        given = {"code": self.code()} | sent
        return self.browser.post("/mine/sign-in/", given, follow=True).content.decode()

    def reads(self) -> str:
        return self.browser.get("/mine/report/").content.decode()

    def objects(self, finding, says=SAYS, **sent):
        given = {f"grounds_{finding.position}": says} | sent
        return self.browser.post("/mine/report/", given, follow=True)


@pytest.fixture
def zhang(county, handed):
    return Person(county, handed)


def of_bank(report):
    return cast.finding_on(report, "bank.balance_fen")


def test_without_a_code_no_amount_is_seen(county, zhang, handed):
    shown = zhang.reads()
    assert "动态码" in shown
    assert "80,000.00" not in shown
    assert "80,000.00" in zhang.signs_in()
    assert handed.number in zhang.reads()


def test_a_code_serves_once_also_for_another_purpose(county, zhang):
    code = zhang.code()
    zhang.signs_in(code=code)
    assert SignIn.objects.count() == 1
    zhang.browser = Person(county, cast_report(zhang), enrols=False).browser
    assert "已经用过" in zhang.signs_in(code=code)
    held = SignIn.objects.get()
    for changes in ({}, {"step": held.step - 1}):
        again = SignIn(
            enrolment=held.enrolment, step=held.step, signed_in_at=moment(), entry=held.entry
        )
        with raw.refused("authorization: the code was given before, or is in force no more"):
            raw.insert(again, **changes)


def cast_report(person):
    return person.case.commissions.get().reports.get()


def test_wrong_codes_are_counted_and_shut_the_page(county, zhang):
    wrong = "000000" if zhang.code() != "000000" else "000001"
    assert "还可以试 7 次" in zhang.signs_in(code=wrong)
    for _ in range(2):
        zhang.signs_in(code=wrong)
    assert "五分钟后再试" in zhang.signs_in()
    assert "80,000.00" not in zhang.reads()
    assert "6 位动态码" in zhang.signs_in(code="12 34")


def test_an_objection_holds_the_item_at_once_and_is_the_same_as_from_the_counter(
    county, zhang, handed
):
    zhang.signs_in()
    photo = SimpleUploadedFile("IMG_1.jpg", b"\xff\xd8\xff" + b"x" * 40, "image/jpeg")
    shown = zhang.objects(of_bank(handed), papers=photo, what="赔偿协议").content.decode()
    made = Objection.objects.get()
    assert f"已收到您的异议 {made.number}" in shown
    assert "正在复核，暂缓使用" in shown
    assert held_lines(handed) == {of_bank(handed).position}
    assert made.items.get().opened == SAYS
    assert made.received_on == today()
    assert made.taken_in_by == in_person(zhang.member.pk).identifier
    entry = Entry.objects.get(pk=made.entry_id)
    assert (entry.act, entry.actor) == ("objections.object_to", made.taken_in_by)
    assert [due.number for due in to_review(cast.reviewer(county))] == [made.number]
    at_counter = page(at_desk(county, "qian"), "objection", number=made.number)
    assert "赔偿协议" in at_counter
    assert "本人（网上）" in at_counter
    assert SAYS in at_counter
    cast.resolved(county, made)
    assert "异议成立" in zhang.reads()
    assert "赔偿协议和入账记录相符" in zhang.reads()


def test_she_reads_of_herself_and_of_her_child_and_of_nobody_else(county, handed):
    li = Person(county, handed, "b", cast.LI_SI)
    shown = li.signs_in()
    assert "80,000.00" not in shown
    assert "张小" not in shown  # his father signed for him
    mine = {f.position for f in handed.findings.filter(member=li.member)}
    assert set(map(int, re.findall(r'name="grounds_(\d+)"', shown))) == mine
    assert "请选择有异议的事项" in li.objects(of_bank(handed)).content.decode()
    assert not Objection.objects.exists()
    with pytest.raises(NotYours):
        object_to(
            report=handed,
            member=li.member,
            received_on=today(),
            items={of_bank(handed): "x"},
            by=in_person(li.member.pk),
        )
    with pytest.raises(NotYours):
        object_to(
            report=handed,
            member=li.member,
            received_on=today(),
            items={handed.findings.filter(member=li.member).first(): "x"},
            by=in_person(handed.commission.case.members.get(key="a").pk),
        )


def test_a_guardian_objects_for_the_child(county, zhang, handed):
    zhang.signs_in()
    child = handed.commission.case.members.get(key="c")
    guarded = child.guardianships.get()
    assert guarded.guardian_id == zhang.member.pk
    finding = handed.findings.filter(member=child).first()
    zhang.objects(finding, "孩子没有这笔收入")
    assert Contested.objects.get().finding_id == finding.pk


def test_before_it_is_handed_over_one_is_told_so(county):
    zhang = Person(county, cast.doubted(county, cast.papered(county)))
    assert "还没有送达给您家的核对报告" in zhang.signs_in()


def test_after_the_time_one_is_told_where_to_go(zhang, handed, monkeypatch):
    report, late = handed, today() + timedelta(days=40)
    zhang.signs_in()
    for room in (own, acts):
        monkeypatch.setattr(room, "today", lambda: late)
    shown = zhang.reads()
    assert "异议期已过" in shown
    assert 'name="grounds_' not in shown
    refused = zhang.objects(of_bank(report))
    assert refused.status_code == 422
    assert "请到受理窗口说明后提出" in escape(refused.content.decode())
    assert not Objection.objects.exists()


def test_what_is_wrong_is_said_and_nothing_written_is_lost(zhang, handed):
    zhang.signs_in()
    scan = SimpleUploadedFile("a.exe", b"MZ" * 9)
    answer = zhang.objects(of_bank(handed), papers=scan)
    assert answer.status_code == 422
    assert "PDF、PNG 或 JPEG" in answer.content.decode()
    assert SAYS in answer.content.decode()
    assert "请选择有异议的事项" in zhang.objects(of_bank(handed), " ").content.decode()
    assert not Objection.objects.exists()


def test_after_half_an_hour_another_code_is_asked_for_and_the_words_are_still_there(
    county, zhang, handed
):
    zhang.signs_in()
    session = zhang.browser.session
    session["own_signed"] = (str(zhang.member.pk), 0)
    session.save()
    asked = zhang.objects(of_bank(handed)).content.decode()
    assert "请再输入一次" in asked
    carried = dict(re.findall(r'name="(grounds_\d+)" value="([^"]+)"', asked))
    assert list(carried.values()) == [SAYS]
    assert SAYS in zhang.signs_in(code=zhang.code(1), **carried)
    assert not Objection.objects.exists()


def test_further_papers_come_to_the_objection_while_it_is_open(county, zhang, handed):
    zhang.signs_in()
    zhang.objects(of_bank(handed))
    made = Objection.objects.get()
    path = f"/mine/objections/{made.number}/papers/"
    sent = {"papers": SimpleUploadedFile("a.pdf", cast.SCAN), "what": "村委会证明"}
    assert "已收到 1 份材料" in zhang.browser.post(path, sent, follow=True).content.decode()
    assert len(cast.exhibits_of(made)) == 1
    li = Person(county, handed, "b", cast.LI_SI)
    li.signs_in()
    sent["papers"] = SimpleUploadedFile("a.pdf", cast.SCAN)
    assert "已收到" not in li.browser.post(path, sent, follow=True).content.decode()
    cast.resolved(county, made)
    sent["papers"] = SimpleUploadedFile("a.pdf", cast.SCAN)
    assert zhang.browser.post(path, sent).status_code == 422


def test_who_is_not_enrolled_is_told_that_the_counter_serves_as_well(county, handed):
    zhang = Person(county, handed, enrols=False)
    shown = zhang.reads()
    assert "还没有登记手机验证器" in shown
    assert county.street.name in shown
    assert (
        "当面口头提出" in zhang.browser.post("/mine/sign-in/", {"code": "123456"}).content.decode()
    )


def test_a_code_opens_nothing_of_whose_numbers_are_entered_after_it(zhang, handed):
    """In one browser: who knows another's numbers does not read their report by one's own code."""
    zhang.signs_in()
    number = zhang.case.authorizations.get(member__key="b").sheet_id
    zhang.browser.post("/mine/", {"number": number, "id_number": cast.LI_SI})
    shown = zhang.reads()
    assert "动态码" in shown or "还没有登记手机验证器" in shown
    assert handed.number not in shown
    own = handed.findings.filter(member__key="b").first()
    assert handed.number not in zhang.objects(own).content.decode()
    assert not Objection.objects.exists()


def test_nobody_gets_in_without_the_numbers(handed):
    for path in ("/mine/report/",):
        assert Client().get(path).headers["Location"] == "/mine/"
    for path in ("/mine/sign-in/", "/mine/objections/x/papers/"):
        assert Client().post(path).headers["Location"] == "/mine/"
