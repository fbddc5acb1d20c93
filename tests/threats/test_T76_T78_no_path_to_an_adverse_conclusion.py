"""
T76, T78: no way leads to an adverse conclusion but the one of rule R05, whoever writes the rows.

Every combination of what the database can find is tried by raw SQL, with the application's own
connection and no act: it takes the conclusion in exactly one of them.
"""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from hedui.procedure.agencies.acts import appoint
from hedui.procedure.cases.models import Exhibit, Step
from hedui.procedure.determinations.models import Determination
from hedui.procedure.record.actor import INSTALLER, Actor, Role
from hedui.procedure.record.acts import REGISTRY, Draft, _append
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.acts import consult
from hedui.procedure.reports.models import Delivery
from tests import cast
from tests.architecture.test_reference import acts as registered
from tests.procedure import raw

pytestmark = pytest.mark.django_db

LAWFUL: dict[str, Any] = {
    "outcome": "refuse",
    "ground": "inconsistent",
    "reasons": True,
    "paper": True,
    "opened": True,
    "told": "over",
    "objection": "resolved",
    "proposer": "he",
    "confirmer": "lv",
}
WAYS: dict[str, tuple[Any, ...]] = {
    "outcome": ("refuse", "reduce", "stop"),
    "ground": ("inconsistent", "silent", "none", "declaration", "both"),
    "reasons": (True, False),
    "paper": (True, False),
    "opened": (True, False),
    "told": ("over", "ends today", "not at all"),
    "objection": ("resolved", "none", "open"),
    "proposer": ("he", "machine", "verifier", "nobody's post"),
    "confirmer": ("lv", "same", "machine", "verifier", "nobody's post", "taker", "relative"),
}


FREE = ("outcome", "objection", "ground")


def _with_the_post(county, login: str) -> str:
    """Give an officer of the street the post that decides, and return who that is."""
    cast.second_officer(county)
    officer = county.officers[login]
    appoint(
        officer=officer,
        agency=county.street,
        role=Role.COMMISSION,
        first_day=today(),
        by=INSTALLER,
    )
    return f"officer:{officer.pk}"


class Place:
    """A report, and rows that were never put in by an act."""

    def __init__(self, county) -> None:
        self.report = cast.doubted(county)
        cast.long_issued(self.report, days=90)
        case = self.report.commission.case
        first, second = cast.deciders(county)
        consult(report=self.report, manner="page", by=second)
        self.who = {
            "he": first.identifier,
            "lv": second.identifier,
            "machine": "machine:worker",
            "verifier": county.countersigns.identifier,
            "nobody's post": county.stranger.identifier,
            "taker": _with_the_post(county, "wang"),
            "relative": _with_the_post(county, "sun"),
        }
        raw.insert(
            Step(
                case=case,
                kind=Step.Kind.STAND_BACK,
                first_day=today(),
                officer=self.who["relative"],
                content=b"x",
                recorded_by=county.intake.identifier,
                recorded_at=moment(),
                entry=case.entry,
            )
        )
        silent = self.report.findings.exclude(status="inconsistent").first()
        differs = [cast.finding_on(self.report, "bank.balance_fen").position]
        self.grounds = {
            "inconsistent": ("finding", differs),
            "silent": ("finding", [silent.position]),
            "none": ("finding", []),
            "declaration": ("declaration", []),
            "both": ("declaration", differs),
        }
        self.entry = case.entry
        self.case, self.member = case, case.members.get(key="a")
        self.county = county

    def told(self, how: str) -> None:
        """Hand the report over so that its time to object stands so."""
        if how == "not at all":
            return
        until = today() - timedelta(days=how == "over")
        row = Delivery(
            report=self.report,
            member=self.member,
            way="counter",
            receipt=b"x",
            delivered_on=until - timedelta(days=30),
            objections_until=until,
            recorded_by="officer:1",
            recorded_at=moment(),
            entry=self.entry,
        )
        raw.insert(row)

    def objection(self, how: str) -> None:
        if how == "none":
            return
        held = cast.objected(self.county, self.report, late_because="x")
        if how == "resolved":
            cast.resolved(self.county, held, outcome="not_upheld")

    def brought(self, row: Determination, *, opened_by: str) -> None:
        """Bring a paper for a proposal, and enter who opened it."""
        paper = Exhibit(
            case=self.case, about=row.pk, description=b"x", digest="x", brought_at=moment(),
            entry=self.entry,
        )  # fmt: skip
        raw.insert(paper)
        if opened_by:
            by = Actor(opened_by, "x", None, frozenset())
            told = {"exhibit": str(paper.pk)}
            _append([Draft("objections.consult_exhibit", by, case=self.case.pk, detail=told)])

    def concludes(self, way: dict[str, Any], apart: str = "visit") -> bool:
        """Try a way by raw SQL and tell whether the conclusion stands."""
        basis, positions = self.grounds[way["ground"]]
        row = Determination(
            report=self.report,
            outcome=way["outcome"],
            findings=positions,
            basis=basis,
            apart=apart if way["paper"] else "",
            content=b"x" if way["reasons"] else b"",
            proposed_by=self.who[way["proposer"]],
            proposed_at=moment(),
            entry=self.entry,
        )
        confirmer = way["proposer"] if way["confirmer"] == "same" else way["confirmer"]
        try:
            with transaction.atomic():
                raw.insert(row)
                if way["paper"]:
                    self.brought(row, opened_by=self.who[confirmer] if way["opened"] else "")
                raw.update(row, confirmed_by=self.who[confirmer], confirmed_at=moment())
                return True
        except DatabaseError:
            return False


