"""What is refused at the counter, in words, before the database would; and what is told to whom."""

import io
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pypdfium2
import pytest

from hedui.procedure.authorizations import electronic, evidence, likeness, pages, texts
from hedui.procedure.authorizations.acts import (
    Agent,
    AlreadyConfirmed,
    confirm,
    consult,
    consult_proof,
    revoke,
)
from hedui.procedure.authorizations.evidence import EvidenceNotUsable
from hedui.procedure.authorizations.formtext import Block, blocks, paragraphs
from hedui.procedure.authorizations.guardians import GuardianNeeded, end_guardianship
from hedui.procedure.authorizations.models import Authorization, Form
from hedui.procedure.authorizations.printing import NumberNotUsable
from hedui.procedure.authorizations.queries import (
    guardianship_of,
    held_in,
    standing_of,
    text_named,
    texts_of,
)
from hedui.procedure.authorizations.states import State, birthday, state_of
from hedui.procedure.cases.models import Member
from hedui.procedure.commissions.acts import close
from hedui.procedure.record.actor import INSTALLER, Actor, Role
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from tests import cast, papers
from tests.procedure import raw

ELSEWHERE = "由其他机构受理"


@pytest.fixture
def case(county):
    return cast.declared(county)


def person(case, key: str) -> Member:
    found: Member = case.members.get(key=key, replaced=False)
    return found


def held(signed: Authorization) -> Authorization:
    return Authorization.objects.get(pk=signed.pk)


# ------------------------------------------------------------------ officers


def test_an_officer_of_another_street_confirms_ends_and_prints_nothing(county, case):
    signed = cast.authorize(county, person(case, "c"), guardian="a", proof=cast.SCAN)
    form = Form.objects.get()
    with pytest.raises(Refusal, match=ELSEWHERE):
        confirm(authorization=signed, by=county.stranger)
    with pytest.raises(Refusal, match=ELSEWHERE):
        end_guardianship(guardianship=signed.guardianship, reason="监护人死亡", by=county.stranger)
    from hedui.procedure.authorizations.printing import print_form

    with pytest.raises(Refusal, match=ELSEWHERE):
        print_form(
            member=person(case, "a"),
            form=form,
            items=("bank.balance_fen",),
            valid_until=today(),
            guardian=None,
            by=county.stranger,
        )


def test_what_is_confirmed_or_revoked_is_not_confirmed_again(county, case):
    first, second = (cast.authorize(county, person(case, key)) for key in "ab")
    cast.confirmed(county, first)
    other = cast.second_officer(county)
    revoke(authorization=second, reason="本人要求撤回", by=county.intake)
    for signed in (first, second):
        consult(authorization=signed, by=other)
        with pytest.raises(AlreadyConfirmed, match="已经复核过,或者已经撤回"):
            confirm(authorization=signed, by=other)


def test_to_see_the_proof_of_a_guardian_is_an_act_and_shows_what_was_kept(county, case):
    signed = cast.authorize(county, person(case, "c"), guardian="a", proof=cast.SCAN)
    found = guardianship_of(county.intake, case=case, number=signed.guardianship_id)
    assert consult_proof(guardianship=found, by=county.intake) == cast.SCAN


@pytest.mark.parametrize("name, relation", [(" ", "邻居"), ("钱", " ")])
def test_who_hands_a_paper_in_is_named_with_what_they_are(county, case, name, relation):
    with pytest.raises(Refusal, match="代办人"):
        cast.authorize(county, person(case, "a"), agent=Agent(name, relation))
    cast.authorize(county, person(case, "a"), agent=Agent("钱", "邻居"))
    (told,) = [one for one in held_in(county.intake, case=case) if one.agent]
    assert told.agent == "钱(邻居)"


def test_an_adult_is_signed_for_only_on_one_of_the_two_grounds_of_the_law(county, case):
    with pytest.raises(GuardianNeeded, match="无民事行为能力还是限制民事行为能力"):
        cast.authorize(county, person(case, "b"), guardian="a", capacity="tired", proof=cast.SCAN)


