"""The public confirmation of a report: what it says, and all that it does not."""

from datetime import timedelta

import pytest

from hedui.procedure.record.moment import today
from hedui.procedure.reports import acts
from tests import cast

pytestmark = pytest.mark.django_db
UNKNOWN = "ABCD-EFGH-JKMN"


@pytest.fixture
def issued(county):
    return cast.issued(county)


def test_a_code_confirms_number_body_dates_and_digest(client, issued):
    shown = client.get(f"/verify/{issued.code}/").content.decode()
    for part in (issued.number, "黄浦区核对中心", issued.digest, "在有效期内"):
        assert part in shown


def test_it_is_set_as_chinese_is(client, issued):
    shown = client.get(f"/verify/{issued.code}/").content.decode()
    assert "申请使用，不得用于其他用途" in shown


def test_it_says_nothing_about_persons(client, issued):
    shown = client.get(f"/verify/{issued.code}/").content.decode()
    for part in ("张三", "李四", "990101", "张*", "50,400", "刘", "赵"):
        assert part not in shown


FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda c: c.replace("-", ""),
        lambda c: f" {c.replace('-', ' ')} ",
        lambda c: c.translate(FULL_WIDTH),
        lambda c: c.lower().translate(FULL_WIDTH),
        lambda c: c.replace("-", "\u2014"),
        lambda c: c.replace("-", "\u2011"),
        lambda c: c.replace("-", " \u2013 "),
        lambda c: c.replace("-", "\u3000"),
        lambda c: c.replace("-", "－"),
        lambda c: "\u00a0".join(c) + "。",
    ],
)
def test_a_code_may_be_typed_as_one_likes(client, issued, change):
    answer = client.get("/verify/", {"code": change(issued.code)}, follow=True)
    assert issued.number in answer.content.decode()


def test_every_other_code_gets_the_same_answer(client, county):
    report = cast.submitted(county)
    answers = {
        (a.status_code, a.content)
        for code in (UNKNOWN, "nonsense", report.code, "1' OR 1")
        for a in [client.get(f"/verify/{code}/")]
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_an_expired_report_is_called_so(client, county):
    report = cast.submitted(county)
    acts.issue(
        report=report,
        officer=county.officers["zhao"],
        by=county.countersigns,
        valid_until=today() - timedelta(days=1),
    )
    assert "已过有效期" in client.get(f"/verify/{report.code}/").content.decode()


def test_an_empty_code_is_asked_for_again(client, db):
    answer = client.get("/verify/", {"code": " "})
    assert "请输入核验码" in answer.content.decode()
