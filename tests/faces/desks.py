"""What the tests of the faces share: who sits at which desk, and short ways to its pages."""

from datetime import date

from django.test import Client
from django.urls import reverse

from hedui.procedure.agencies import acts as agencies
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.models import Case
from hedui.procedure.record.actor import INSTALLER, Role
from hedui.procedure.record.moment import today
from tests import cast


def at_desk(county: cast.County, login: str) -> Client:
    """Return the browser of an officer."""
    client = Client()
    client.force_login(county.officers[login])
    return client


def at_county(county: cast.County, division: str = cast.DIVISION) -> Client:
    """Return the browser of an officer of a civil affairs bureau with every post for cases."""
    bureau = agencies.establish(
        name=f"{division}民政局", kind="civil_affairs", division=division, by=INSTALLER
    )
    return _newcomer(county, "chen", bureau, Role.INTAKE, Role.COMMISSION)


def at_administration(county: cast.County) -> Client:
    """Return the browser of the system administrator."""
    return _newcomer(county, "guan", county.street, Role.SYSTEM_ADMIN)


def at_security(county: cast.County) -> Client:
    """Return the browser of the security administrator."""
    return _newcomer(county, "an", county.street, Role.SECURITY_ADMIN)


def _newcomer(county: cast.County, login: str, agency: object, *roles: Role) -> Client:
    officer = cast.account(login, login)
    for role in roles:
        agencies.appoint(officer=officer, agency=agency, role=role, first_day=today(), by=INSTALLER)
    county.officers[login] = officer
    return at_desk(county, login)


def page(client: Client, name: str, **where: object) -> str:
    """Return a page of the workbench."""
    return client.get(reverse(f"workbench:{name}", kwargs=where)).content.decode()


def new_member(case: Case) -> str:
    """Return the address of the form for a further member."""
    return reverse("workbench:new_member", kwargs={"number": case.number})


def of_one_person(county: cast.County, sequence: int = 4, applied_on: date | None = None) -> Case:
    """Return a second case, of one person, declared; further ones by other sequences."""
    day = applied_on or today()
    case = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=day, by=county.intake
    )
    content = cast.zhang_family(day)
    number = cast.number("19410301", f"{sequence:03}")
    person = content["members"][0] | {"name": "独居", "id_number": number}
    cases.declare(case=case, content=content | {"members": [person]}, by=county.intake)
    return case