# ------------------------------------------------------------------ numbered forms


def test_no_form_is_printed_on_a_withdrawn_text_or_for_who_was_replaced(county, case):
    gone = person(case, "b")
    raw.update(gone, replaced=True)
    gone.refresh_from_db()
    with pytest.raises(Refusal, match="重新打印"):
        cast.printed(county, gone)
    texts.withdraw(form=Form.objects.get(), by=INSTALLER)
    with pytest.raises(Refusal, match="重新打印"):
        cast.printed(county, person(case, "a"))


def test_the_same_form_printed_twice_on_one_day_has_one_number(county, case):
    first, again = (cast.printed(county, person(case, "a")).sheet for _ in range(2))
    assert first.number == again.number


def test_a_number_that_is_mistyped_or_was_never_printed_is_refused(county, case):
    from hedui.procedure.authorizations.numbers import new_number

    for number, said in (("X", "末位是校验字符"), (new_number(), "没有打印过")):
        with pytest.raises(NumberNotUsable, match=said):
            cast.authorize(county, person(case, "a"), number=number)


def test_what_is_registered_on_a_numbered_form_says_what_the_form_says(county, case):
    """Text, end, day and guardian are held against what was printed."""
    sheet = cast.printed(county, person(case, "a")).sheet
    right = {"number": sheet.number, "signed_on": today(), "valid_until": sheet.valid_until}
    raw.insert(Form.objects.get(), id="form-x")
    for wrong, said in (
        ({"form": "form-x"}, "文本或者救助项目"),
        ({"valid_until": sheet.valid_until + timedelta(days=1)}, "有效期超过"),
        ({"signed_on": today() - timedelta(days=1)}, "早于这份授权书的打印日期"),
    ):
        with pytest.raises(NumberNotUsable, match=said):
            cast.authorize(county, person(case, "a"), **right | wrong)
    minors = cast.printed(county, person(case, "c"), guardian="a").sheet
    with pytest.raises(NumberNotUsable, match="监护人不是"):
        cast.authorize(
            county, person(case, "c"), **right | {"number": minors.number, "guardian": "b"}
        )
    cast.authorize(county, person(case, "a"), **right)


# ------------------------------------------------------------------ what is told


def test_departments_are_told_four_words_and_no_reason(county, case):
    assert standing_of(uuid4()) == "unknown"
    a, b, c = (cast.authorize(county, person(case, key)) for key in "abc")
    ordered = cast.commissioned(county, case)
    assert standing_of(a.pk) == "active"
    revoke(authorization=b, reason="本人要求撤回", by=county.intake)
    assert standing_of(b.pk) == "revoked"
    raw.update(person(case, "c"), replaced=True)
    assert standing_of(c.pk) == "expired"
    close(commission=ordered, by=county.countersigns)
    assert standing_of(a.pk) == "expired"
    assert standing_of(b.pk) == "revoked"


def test_what_was_signed_for_another_programme_serves_no_more(county, case):
    signed = held(cast.authorize(county, person(case, "a")))
    signed.case.programme = "dibao_edge"
    told = state_of(signed, moment())
    assert told.state is State.ENDED
    assert "救助项目已变更" in told.why


def test_all_texts_are_listed_to_who_publishes_them_and_each_is_read_by_name(county):
    security = Actor("officer:1", "安", None, frozenset({Role.SECURITY_ADMIN}))
    assert [one.id for one in texts_of(security)] == [cast.FORM]
    assert texts_of(county.intake) == []
    assert text_named(county.intake, form=cast.FORM).id == cast.FORM
    assert dict(texts.programmes_known())["dibao"]


@pytest.mark.parametrize(
    "born, day",
    [(date(2008, 2, 29), date(2026, 3, 1)), (date(2008, 2, 28), date(2026, 2, 28))],
)
def test_who_was_born_on_a_leap_day_comes_of_age_on_the_first_of_march(born, day):
    assert birthday(Member(birth_date=born), 18) == day


