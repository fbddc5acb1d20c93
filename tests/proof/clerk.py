"""
A clerk of the siege: settles the place, or performs operations by a seed until told to stop.

Runs in a child that has brought Django up; killed at any moment, another takes his place.
"""

import random
import sys
import time
import traceback
from datetime import timedelta
from pathlib import Path
from unittest import mock

from django.conf import settings

from hedui.faces.cli import place
from hedui.faces.cli.installing import install
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.clients import approve_client, give_token, propose_client
from hedui.procedure.agencies.models import Agency, Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.record.actor import INSTALLER, Role
from hedui.procedure.record.moment import today
from tests import cast
from tests.cast import SOURCES
from tests.proof.office import OPERATIONS, TOGETHER, Journal, Nothing, Office, Partner, perform

STOP = "stop"
TOKEN = "client-token"


def settle(url: str, public_key: str) -> None:
    """Install, establish agencies, appoint everybody, and let one department stand for all."""
    folder = Path(settings.DATA_DIR)
    install()
    first_day = today() - timedelta(days=400)
    place.settle(folder, first_day=first_day)
    by_kind = {agency.kind: agency for agency in Agency.objects.all()}
    other = agencies.establish(
        name="别处街道", kind=Agency.Kind.STREET, division=place.DIVISION, by=INSTALLER
    )
    street = by_kind[Agency.Kind.STREET]
    body = by_kind[Agency.Kind.VERIFICATION_BODY]
    bureau = by_kind[Agency.Kind.CIVIL_AFFAIRS]
    for login, agency, role in (
        ("street", street, Role.INTAKE),
        ("second", street, Role.INTAKE),
        ("elsewhere", other, Role.INTAKE),
        ("bureau", bureau, Role.COMMISSION),
        ("body", body, Role.VERIFY),
        ("signer", body, Role.COUNTERSIGN),
        ("safety", bureau, Role.SECURITY_ADMIN),
        ("system", bureau, Role.SYSTEM_ADMIN),
    ):
        officer = cast.account(login, login)
        agencies.appoint(
            officer=officer, agency=agency, role=role, first_day=first_day, by=INSTALLER
        )
    for n in range(4):
        cast.account(f"newcomer{n}", f"newcomer{n}")
    for source in SOURCES:
        department = agencies.agree(
            source=source,
            division=place.DIVISION,
            name=source,
            public_key=public_key,
            base_url=f"{url}/{source}",
            answer_within=random.Random(source).choice((4, 30, 600)),
            by=INSTALLER,
        )
        if source == TOGETHER:
            cast.agreed(department, channel="https_together")
        place.agree_on_all(department, "system", "safety")
    (folder / TOKEN).write_text(_admitted(street))


def _admitted(street: Agency) -> str:
    """Admit a system of the street's, which two officers let call, and return its token."""
    proposes, approves = (
        actor_of(Officer.objects.get(username=login)) for login in ("system", "safety")
    )
    proposal = propose_client(
        name="街道信息系统",
        agency=street,
        roles=(Role.INTAKE,),
        contact="信息科",
        last_day=today() + timedelta(days=300),
        by=proposes,
    )
    admitted = approve_client(client=proposal, by=approves)
    return give_token(client=admitted, days=90, by=proposes).secret


def work(number: str, seed: str, web: str) -> None:
    """Perform operations until a file says to stop; write down what became of each."""
    folder = Path(settings.DATA_DIR)
    journal = Journal(folder / f"journal-{number}.jsonl")
    mock.patch.object(https_json, "PATIENCE", 1.0).start()
    partner = Partner(f"http://127.0.0.1:{web}", (folder / TOKEN).read_text())
    office = Office(journal, int(seed), partner)
    names, weights = list(OPERATIONS), list(OPERATIONS.values())
    journal.write("began", seed=int(seed))
    while not (folder / STOP).exists():
        name = office.rng.choices(names, weights)[0]
        began = time.monotonic()
        try:
            became = perform(office, name)
        except Nothing:
            continue
        except Exception:
            became = "fault"
            traceback.print_exc()
        took = round((time.monotonic() - began) * 1e3)
        journal.write("operation", name=name, became=became, ms=took)


def main(verb: str, *arguments: str) -> None:
    """Settle or work."""
    {"settle": settle, "work": work}[verb](*arguments)
    sys.stdout.flush()
