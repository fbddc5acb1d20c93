"""
The clerk of the town: sets it up, and submits households, again and again if he is killed.

Runs in a child that has brought Django up. `submit` is a client that retries: a household that
was not acknowledged is looked for before it is submitted again.
"""

from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from hedui.batch import sample
from hedui.batch.sample import SampleHousehold
from hedui.faces.cli import place
from hedui.faces.cli.installing import install
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.cases.models import Member
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.acts import together
from hedui.procedure.record.sealing import blind
from hedui.procedure.reports import acts as reports
from tests.cast import SOURCES
from tests.stories.people import households, spec, to_submit

ANSWER_WITHIN = 3600


def settle() -> None:
    """Install, appoint the officers, write the departments' files and register the six."""
    folder = Path(settings.DATA_DIR)
    town = spec(folder)
    install()
    place.settle(folder, first_day=date.fromisoformat(town["applied_on"]) - timedelta(days=366))
    departments = folder / "departments"
    sample.write_sources(households(folder), departments)
    for source in SOURCES:
        public_key = (departments / f"{source}.key.pub.pem").read_text(encoding="ascii")
        department = agencies.agree(
            source=source,
            division=place.DIVISION,
            name=source,
            public_key=public_key,
            base_url=f"http://127.0.0.1:{town['ports'][source]}",
            answer_within=ANSWER_WITHIN,
            by=INSTALLER,
        )
        place.agree_on_all(department)


def submit_one(household: SampleHousehold) -> Commission:
    """Submit a household, both the case and its commission or neither, unless it is there."""
    standing = Member.objects.filter(number_index=blind(household.numbers[0])).first()
    if standing is not None:
        return Commission.objects.get(case=standing.case_id)
    by = actor_of(Officer.objects.get(username="jiedao"))
    with together():
        case = take_in(household.case, scans=household.scans, by=by)
        return reports.request(case=case, by=by)


def submit() -> None:
    """Submit the even households."""
    for household in to_submit(Path(settings.DATA_DIR), 0):
        submit_one(household)


def main(verb: str) -> None:
    """Settle or submit."""
    {"settle": settle, "submit": submit}[verb]()