def test_on_a_leap_day_they_are_of_age_who_were_born_until_the_28th_of_february(db):
    from hedui.procedure.authorizations.states import serving

    at = datetime(2028, 2, 29, 4, tzinfo=UTC)
    assert "2010, 2, 28" in repr(serving(at))


# ------------------------------------------------------------------ papers and texts


def test_what_is_no_scan_is_not_kept(county):
    with pytest.raises(EvidenceNotUsable, match="PDF、PNG 或 JPEG"):
        evidence.kind_of(b"GIF89a")
    kinds = [evidence.kind_of(start + b"rest") for start in (*evidence.KINDS, b"{")]
    assert kinds == [*evidence.KINDS.values(), "application/json"]


def test_a_pdf_without_pages_cannot_be_read():
    document, file = pypdfium2.PdfDocument.new(), io.BytesIO()
    document.save(file)
    with pytest.raises(pages.NotReadable):
        list(pages.pages(file.getvalue()))


def test_scans_that_show_too_little_of_the_same_are_never_taken_for_the_same_sheet():
    """What is not compared proves nothing, however little of it disagrees."""
    (whole,) = likeness.fingerprints(papers.png(papers.paper(1)))
    cut = papers.paper(1).crop((100, 200, 1200, 420))
    (part,) = likeness.fingerprints(papers.png(cut))
    assert likeness.disagreement(whole.ink, part.ink) == float("inf")
    assert not likeness.same_sheet(whole.ink, part.ink)


def test_a_text_is_read_as_headings_lists_and_paragraphs_and_lines_for_signing_left_out():
    text = (
        "# 授权书\n\n## 告知\n目的与**方式**\n\n## 保存\n\n- 一项\n- 两\n  行\n2. 三 - 四\n\n"
        "授权人(签名):\n\n撤回。"
    )
    assert blocks(text) == [
        Block("heading", "告知"),
        Block("paragraph", "目的与方式"),
        Block("heading", "保存"),
        Block("list", items=("一项", "两行", "三 - 四")),
        Block("paragraph", "撤回。"),
    ]
    assert paragraphs(text) == [
        "告知",
        "目的与方式",
        "保存",
        "· 一项",
        "· 两行",
        "· 三 - 四",
        "撤回。",
    ]


@pytest.mark.parametrize("reason", ["", "本人 10000000001 来电", "本人要求"])
def test_why_something_ended_is_one_of_fixed_words_whoever_calls(county, case, reason):
    """The words enter the ledger, which names nobody and forgets nothing."""
    signed = cast.authorize(county, person(case, "c"), guardian="a", proof=cast.SCAN)
    before = Entry.objects.count()
    with pytest.raises(Refusal, match="请选择撤回原因") as refusal:
        revoke(authorization=signed, reason=reason, by=county.intake)
    assert refusal.value.field == "reason"
    with pytest.raises(Refusal, match="请选择终止原因") as refusal:
        end_guardianship(guardianship=signed.guardianship, reason=reason, by=county.intake)
    assert refusal.value.field == "reason"
    assert Entry.objects.count() == before


def test_nobody_signs_without_paper_on_a_text_of_another_programme(county, case):
    raw.insert(Form.objects.get(), id="form-x", programmes=["tekun"])
    given = electronic.enrol(member=person(case, "a"), by=county.intake)
    with pytest.raises(Refusal, match="不适用于本项目"):
        electronic.sign(
            enrolment=given.enrolment,
            form=Form.objects.get(pk="form-x"),
            notice=electronic.notice_before(case),
            items=("bank.balance_fen",),
            code="000000",
            by=electronic.PORTAL,
        )


def test_a_guardianship_that_was_proven_serves_again_without_the_proof(county, case):
    first = cast.authorize(county, person(case, "c"), guardian="a", proof=cast.SCAN)
    again = cast.authorize(county, person(case, "c"), guardian="a")
    assert again.guardianship_id == first.guardianship_id
