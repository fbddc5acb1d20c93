"""本人查询记录: a person sees who asked about them and keeps the proofs; about others, nothing."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from hedui.batch.sample.scans import scan
from hedui.ledger.kept import verify_kept
from hedui.ledger.verify import public_keys_in
from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.guardians import end_guardianship
from hedui.procedure.commissions.acts import commission
from hedui.procedure.inquiries import gathering, sealed_files
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.by_hand import hand_over
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.carrying import CARRYING
from hedui.procedure.record.checkpoints import make_checkpoint
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports import entering
from hedui.procedure.reports.models import Attempt, OwnCode
from hedui.procedure.reports.own import CARRIED, deeds_about
from tests import cast
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db
WRONG = "编号和公民身份号码不符"


@pytest.fixture
def answered(county):
    """张家, signed on numbered forms, all asked about; of 张三 the bank found an account."""
    case = cast.declared(county)
    for one in case.members.all():
        cast.signed_on_sheet(county, one)
    rows = {("a", "bank"): [{"bank": "示例银行", "balance_fen": 1}]}
    cast.answered(commission(case=case, by=county.intake), rows)
    return case


def number_of(case, key: str) -> str:
    return case.authorizations.get(member__key=key).sheet_id


def entered(number: str, id_number: str) -> tuple[Client, str]:
    """Enter the two numbers, and return the browser and what it shows then."""
    browser = Client()
    answer = browser.post("/mine/", {"number": number, "id_number": id_number}, follow=True)
    return browser, answer.content.decode()


def test_a_person_sees_who_asked_what_and_what_came_of_it(county, answered):
    _, shown = entered(number_of(answered, "a"), cast.ZHANG_SAN)
    assert "的查询记录" in shown
    assert "发出查询" in shown
    assert "账户余额" in shown
    assert "银行存款：有记录" in shown
    assert county.street.name in shown
    assert "登记授权" in shown
    assert cast.ZHANG_SAN not in shown
    assert "张三" not in shown  # masked, as on lists


@pytest.fixture
def by_hand(county, settings, tmp_path):
    """张家, whom an officer asks the bank about with a file that was made ready."""
    settings.DATA_DIR = tmp_path
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    case = cast.declared(county)
    for one in case.members.all():
        cast.signed_on_sheet(county, one)
    agreement = cast.agreed(Department.objects.get(source="bank"), channel="upload")
    ordered = commission(case=case, by=county.intake)
    inquire(commission=ordered, by=WORKER)
    made = gathering.gather(agreement=agreement, body=ordered.body, by=WORKER)
    sealed_files.keep(made.pk, b"questions")
    return gathering.make_ready(request=made, sha256="a" * 64, manifest="{}", by=WORKER)


def test_what_is_sent_again_is_shown_each_time(county):
    case = cast.declared(county)
    for one in case.members.all():
        cast.signed_on_sheet(county, one)
    ordered = commission(case=case, by=county.intake)
    for _ in range(2):
        inquire(commission=ordered, by=WORKER)
    _, shown = entered(number_of(case, "a"), cast.ZHANG_SAN)
    assert shown.count("<strong>发出查询</strong>") == 2
    bank = Department.objects.get(source="bank")
    assert shown.count(f"向{bank.name}查询：") == 1
    assert shown.count(f"再次向{bank.name}发送查询：银行存款") == 1


def test_what_an_officer_carries_off_is_shown_to_each_person_in_it(county, by_hand):
    other = cast.authorized(county)
    hand_over(request=by_hand, by=county.prepares)
    gathering.keep_back(request=by_hand, code="declared_lost", by=WORKER)
    bank = by_hand.agreement.department.name
    case = Inquiry.objects.filter(tickets__message=by_hand.pk).first().commission.case
    make_checkpoint()
    for key, number in (("a", cast.ZHANG_SAN), ("b", cast.LI_SI)):
        browser, shown = entered(number_of(case, key), number)
        assert shown.count("<strong>取走请求文件</strong>") == 1
        assert f"由工作人员取走，送往{bank}查询：银行存款" in shown
        assert f"编入发往{bank}的批量请求：银行存款" in shown
        assert f"没有发往{bank}，或者没有送到：银行存款" in shown
        assert county.body.name in shown  # whose officer it was
        kept = json.loads(browser.get("/mine/proofs.json").content)
        acts = [json.loads(one["content"])["act"] for one in kept["entries"] if one["proof"]]
        assert {"inquiries.gather", "inquiries.make_ready", "inquiries.hand_over"} <= set(acts)
        public = public_keys_in(settings.HEDUI_KEYS_DIR / "platform.pub.pem")
        assert verify_kept(kept, public)[0] == len(acts)
    assert not any(not deed.of_case for deed in deeds_about(other.members.get(key="a")))


def test_who_was_asked_about_in_another_file_reads_nothing_of_this_one(county, by_hand):
    case = cast.declared(county)
    for one in case.members.all():
        cast.signed_on_sheet(county, one)
    inquire(commission=commission(case=case, by=county.intake), by=WORKER)
    later = gathering.gather(agreement=by_hand.agreement, body=county.body, by=WORKER)
    gathering.make_ready(request=later, sha256="b" * 64, manifest="{}", by=WORKER)
    hand_over(request=by_hand, by=county.prepares)
    labels = [one.label for one in deeds_about(case.members.get(key="a")) if not one.of_case]
    assert labels == ["备妥请求文件", "归集批量请求"]


def test_every_act_on_a_file_is_looked_for_and_has_its_words(by_hand):
    """What names a message and is of no case is found, or said to be found by its own row."""
    by_row = {"inquiries.gather", "inquiries.bring_answer", "inquiries.begin_answer"}
    assert set(CARRIED) == {*CARRYING, *by_row}
    assert set(CARRIED) <= set(REGISTRY)


def test_a_person_sees_where_the_case_stands_and_until_when(answered):
    _, shown = entered(number_of(answered, "a"), cast.ZHANG_SAN)
    assert "目前：核对中，期限至" in shown


def test_it_shows_nothing_about_others_of_the_household(county, answered):
    _, of_her = entered(number_of(answered, "b"), cast.LI_SI)
    assert "银行存款：有记录" not in of_her
    assert "银行存款：无记录" in of_her
    signed = Entry.objects.filter(act="authorizations.authorize").count()
    assert signed == 3
    assert of_her.count("<strong>登记授权</strong>") == 1


def test_what_happens_between_others_of_the_household_is_theirs(county, answered):
    """李四 is no longer her child's guardian: 张三 does not read of it here, she does."""
    proof = scan("birth certificate")
    signed = cast.authorize(
        county, answered.members.get(key="c"), guardian="b", proof=proof, signed_on=today()
    )
    end_guardianship(guardianship=signed.guardianship, reason="监护人变更", by=county.intake)
    _, his = entered(number_of(answered, "a"), cast.ZHANG_SAN)
    _, hers = entered(number_of(answered, "b"), cast.LI_SI)
    assert "终止监护资格" not in his
    assert "终止监护资格" in hers


