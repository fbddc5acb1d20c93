"""本人查询记录: a person sees who asked about them and keeps the proofs; about others, nothing."""

import json

import pytest
from django.conf import settings
from django.test import Client

from hedui.batch.sample.scans import scan
from hedui.ledger.kept import verify_kept
from hedui.ledger.verify import public_keys_in
from hedui.procedure.authorizations.guardians import end_guardianship
from hedui.procedure.commissions.acts import commission
from hedui.procedure.record.checkpoints import make_checkpoint
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
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


def test_the_proofs_verify_with_the_public_key_alone(county, answered):
    make_checkpoint()
    browser, shown = entered(number_of(answered, "a"), cast.ZHANG_SAN)
    kept = json.loads(browser.get("/mine/proofs.json").content)
    public = public_keys_in(settings.HEDUI_KEYS_DIR / "platform.pub.pem")
    proven, waiting = verify_kept(kept, public)
    assert proven >= 5
    assert waiting == 1  # that the page was looked at, after the checkpoint
    assert shown.count("<strong>") == proven
    contents = json.dumps(kept, ensure_ascii=False)
    assert cast.ZHANG_SAN not in contents
    assert "张三" not in contents
