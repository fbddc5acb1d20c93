"""Signing without paper, on pages: enrolled at the window, signed on a telephone, registered."""

import html
import re
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from hedui.procedure.authorizations import totp
from hedui.procedure.authorizations.evidence_models import ElectronicSignature, Enrolment
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.acts import commission
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment
from tests import cast
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db
ITEMS = ["bank.balance_fen", "tax.amount_fen"]


@dataclass
class Enrolled:
    """What a person takes home from the window."""

    case: Case
    address: str

    @property
    def code(self) -> str:
        """Read the code that their telephone shows now."""
        secret = self.case.key.open_bytes(Enrolment.objects.latest("id").secret)
        return totp.code(secret, int(moment().timestamp()) // totp.STEP)


def found(pattern: str, shown: str) -> str:
    """Return the part of a page that a pattern marks."""
    return re.findall(pattern, shown)[0]


def enrol(street: Client, case: Case, key: str = "a", **sent: str) -> str:
    path = reverse("workbench:enrol", kwargs={"number": case.number, "key": key})
    return street.post(path, {"seen": "yes"} | sent, follow=True).content.decode()


@pytest.fixture
def enrolled(county, street) -> Enrolled:
    case = cast.declared(county)
    shown = enrol(street, case)
    return Enrolled(case, found(r"/sign/[\w-]+/", shown))


def sign(enrolled: Enrolled, **changes: object):
    shown = Client().get(enrolled.address).content.decode()
    read = {part: found(rf'name="{part}" value="([^"]+)"', shown) for part in ("text", "notice")}
    sent = read | {"items": ITEMS, "code": enrolled.code} | changes
    return Client().post(enrolled.address, sent)


def test_the_key_is_shown_once_and_kept_in_no_entry(street, enrolled):
    shown = page(street, "authorization", number=enrolled.case.number, key="a")
    assert "/sign/" not in shown
    token = enrolled.address.split("/")[2]
    assert token not in "".join(Entry.objects.values_list("content", flat=True))


def test_nobody_is_enrolled_before_their_document_was_checked(county, street):
    case = cast.declared(county)
    assert "请先核对本人的身份证件" in enrol(street, case, seen="")
    assert not Enrolment.objects.exists()


def test_a_minor_is_offered_paper_only(county, street):
    case = cast.declared(county)
    assert "线上签署" not in page(street, "authorization", number=case.number, key="c")
    assert "监护人在纸上签署" in enrol(street, case, key="c")


def test_the_page_shows_text_and_items_and_of_the_person_only_what_lists_show(enrolled):
    shown = Client().get(enrolled.address).content.decode()
    for part in ("张*", "正文", enrolled.case.number, "余额", "谁处理您的信息", "随时向受理机关"):
        assert part in shown
    assert "张三" not in shown
    assert not re.search(r"990101\d", shown)


def test_what_was_signed_is_registered_and_can_be_seen_by_the_officer(street, enrolled):
    assert "您同意查询 2 项内容" in sign(enrolled).content.decode()
    shown = page(street, "authorization", number=enrolled.case.number, key="a")
    path = found(r'action="(/cases/[^"]+/signed/[^"]+)"', shown)
    assert "授权已登记" in street.post(path, follow=True).content.decode()
    held = Authorization.objects.get()
    assert held.items == ITEMS
    where = {"number": enrolled.case.number, "authorization": held.pk}
    shown = page(street, "scan", **where)
    for part in ("张三", "990101********0017", "动态码", held.evidence, held.form.digest):
        assert part in shown
    assert Entry.objects.filter(act="authorizations.consult").count() == 1
    assert "没有这份待登记的电子签名" in street.post(path, follow=True).content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": ""}, "请输入手机验证器上显示的 6 位动态码"),
        ({"code": "12345x"}, "6 位动态码"),
        ({"items": []}, "请至少勾选一项"),
        ({"text": "sha256:older"}, "授权书文本已经更新"),
        ({"notice": "sha256:older"}, "告知书已经更新"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_and_nothing_is_lost(enrolled, change, said):
    answer = sign(enrolled, **change)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert said in html.unescape(shown)
    kept = re.findall(r'value="([\w.]+)" checked', shown)
    assert sorted(kept) == change.get("items", ITEMS)
    assert not ElectronicSignature.objects.exists()


def test_a_code_may_be_typed_with_a_space_or_in_full_width(enrolled):
    code = enrolled.code
    spaced = f"{code[:3]} {code[3:]}".translate({n: n + 0xFEE0 for n in range(0x30, 0x3A)})
    assert sign(enrolled, code=spaced).status_code == 200


def test_a_wrong_code_says_how_many_are_left_and_then_to_wait(enrolled):
    wrong = f"{(int(enrolled.code) + 1) % 1_000_000:06}"
    assert "还可以试 7 次" in sign(enrolled, code=wrong).content.decode()
    for _ in range(2):
        sign(enrolled, code=wrong)
    assert "五分钟后再试" in sign(enrolled).content.decode()


def test_every_address_without_an_enrolment_gets_the_same_answer(county, street, enrolled):
    enrol(street, enrolled.case)  # which ends the one before
    answers = [Client().get(path) for path in (enrolled.address, "/sign/unknown/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_another_street_enrols_nobody_and_the_body_neither(county, street):
    case = cast.authorized(county)
    commission(case=case, by=county.intake)
    assert enrol_at(at_desk(county, "sheng"), case) == 404
    assert enrol_at(at_desk(county, "liu"), case) == 403
    assert not Enrolment.objects.exists()


def enrol_at(desk: Client, case: Case) -> int:
    path = reverse("workbench:enrol", kwargs={"number": case.number, "key": "a"})
    return desk.post(path, {"seen": "yes"}).status_code