def test_a_look_of_an_officer_is_there_at_once(county, answered):
    browser, shown = entered(number_of(answered, "a"), cast.ZHANG_SAN)
    assert "查阅案件" not in shown
    page(at_desk(county, "wang"), "case", number=answered.number)
    assert "查阅案件" in browser.get("/mine/record/").content.decode()


@pytest.mark.parametrize("which", ["number", "person", "both", "nothing", "of another"])
def test_whatever_is_wrong_gets_the_same_answer(county, answered, which):
    number, person = {
        "number": ("SQ-2222-2222-2222", cast.ZHANG_SAN),
        "person": (number_of(answered, "a"), "990101198403010019"),
        "both": ("x", "y"),
        "nothing": ("", ""),
        "of another": (number_of(answered, "a"), cast.LI_SI),
    }[which]
    browser, shown = entered(number, person)
    assert WRONG in shown
    assert browser.get("/mine/record/").status_code == 302
    assert browser.get("/mine/proofs.json").status_code == 302


def test_no_number_stands_in_an_address_and_the_page_closes_by_itself(
    county, answered, monkeypatch
):
    browser = Client()
    given = {"number": number_of(answered, "a"), "id_number": cast.ZHANG_SAN}
    answer = browser.post("/mine/", given)
    assert answer.headers["Location"] == "/mine/record/"
    assert browser.get("/mine/record/").headers["Cache-Control"].count("no-store") == 1
    session = browser.session
    assert cast.ZHANG_SAN not in json.dumps(dict(session))
    session["own_until"] = 0
    session.save()
    assert browser.get("/mine/record/").status_code == 302


def test_to_look_is_entered_too(county, answered):
    entered(number_of(answered, "a"), cast.ZHANG_SAN)
    assert Entry.objects.filter(act="cases.look_at_own", case=answered.pk).count() == 1


def test_the_proofs_verify_with_the_public_key_alone(county, answered, tmp_path):
    make_checkpoint()
    browser, shown = entered(number_of(answered, "a"), cast.ZHANG_SAN)
    kept = json.loads(browser.get("/mine/proofs.json").content)
    (linked,) = re.findall(r'href="(/api/ledger/[^"]+)"', shown)
    key_file = tmp_path / "platform.pub.pem"
    key_file.write_bytes(Client().get(linked).content)
    public = public_keys_in(key_file)
    assert public == public_keys_in(settings.HEDUI_KEYS_DIR / "platform.pub.pem")
    proven, waiting = verify_kept(kept, public)
    assert proven >= 5
    assert waiting == 1  # that the page was looked at, after the checkpoint
    assert shown.count("<strong>") == proven
    contents = json.dumps(kept, ensure_ascii=False)
    assert cast.ZHANG_SAN not in contents
    assert "张三" not in contents


