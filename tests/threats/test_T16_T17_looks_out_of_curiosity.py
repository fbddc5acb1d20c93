"""T16, T17: an officer looks at families they have no business with, curious or for sale."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import get_resolver, reverse

from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.cases import looking
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions import budgets, looks
from hedui.procedure.commissions.acts import commission
from hedui.procedure.commissions.models import BreakGlass, Budget
from hedui.procedure.record import acts
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.seeing import SEEING, TOO_MANY, TooManyLooks
from hedui.procedure.reports.own import deeds_about
from tests import cast
from tests.faces.desks import at_desk, at_security, page
from tests.procedure import raw

pytestmark = pytest.mark.django_db


def limit(agency, number: int) -> None:
    budgets.set_budget(agency=agency, per_officer=9, per_agency=9, looks=number, by=INSTALLER)


def cases_of_a_colleague(place: cast.County, number: int) -> list[Case]:
    """Return cases that 王 took in; the second officer of the street has no part in them."""
    cast.second_officer(place)
    return [cast.declared(place) for _ in range(number)]


def look(case: Case, by) -> None:
    looking.look(case=case, page="case", member="", by=by)


@pytest.fixture
def curious(county):
    """Return the second officer of the street, who may see two cases a day that are not theirs."""
    limit(county.street, 2)
    return cast.second_officer(county)


def test_what_others_work_on_is_seen_up_to_the_budget_of_the_day(county, curious):
    first, second, third = cases_of_a_colleague(county, 3)
    look(first, curious)
    look(second, curious)
    look(first, curious)  # once more is no further case
    for beyond in range(2):
        with pytest.raises(TooManyLooks, match="已达限额") as refusal:
            look(third, curious)
        assert refusal.value.cases == {third.pk}, beyond
    assert not Entry.objects.filter(case=third.pk, actor=curious.identifier).exists()


def test_ones_own_work_is_not_counted_and_never_refused(county, curious):
    own = [cast.declared(county) for _ in range(4)]
    limit(county.street, 0)
    for case in own:
        look(case, county.intake)
    strange, other = cases_of_a_colleague(county, 2)
    limit(county.street, 1)
    look(strange, curious)
    with pytest.raises(TooManyLooks):
        look(other, curious)
    cast.confirmed(county, cast.authorize(county, strange.members.get(key="a")))
    look(other, curious)  # what was seen first has become work, and the day has room again


def test_yesterdays_looks_are_another_days_and_break_glass_does_not_last(county, curious):
    limit(county.street, 1)
    first, second = cases_of_a_colleague(county, 2)
    look(first, curious)
    looks.break_glass(case=second, reason="asked", by=curious)
    look(second, curious)
    raw.drop_triggers("record_entry_is_never_changed", "commissions_breakglass_only_is_reviewed")
    day = timedelta(days=1)
    for entry in Entry.objects.filter(actor=curious.identifier):
        raw.update(entry, at=entry.at - day)
    raw.update(BreakGlass.objects.get(), opened_at=moment() - day)
    raw.install("commissions")
    look(second, curious)
    with pytest.raises(TooManyLooks):
        look(first, curious)


def test_each_agency_has_its_budget_and_without_one_nothing_strange_is_seen(county, curious):
    case = cast.commissioned(county).case
    limit(county.body, 0)
    with pytest.raises(TooManyLooks):
        look(case, county.prepares)
    limit(None, 1)
    raw.update(Budget.objects.get(agency=county.body, ended_at=None), ended_at=moment())
    look(case, county.prepares)
    for held in Budget.objects.filter(ended_at=None):
        raw.update(held, ended_at=moment())
    with pytest.raises(TooManyLooks):
        look(case, curious)


@pytest.mark.parametrize("name", sorted(set(SEEING) - {"commissions.break_glass"}))
def test_the_database_counts_every_way_of_seeing_whoever_writes_the_row(county, curious, name):
    limit(county.street, 1)
    seen, other = cases_of_a_colleague(county, 2)
    look(seen, curious)
    entry = Entry.objects.get(case=seen.pk, actor=curious.identifier)
    fields = {"id": other.pk, "index": entry.index + 1, "case": other.pk, "act": name}
    with pytest.raises(DatabaseError, match=TOO_MANY), transaction.atomic():
        raw.insert(entry, **fields)
    raw.insert(entry, **fields | {"actor": "officer:999"})
    raw.insert(entry, **fields | {"id": seen.pk, "index": entry.index + 2, "case": seen.pk})


def test_every_act_that_only_shows_a_case_is_counted():
    """Save what is judged blind, which is given out by lot, and lists, which are of no case."""
    get_resolver().url_patterns  # noqa: B018 - so that all acts are there
    shows = {name for name, one in acts.REGISTRY.items() if re.match("查阅|打印|超限", one.label)}
    shows = {name for name in shows if not name.startswith("oversight.")}
    assert shows - {"cases.look_through"} == set(SEEING)


def test_break_glass_shows_one_case_today_and_is_in_the_persons_own_list(county, curious):
    limit(county.street, 0)
    strange, other = cases_of_a_colleague(county, 2)
    with pytest.raises(Refusal, match="请选择查阅的理由"):
        looks.break_glass(case=strange, reason="life", by=curious)
    used = looks.break_glass(case=strange, reason="complaint", by=curious)
    look(strange, curious)
    with pytest.raises(TooManyLooks):
        look(other, curious)
    person = strange.members.get(key="a")
    told = {deed.label: deed.told for deed in deeds_about(person)}
    assert told["超限查阅"] == ("理由：办理信访、投诉",)
    assert "查阅案件" in told
    assert list(budgets.to_review()) == [used]


def test_break_glass_reaches_no_case_of_another_agency_and_lifts_nothing_else(county, curious):
    case = cast.authorized(county)
    with pytest.raises(NotYours):
        looks.break_glass(case=case, reason="asked", by=county.stranger)
    with pytest.raises(NotAllowed):
        looks.break_glass(case=case, reason="asked", by=cast.administrators()[0])
    budgets.set_budget(agency=county.street, per_officer=1, per_agency=1, by=INSTALLER)
    commission(case=cast.authorized(county), by=county.intake)
    looks.break_glass(case=case, reason="asked", by=county.intake)
    raw.update(case.declarations.get(), frozen_at=moment())
    order = commission_row(county, case)
    with raw.refused("commission: the budget of today is spent"):
        raw.insert(order)


def commission_row(county, case):
    from hedui.procedure.commissions.models import Commission

    held = Commission.objects.get(agency=county.street)
    terms = {"case": case, "declaration": case.declarations.get(), "number": "x"}
    terms |= {"agency": county.street, "body": county.body, "purpose": case.programme}
    terms |= {"ordered_by": county.intake.identifier, "commissioned_at": moment()}
    return Commission(**terms, entry=held.entry)


def test_an_urgent_order_opens_no_look(county, curious):
    limit(county.street, 0)
    (case,) = cases_of_a_colleague(county, 1)
    used = looks.break_glass(case=case, reason="asked", by=curious)
    terms = {"case": case, "agency": county.street, "officer": curious.identifier}
    raw.drop_triggers("commissions_breakglass_is_never_deleted")
    raw.delete(used)
    BreakGlass.objects.create(**terms, reason="life", opened_at=moment(), entry=used.entry)
    with pytest.raises(TooManyLooks):
        look(case, curious)


@pytest.mark.parametrize(
    ("lifts", "reason"), [("looks", "life"), ("orders", "asked"), ("looks", ""), ("", "asked")]
)
def test_the_database_knows_the_reasons(county, curious, lifts, reason):
    (case,) = cases_of_a_colleague(county, 1)
    used = looks.break_glass(case=case, reason="asked", by=curious)
    with pytest.raises(DatabaseError, match="commissions_one_of_its_reasons"), transaction.atomic():
        raw.insert(used, id=case.pk, lifts=lifts, reason=reason)


def test_a_slow_harvest_stops_at_the_budget(county):
    """T17: every thirty seconds a further family; with what is set where nothing else is."""
    limit(county.street, 5)
    thief, seen = cast.second_officer(county), 0
    for case in cases_of_a_colleague(county, 12):
        try:
            look(case, thief)
            seen += 1
        except TooManyLooks:
            pass
    assert seen == 5


# ------------------------------------------------------------------ on pages


def test_an_officer_is_asked_why_and_the_security_administrator_reviews_it(county, curious):
    limit(county.street, 0)
    (case,) = cases_of_a_colleague(county, 1)
    desk = at_desk(county, "sun")
    answer = desk.get(reverse("workbench:case", kwargs={"number": case.number}))
    shown = answer.content.decode()
    assert answer.status_code == 429
    assert "查阅限额已用完" in shown
    assert "张三" not in shown
    to = reverse("workbench:look_beyond", kwargs={"number": case.number})
    assert desk.post(to, {"reason": "life"}).status_code == 422
    opened = desk.post(to, {"reason": "handover"}, follow=True).content.decode()
    assert "理由已登记" in opened
    assert "张三" in opened
    listed = page(at_security(county), "budgets")
    assert case.number in listed
    assert "超限查阅" in listed
    assert "岗位交接" in listed
    assert looks.seen_today(actor_of(county.officers["an"])) == [looks.Seen(curious.identifier, 1)]
    assert looks.seen_today(curious) == []


def test_a_paper_is_not_shown_beyond_the_budget_either(county, curious):
    limit(county.street, 0)
    case = cast.authorized(county)
    held = case.authorizations.first()
    where = {"number": case.number, "authorization": held.pk}
    answer = at_desk(county, "sun").get(reverse("workbench:scan", kwargs=where))
    assert answer.status_code == 429
    assert "写明理由后查阅" in answer.content.decode()


def test_a_search_beyond_the_budget_finds_nothing(county, curious):
    limit(county.street, 0)
    cases_of_a_colleague(county, 1)
    desk = at_desk(county, "sun")
    assert desk.get(reverse("workbench:home")).status_code == 200  # the list is masked
    found = desk.post(reverse("workbench:home"), {"text": cast.ZHANG_SAN})
    assert found.status_code == 429


def test_another_agencys_officer_finds_nothing_to_break(county, curious):
    (case,) = cases_of_a_colleague(county, 1)
    for to in ("case", "look_beyond"):
        desk = at_desk(county, "sheng")
        ask = desk.get if to == "case" else desk.post
        assert ask(reverse(f"workbench:{to}", kwargs={"number": case.number})).status_code == 404
