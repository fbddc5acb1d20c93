"""
Thirty stories from public cases: none of them ends against the family by default.

Each family is one that a means test once wronged. See `telling` for what a story says, and
`public_cases/` for the stories, to be read one by one.
"""

import pytest
from django.urls import reverse
from django.utils.html import escape

from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.determinations.acts import Decided, NotDetermined, propose
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.suggesting import suggested
from hedui.procedure.objections.queries import held_lines
from hedui.procedure.objections.revising import revise
from hedui.procedure.reports.accepting import NotAccepted, accept, as_accepted
from hedui.procedure.reports.models import Cause
from hedui.procedure.reports.versions import Ground
from tests import cast
from tests.faces.desks import at_desk, page
from tests.stories import telling
from tests.stories.telling import Story

pytestmark = pytest.mark.django_db
STORIES = telling.stories()
OPEN = ("inconsistent", "awaiting_explanation", "not_comparable")
NEVER_SAID = ("隐瞒", "骗", "虚假", "嫌疑", "不诚信")


def test_there_are_thirty_and_no_two_are_the_same():
    assert len({story.written["title"] for story in STORIES}) == len(STORIES) >= 30


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_no_story_ends_against_the_family_by_default(county, story: Story):
    draft = telling.drafted(county, story)
    is_shown(draft.opened, story)
    is_called_nothing(county, draft)
    if "on_draft" in story.written:
        settled = story.written["on_draft"]
        accept(finding=shown(draft, story), **settled, by=county.prepares)
    report = cast.signed_off(county, draft)
    is_read(at_desk(county, "wang"), report)
    is_left_open(report, story)
    nobody_concludes(county, report)
    if "objects" in story.written:
        report = cast.signed_off(county, objected(county, report, story))
        is_left_open(report, story)
    if "objects" in story.written or "on_draft" in story.written:
        is_used_no_more(county, report, story)
    ends(report, story)
    assert not Determination.objects.exists()


def shown(report, story, name="shows"):
    key, _, item = story.written[name]["item"].partition(".")
    return cast.finding_on(report, item, key)


def is_shown(body, story: Story):
    """Show what was found, and tell the family what to bring on everything that is open."""
    asked = {finding for kind in body["guidance"] for finding in kind["findings"]}
    lines = [line for line in body["findings"] if line["status"] in OPEN]
    assert {line["id"] for line in lines if line["unit"] != "words"} <= asked
    assert asked <= {line["id"] for line in lines}
    for kind in body["guidance"]:
        assert all(one["ask"] and one["bring"] for one in kind["asks"])
        assert Cause.UNDECLARED not in [one["cause"] for one in kind["asks"]]
    for name in ("shows", "shows_also"):
        if told := story.written.get(name):
            key, _, item = told["item"].partition(".")
            (line,) = [x for x in body["findings"] if (x["member"], x["item"]) == (key, item)]
            assert line["status"] == told["status"], line
            papers = [
                paper
                for kind in body["guidance"]
                if line["id"] in kind["findings"]
                for one in kind["asks"]
                for paper in one["bring"]
            ]
            assert bool(papers) == ("bring" in told)
            assert not papers or any(told["bring"] in paper for paper in papers)
    assert not any(word in str(body) for word in NEVER_SAID)


def is_read(street, report):
    """Tell it on the page and in report.json, as the counter and other systems read it."""
    shown = page(street, "report", number=report.number)
    wanted = report.opened["guidance"]
    papers = [paper for kind in wanted for one in kind["asks"] for paper in one["bring"]]
    assert [paper for paper in papers if escape(paper) not in shown] == []
    sent = street.get(reverse("workbench:report_json", args=[report.number])).json()
    assert sent["report"]["guidance"] == wanted


def is_called_nothing(county, draft):
    """Call nothing undeclared as long as the family was not even told."""
    everything = {cause: "已问" for cause in Cause if cause != Cause.UNDECLARED}
    for finding in draft.findings.filter(status="inconsistent"):
        with pytest.raises(NotAccepted):
            accept(
                finding=finding,
                cause="undeclared",
                accepted="0",
                reason="x",
                excluded=everything,
                by=county.prepares,
            )


def is_left_open(report, story: Story):
    """Suggest a refusal on nothing that the family does not say itself."""
    refused = suggested(report).outcome == "refuse"
    assert refused == story.written.get("over_by_her_own_word", False)


def nobody_concludes(county, report):
    """Conclude nothing against the family on what a source says, alone or before it was told."""
    positions = [f.position for f in report.findings.exclude(status="consistent")]
    cast.visited(county, report.commission.case)
    for findings in ([], positions):
        with pytest.raises(NotDetermined):
            propose(
                report=report,
                outcome="refuse",
                reasons="x",
                findings=findings,
                by=cast.deciders(county)[0],
            )


def objected(county, report, story: Story):
    """Let the family object: on hold at once, resolved by one apart; return the new version."""
    objection, resolution = telling.heard(county, story, report)
    finding = shown(report, story)
    assert held_lines(report) == {finding.position}
    with pytest.raises(NotDetermined, match="暂缓使用"):
        propose(
            report=report,
            outcome="refuse",
            reasons="x",
            findings=[finding.position],
            apart="visit",
            by=cast.deciders(county)[0],
        )
    cast.resolved(county, objection, **resolution)
    second = revise(report=report, ground=Ground.OBJECTION, by=county.prepares)
    line = second.opened["findings"][finding.position]
    assert (line["cause"], str(line["accepted"])) == (
        story.written["resolved"]["cause"],
        story.written["resolved"]["accepted"],
    )
    return second


def is_used_no_more(county, report, story: Story):
    """Rest nothing on what was explained, whatever it is confirmed by."""
    finding = shown(report, story)
    if finding.status == "inconsistent":
        with pytest.raises(NotDetermined, match="已经说明清楚"):
            propose(
                report=report,
                outcome="refuse",
                reasons="x",
                findings=[finding.position],
                apart="visit",
                decided=Decided(departs="x"),
                papers=[Paper("入户调查表", telling.PAPER)],
                by=cast.deciders(county)[0],
            )


def ends(report, story: Story):
    """Count what was found right, and of what was explained only what was accepted."""
    body = as_accepted(report)
    for basis, sums in story.written.get("ends", {}).items():
        for name, amount in sums.items():
            assert body["totals"][basis][name] == amount, (basis, name)
    if settled := story.written.get("resolved") or story.written.get("on_draft"):
        line = body["findings"][shown(report, story).position]
        assert line["cause"] == settled["cause"]
        assert line["id"] not in [f for kind in body["guidance"] for f in kind["findings"]]