def test_five_wrong_attempts_shut_a_number_for_an_hour_and_no_longer(county, answered, monkeypatch):
    number = number_of(answered, "a")
    for _ in range(5):
        assert WRONG in entered(number, cast.LI_SI)[1]
    browser = Client()
    for _ in range(3):  # going on does not prolong it
        answer = browser.post("/mine/", {"number": number, "id_number": cast.ZHANG_SAN})
        assert answer.status_code == 429
        assert "一小时后再试" in answer.content.decode()
    assert Attempt.objects.filter(at__lte=moment()).count() == 10
    assert "的查询记录" in entered(number_of(answered, "b"), cast.LI_SI)[1]
    later = moment() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(entering, "moment", lambda: later)
    assert "的查询记录" in entered(number, cast.ZHANG_SAN)[1]
    assert entering.forget_attempts() == 10


def test_a_number_that_is_not_there_is_shut_alike(county, answered):
    for _ in range(5):
        assert WRONG in entered("SQ-2222-2222-2222", cast.LI_SI)[1]
    browser = Client()
    answer = browser.post("/mine/", {"number": "sq 222222222222", "id_number": cast.LI_SI})
    assert answer.status_code == 429


def test_an_address_that_tries_many_numbers_is_shut(county, answered, monkeypatch):
    monkeypatch.setattr(entering, "PER_ADDRESS", 3)
    right = {"number": number_of(answered, "a"), "id_number": cast.ZHANG_SAN}

    def tried(address, given):
        return Client(REMOTE_ADDR=address).post("/mine/", given).status_code

    for n in range(3):
        wrong = {"number": f"x{n}", "id_number": "y"}
        assert tried(f"2001:db8::{n}", wrong) == 422  # one household's network of IPv6
    assert tried("2001:db8::9", right) == 429
    assert tried("2001:db8:0:1::9", right) == 302
    assert tried("192.0.2.1", right) == 302


def test_who_enters_rightly_is_not_counted(county, answered):
    for _ in range(8):
        assert "的查询记录" in entered(number_of(answered, "a"), cast.ZHANG_SAN)[1]
    assert not Attempt.objects.exists()


def test_no_number_and_no_address_is_kept_or_logged(county, answered, caplog):
    number = number_of(answered, "a")
    for _ in range(7):
        Client(REMOTE_ADDR="192.0.2.77").post("/mine/", {"number": number, "id_number": cast.LI_SI})
    kept = " ".join(Attempt.objects.values_list("subject", flat=True))
    assert len(kept) > 0
    assert "尝试过多" in caplog.text
    for told in (caplog.text, kept):
        assert number not in told
        assert cast.LI_SI not in told
        assert "192.0.2.77" not in told


def test_a_code_from_the_window_opens_the_page_until_there_is_a_new_one(county):
    case = cast.authorized(county)  # on papers without a number
    window = at_desk(county, "wang")
    address = f"/cases/{case.number}/members/a/own-code/"
    assert window.post(address).status_code == 302
    assert not OwnCode.objects.exists()
    codes = []
    for _ in range(2):
        text = window.post(address, {"seen": "yes"}).content.decode()
        codes += re.findall(r"CX-[0-9A-Z-]{14}", text)
    old, new = codes
    assert WRONG in entered(old, cast.ZHANG_SAN)[1]
    assert WRONG in entered(new, cast.LI_SI)[1]
    assert WRONG in entered(new.replace("CX", "SQ"), cast.ZHANG_SAN)[1]
    shown = entered(new.lower().replace("-", " "), cast.ZHANG_SAN)[1]
    assert "的查询记录" in shown
    assert shown.count("发给本人查询码") == 2
    assert not OwnCode.objects.filter(code__contains=new[3:7]).exists()
    assert at_desk(county, "sheng").post(address, {"seen": "yes"}).status_code == 404
    assert at_desk(county, "liu").post(address, {"seen": "yes"}).status_code == 403


def test_many_attempts_at_once_do_not_slip_by_the_limit(committed):
    """Each counts itself before it looks."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: _try("SQ-3333-3333-3333"), range(24)))
    assert found.count("wrong") <= 5
    assert found.count("wrong") + found.count("refused") == 24


def _try(number: str) -> str:
    try:
        entering.who_enters(number, cast.LI_SI, address="192.0.2.5")
    except entering.TooMany:
        return "refused"
    finally:
        connection.close()
    return "wrong"
