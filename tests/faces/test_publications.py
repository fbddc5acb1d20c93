"""公示 on the web: what the paper says, for its days, and not a word more."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from hedui.procedure.determinations.publishing import protest, uphold
from hedui.procedure.papers.acts import open_notice
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.reports.documents import paper_document
from hedui.procedure.reports.documents.wording import yuan
from hedui.values.money import yuan_text
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposed(county):
    report = cast.signed_off(county, cast.drafted(county))
    cast.delivered(county, report)
    return cast.proposed_for(county, report)


@pytest.fixture
def posted(county, proposed):
    return cast.published(county, proposed)


def shown(path: str):
    answer = Client().get(path)
    return answer.status_code, answer.content.decode()


def all_three(county, posted):
    one, listed = f"/publications/{posted.pk}/", f"/publications/of/{county.street.pk}/"
    return shown("/publications/"), shown(listed), shown(one)


def test_it_shows_the_five_things_of_the_paper_and_no_more(county, posted):
    (_, offices), (_, listed), (status, one) = all_three(county, posted)
    assert status == 200
    amount = f"{yuan(yuan_text(posted.opened['amount_fen']))} 元"
    for part in ("张三", "最低生活保障", amount, "南京东路街道公示栏", "<dd>3</dd>"):
        assert part in one, part
    assert county.street.name in offices
    assert "1 件" in offices
    assert "张三" not in listed
    assert "张*" in listed
    case = posted.case
    for page in (offices, listed, one):
        for never in (cast.ZHANG_SAN, "990101", "李四", "张小", case.number, "50,400", "30,000"):
            assert never not in page


def test_a_child_is_not_named_anywhere(county, proposed):
    raw.drop_triggers("cases_member_only_is_replaced")
    applicant = proposed.report.commission.case.members.get(key="a")
    raw.update(applicant, birth_date=today() - timedelta(days=12 * 365))
    for _, page in all_three(county, cast.published(county, proposed)):
        assert "张三" not in page


def test_it_is_gone_when_its_days_are_over_and_not_there_before(county, posted):
    one = f"/publications/{posted.pk}/"
    cast.long_ago(posted, (posted.last_day - today()).days)  # this is the last of them
    assert shown(one)[0] == 200
    cast.long_ago(posted, 1)
    (_, offices), (_, listed), (status, gone) = all_three(county, posted)
    assert status == 404
    assert "目前没有公示" in offices
    assert "目前没有公示" in listed
    never = shown("/publications/01a2186a-ed57-7e58-a117-4f7fd4cbc870/")
    assert (status, gone) == never
    raw.drop_triggers("cases_step_is_never_changed")
    raw.update(posted, first_day=today() + timedelta(days=1), last_day=today() + timedelta(days=9))
    assert shown(one)[0] == 404


def test_it_is_gone_when_what_was_said_against_it_holds(county, posted):
    case = posted.case
    protest(case=case, said="他家有车", received_on=today(), by=county.intake)
    assert shown(f"/publications/{posted.pk}/")[0] == 200
    cast.visited(county, case)
    uphold(case=case, reasons="车确系其所有", by=cast.deciders(county)[0])
    assert shown(f"/publications/{posted.pk}/")[0] == 404
    assert "目前没有公示" in shown("/publications/")[1]


def test_it_is_gone_when_another_proposal_takes_its_place(county, posted, proposed):
    again = cast.proposed_for(county, proposed.report)
    assert again.pk > proposed.pk
    assert shown(f"/publications/{posted.pk}/")[0] == 404


def test_search_engines_are_asked_to_leave_it_out_and_caches_too(county, posted):
    for path in ("/publications/", f"/publications/{posted.pk}/"):
        answer = Client().get(path)
        assert answer["X-Robots-Tag"].startswith("noindex")
        assert answer["Cache-Control"] == "no-store"
        assert '<meta name="robots" content="noindex">' in answer.content.decode()
    assert "Disallow: /publications/" in shown("/robots.txt")[1]
    assert Client().post("/publications/").status_code == 405


def test_to_read_it_leaves_no_entry_for_that_it_is_public_stands_there_once(county, posted):
    before = Entry.objects.count()
    all_three(county, posted)
    assert Entry.objects.count() == before
    assert Entry.objects.filter(act="determinations.publish", case=posted.case_id).count() == 1


def test_the_posted_paper_carries_the_address_as_a_code(county, posted):
    notice = cast.noticed(county, posted.case, "publication")
    paper = open_notice(notice=notice, by=county.intake)
    assert re.fullmatch(rf"http.+/publications/{posted.pk}/", paper.address)
    given = paper_document(paper, at=notice.issued_at).given
    assert given["address"] == paper.address
    assert str(given["qr"]).startswith("<?xml")
    other = open_notice(notice=cast.noticed(county, posted.case), by=county.intake)
    assert other.address == ""