def test_every_combination_is_refused_but_the_lawful_ones(county):
    place = Place(county)
    fixed = ("told", "objection")
    others = [name for name in WAYS if name not in fixed]
    lawful, tried = set(), 0
    for told, objection in product(WAYS["told"], WAYS["objection"]):
        point = transaction.savepoint()
        place.told(told)
        place.objection(objection)
        for values in product(*(WAYS[name] for name in others)):
            way = dict(zip(others, values, strict=True)) | {"told": told, "objection": objection}
            wrong = len([name for name in others if way[name] != LAWFUL[name]])
            if wrong > (2 if told == "over" and objection != "open" else 1):
                continue  # one thing wrong is enough to be refused; two are tried beside
            tried += 1
            inner = transaction.savepoint()
            if place.concludes(way):
                lawful.add(tuple(way[name] for name in WAYS))
            transaction.savepoint_rollback(inner)
        transaction.savepoint_rollback(point)
    assert tried > 350
    assert lawful == {
        tuple((LAWFUL | dict(zip(FREE, free, strict=True)))[name] for name in WAYS)
        for free in product(WAYS["outcome"], ("resolved", "none"), ("inconsistent", "declaration"))
    }


def test_a_source_alone_confirms_no_declaration(county):
    place = Place(county)
    place.told("over")
    assert place.concludes(LAWFUL | {"ground": "declaration"}, apart="visit")
    assert not place.concludes(LAWFUL | {"ground": "declaration"}, apart="source")


def test_what_stands_cannot_be_changed_into_an_adverse_one(county):
    place = Place(county)
    grant = Determination(
        report=place.report,
        outcome="grant",
        findings=[],
        content=b"x",
        proposed_by=place.who["he"],
        proposed_at=moment(),
        entry=place.entry,
    )
    raw.insert(grant)
    changes: tuple[dict[str, Any], ...] = (
        {"outcome": "stop"},
        {"outcome": "stop", "confirmed_by": place.who["lv"], "confirmed_at": moment()},
        {"findings": [1]},
        {"proposed_by": place.who["lv"]},
        {"confirmed_by": place.who["lv"]},
    )
    for wrong in changes:
        with raw.refused("determination: never changed, only confirmed once, by another"):
            raw.update(grant, **wrong)
    raw.update(grant, confirmed_by=place.who["lv"], confirmed_at=moment())
    with raw.refused("determination: never changed, only confirmed once, by another"):
        raw.update(grant, confirmed_by="", confirmed_at=None)


def test_no_machine_has_an_act_that_concludes():
    registered()
    concluding = [one for name, one in REGISTRY.items() if name.startswith("determinations.")]
    assert concluding
    assert all(Role.MACHINE not in one.roles for one in concluding)
