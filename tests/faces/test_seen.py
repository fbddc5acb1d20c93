"""Who looked at a family is in the ledger before the page is shown, or the page is not shown."""

import asyncio
import json
import os
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import AsyncClient, RequestFactory
from django.urls import reverse

from hedui.config.sealed import SealedMiddleware
from hedui.faces.workbench.seen import shows
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases import looking
from hedui.procedure.cases.models import Case
from hedui.procedure.record.models import Entry
from hedui.procedure.record.outcome import Trouble
from tests import cast, databases
from tests.conftest import ROW_RULES
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db


def looks(**wanted):
    """Return what the entries of looks say, oldest first."""
    entries = Entry.objects.filter(act__in=(looking.LOOK, looking.LOOK_THROUGH), **wanted)
    return [json.loads(entry.content) for entry in entries]


def test_a_case_page_is_entered_with_who_from_where_for_what(county, street):
    case = cast.declared(county)
    assert "张三" in page(street, "case", number=case.number)
    (look,) = looks()
    assert look["case"] == str(case.id)
    assert look["actor"] == county.intake.identifier
    assert look["agency"] == str(county.intake.agency)
    assert look["detail"] == {"page": "case", "member": "", "purpose": "dibao"}


@pytest.mark.parametrize("name", ["authorization", "member"])
def test_a_page_about_one_member_says_which(county, street, name):
    case = cast.declared(county)
    assert "李四" in page(street, name, number=case.number, key="b")
    assert looks()[0]["detail"] == {"page": name, "member": "b", "purpose": "dibao"}


@pytest.mark.parametrize("name", ["case", "confirm", "application", "new_member"])
def test_each_page_of_a_case_is_entered(county, street, name):
    case = cast.declared(county)
    page(street, name, number=case.number)
    assert [look["detail"]["page"] for look in looks(case=case.id)] == [name]


def test_the_same_page_within_ten_minutes_is_one_look(county, street):
    case = cast.declared(county)
    page(street, "case", number=case.number)
    page(street, "case", number=case.number)
    assert len(looks()) == 1
    page(street, "confirm", number=case.number)
    assert len(looks()) == 2


def test_later_it_is_another_look(county, street, monkeypatch):
    case = cast.declared(county)
    page(street, "case", number=case.number)
    monkeypatch.setattr(looking, "ONE_LOOK", timedelta(0))
    page(street, "case", number=case.number)
    assert len(looks()) == 2


def test_another_officer_is_another_look(county, street):
    case = cast.commissioned(county).case
    page(street, "case", number=case.number)
    page(at_desk(county, "liu"), "case", number=case.number)
    assert [look["actor"] for look in looks()] == [
        county.intake.identifier,
        county.prepares.identifier,
    ]


def test_a_list_is_one_entry_and_a_search_one_for_each_case_it_finds(county, street):
    case = cast.declared(county)
    assert case.number in page(street, "home")
    assert [look["detail"] for look in looks()] == [{"page": "home", "rows": 1}]
    street.post(reverse("workbench:home"), {"text": cast.ZHANG_SAN})
    assert [look["detail"]["page"] for look in looks(case=case.id)] == ["home"]


def test_what_an_act_has_entered_is_not_entered_twice(county, drafted):
    for name in ("report", "report_pdf", "report_json"):
        page(at_desk(county, "liu"), name, number=drafted.number) if name == "report" else at_desk(
            county, "liu"
        ).get(reverse(f"workbench:{name}", kwargs={"number": drafted.number}))
    assert looks() == []
    assert Entry.objects.filter(act="reports.consult").count() == 3


def test_a_scan_and_a_printed_form_are_entered_by_their_acts(county, street):
    case = cast.authorized(county)
    held = Authorization.objects.filter(case=case)[0]
    street.get(reverse("workbench:scan", kwargs={"number": case.number, "authorization": held.pk}))
    street.get(reverse("workbench:form_pdf", kwargs={"number": case.number, "key": "a"}))
    assert Entry.objects.filter(act="authorizations.consult").count() == 1
    assert Entry.objects.filter(act="authorizations.print_form").count() == 1
    assert looks() == []


def test_what_leads_elsewhere_shows_nothing(county, street):
    case = cast.authorized(county)
    answer = street.post(reverse("workbench:commission", kwargs={"number": case.number}))
    assert answer.status_code == 302
    assert looks() == []


REFUSE = {
    "sqlite": "CREATE TRIGGER full BEFORE INSERT ON record_entry"
    " BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    "postgresql": "ALTER TABLE record_entry ADD CONSTRAINT full_now CHECK (index < 0) NOT VALID",
}


def test_when_the_ledger_cannot_be_written_nothing_is_shown(county, street, drafted):
    if os.environ.get(ROW_RULES):
        pytest.skip("its guard on the ledger is put there by the owner")
    with connection.cursor() as cursor:
        cursor.execute(REFUSE[connection.vendor])
    street.raise_request_exception = False
    body = at_desk(county, "liu")
    body.raise_request_exception = False
    case = Case.objects.get()
    for answer in (
        street.get(reverse("workbench:case", kwargs={"number": case.number})),
        street.get(reverse("workbench:home"), {"stage": "all"}),
        body.get(reverse("workbench:report", kwargs={"number": drafted.number})),
    ):
        assert answer.status_code == 500
        for part in ("张三", "张*", case.number):
            assert part not in answer.content.decode()


def a_page(request):
    """Stand for a page whose author forgot to enter who sees it."""
    return HttpResponse(Case.objects.get().key.open(Case.objects.get().draft)["members"][0]["name"])


def test_a_page_that_enters_nothing_opens_nothing(county, street):
    cast.declared(county)
    request = RequestFactory().get("/", headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}=x"})
    request.user = county.officers["wang"]
    with pytest.raises(Trouble, match="不登记查阅"):
        SealedMiddleware(a_page)(request)
    request.resolver_match = None
    assert SealedMiddleware(shows(a_page))(request).content.decode() == "张三"
    assert len(looks()) == 1


def test_it_holds_also_where_the_server_is_asynchronous(own_sqlite, django_db_blocker):
    """The way of production: ASGI, where the view runs in another thread than the middleware."""
    with django_db_blocker.unblock(), databases.pointed_at(own_sqlite.url):
        case = cast.declared(own_sqlite.county)
        client = AsyncClient()
        client.force_login(own_sqlite.county.officers["wang"])
        answer = asyncio.run(client.get(reverse("workbench:case", kwargs={"number": case.number})))
        assert "张三" in answer.content.decode()
        assert len(looks(case=case.id)) == 1
