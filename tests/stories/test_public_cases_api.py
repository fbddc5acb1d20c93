"""
The thirty stories through the interface: an outside system orders, follows, fetches and objects.

Beside the interface stands only what a verification body does at its own desks: the sources answer,
an officer examines, another signs, a third resolves.
"""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from jsonschema_rs import Draft202012Validator

from hedui.faces.api.contract import document
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.acts import confirm
from hedui.procedure.objections.models import Objection
from hedui.procedure.objections.revising import revise
from hedui.procedure.record.actor import Role
from hedui.procedure.record.moment import today
from hedui.procedure.reports.accepting import accept
from hedui.procedure.reports.versions import Ground
from tests import cast
from tests.faces.callers import Caller
from tests.stories import telling
from tests.stories.telling import Story

pytestmark = pytest.mark.django_db
STORIES = telling.stories()


class System:
    """The assistance system that is there: it holds every answer against the contract."""

    def __init__(self, county: cast.County, story: Story) -> None:
        token = cast.client(county, Role.INTAKE, Role.COMMISSION)[1]
        self.caller, self.story, self.number = Caller(token), story, ""

    def order(self) -> Commission:
        content = telling.case_file(self.story)
        sent = self.caller.order(content=content)
        assert sent.status_code == 201, sent.content.decode()
        self.number = sent.json()["commission"]
        return Commission.objects.get(number=self.number)

    def get(self, part: str, schema: str) -> Any:
        answer = self.caller.get(f"/commissions/{self.number}{part}")
        assert answer.status_code == 200, answer.content.decode()
        fits = {"$ref": f"#/components/schemas/{schema}", "components": document()["components"]}
        Draft202012Validator(fits).validate(answer.json())
        return answer.json()

    def object(self, finding: str) -> Any:
        says = self.story.written["objects"]
        key = self.story.written["shows"]["item"].partition(".")[0]
        objection = {
            "member": key,
            "received_on": today().isoformat(),
            "items": [{"finding": finding, "grounds": says["says"]}],
            "papers": [{"evidence": "p.pdf", "description": says["brings"][:60]}],
        }
        return self.caller.http.post(
            f"/api/v1/commissions/{self.number}/objections",
            {
                "objection": json.dumps(objection, ensure_ascii=False),
                "evidence": [SimpleUploadedFile("p.pdf", telling.PAPER)],
            },
            headers={"Idempotency-Key": "o-1"},
        )


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_no_story_ends_against_the_family_through_the_interface(county, story: Story):
    for source in story.written.get("departments", []):
        cast.department(source)
    system = System(county, story)
    draft = telling.drafted_on(story, system.order())
    assert system.get("", "Commission")["stage"] == "examine"
    if "on_draft" in story.written:
        accept(finding=shown(draft, story), **story.written["on_draft"], by=county.prepares)
    report = cast.signed_off(county, draft)
    if "shows" in story.written:
        line = fetched(system, report, story)
        if "objects" in story.written:
            contested(county, system, report, line)
    told = system.get("/outcome", "Outcome")
    assert told["determination"] is None
    assert told["notices"] == []
    assert told["state"] == "delivering"
    ends(system.get("/report", "SignedReport")["report"], story)


def shown(report, story: Story):
    key, _, item = story.written["shows"]["item"].partition(".")
    return cast.finding_on(report, item, key)


def fetched(system: System, report, story: Story) -> dict[str, Any]:
    """Fetch the report: what was found, and what the family may bring; return the line told of."""
    body = system.get("/report", "SignedReport")["report"]
    line = body["findings"][shown(report, story).position]
    assert line["status"] == story.written["shows"]["status"]
    if "bring" in story.written["shows"] and "on_draft" not in story.written:
        papers = [
            paper
            for kind in body["guidance"]
            if line["id"] in kind["findings"]
            for one in kind["asks"]
            for paper in one["bring"]
        ]
        assert any(story.written["shows"]["bring"] in paper for paper in papers)
    return line


def contested(county, system: System, report, line) -> None:
    """Object, see it on hold at once, and see what came of it; fetch the new version."""
    sent = system.object(line["id"])
    assert sent.status_code == 201, sent.content.decode()
    standing = system.get("/report", "SignedReport")["standing"]
    assert standing["on_hold"] == [line["id"]]
    (told,) = system.get("/outcome", "Outcome")["objections"]
    assert told["objection"] == sent.json()["objection"]
    assert told["items"] == [
        {"finding": line["id"], "outcome": None, "reasons": None, "resolved_at": None}
    ]
    objection = Objection.objects.get(number=told["objection"])
    assert len(cast.exhibits_of(objection)) == 1
    resolved = {"outcome": "upheld", "reasons": "看过材料，情况属实"}
    cast.resolved(county, objection, **resolved | system.story.written["resolved"])
    (told,) = system.get("/outcome", "Outcome")["objections"]
    assert told["items"][0]["outcome"] == "upheld"
    assert told["items"][0]["reasons"] == "看过材料，情况属实"
    second = cast.signed_off(
        county, revise(report=report, ground=Ground.OBJECTION, by=county.prepares)
    )
    assert system.get("/report", "SignedReport")["report"]["number"] == second.number


def ends(body, story: Story):
    for basis, sums in story.written.get("ends", {}).items():
        for name, amount in sums.items():
            assert body["totals"][basis][name] == amount, (basis, name)


def test_what_was_decided_and_told_is_told_to_the_system_and_a_proposal_is_not(county):
    (story,) = [one for one in STORIES if one.name.startswith("01-")]
    system = System(county, story)
    report = cast.signed_off(county, telling.drafted_on(story, system.order()))
    cast.delivered(county, report)
    told = system.get("/outcome", "Outcome")
    assert told["delivered_on"] == today().isoformat()
    assert told["objections_until"] > told["delivered_on"]
    made = cast.proposed_for(county, report, decided=telling.granted(500_00))
    cast.published(county, made, days_ago=20)
    assert system.get("/outcome", "Outcome")["determination"] is None
    made = confirm(determination=made, by=cast.deciders(county)[1])
    told = system.get("/outcome", "Outcome")
    assert told["determination"]["outcome"] == "grant"
    assert told["determination"]["amount"] == "500.00"
    assert told["state"] == "granted"
    notice = cast.noticed(county, report.commission.case, "approval", determination=made)
    cast.handed_over(county, notice)
    (shown_,) = system.get("/outcome", "Outcome")["notices"]
    assert (shown_["notice"], shown_["form"]) == (notice.number, "approval")
    assert shown_["delivered_on"] == today().isoformat()
    kinds = [one["kind"] for one in system.caller.get("/news", after=-1).json()["news"]]
    assert kinds[-3:] == ["delivered", "concluded", "notified"]


def test_another_agencys_system_is_told_of_none_of_it(county):
    (story,) = [one for one in STORIES if one.name.startswith("01-")]
    system = System(county, story)
    system.order()
    stranger = cast.client(county, Role.INTAKE, name="别处", agency=cast.other_street(county))[1]
    answer = Caller(stranger).get(f"/commissions/{system.number}/outcome")
    assert answer.status_code == 404
