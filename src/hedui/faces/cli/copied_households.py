"""
Households to measure with: one that was taken in by its acts, and copies of it.

The copies are written straight into the tables; what is asked about them goes the way of every
question, guards and ledger included.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from uuid6 import uuid7

from hedui.batch import sample
from hedui.faces.cli import place
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.agreements import Terms, approve_agreement, propose_agreement
from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases.models import Case, Declaration, Member
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record import guards, keys
from hedui.procedure.record.actor import INSTALLER, WORKER
from hedui.procedure.record.moment import today
from hedui.procedure.record.sealing import CaseKey
from hedui.procedure.reports import acts

Person = dict[str, Any]
COPIED_AT_ONCE = 500
COPIED = (Case, Member, Declaration, Authorization, Commission, Inquiry)


def household(channel: str, base_url: str = "http://127.0.0.1:9", key: str = "") -> Commission:
    """Take in one household of adults, and ask about it: what leaves in a file waits."""
    public = (Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC).read_text(encoding="ascii")
    bank = agencies.agree(
        source="bank", division=place.DIVISION, name="bank", base_url=base_url,
        answer_within=864_000, public_key=key or public, by=INSTALLER,
    )  # fmt: skip
    first, second = (actor_of(Officer.objects.get(username=n)) for n in ("guanli", "anquan"))
    terms = Terms(
        items=["bank"], channel=channel, max_age_days=31, contact="示例", legal_basis="示例",
        first_day=today(), last_day=today() + timedelta(days=300),
    )  # fmt: skip
    proposed = propose_agreement(department=bank, terms=terms, by=first)
    approve_agreement(agreement=proposed, by=second)
    officer = actor_of(Officer.objects.get(username="jiedao"))
    people = sample.many(
        40, 1, applied_on=today().replace(day=1), as_of=today() - timedelta(days=1)
    )
    for one in people:
        case = take_in(one.case, scans=one.scans, by=officer)
        signed = case.authorizations.all()
        if len(signed) == case.members.count() > 1 and not any(a.guardianship_id for a in signed):
            ordered = acts.request(case=case, by=officer)
            inquire(commission=ordered, by=WORKER)
            return ordered
    raise AssertionError("no household of adults among the sample")


def paired(person: Person, signed: str) -> tuple[Person, str]:
    """Leave a person and what they signed as they are."""
    return person, signed


def copies(
    asked: Commission,
    persons: int,
    whose: Callable[[Person, str], tuple[Person, str]] = paired,
    *,
    are_asked: bool = True,
) -> None:
    """
    Write copies of a household until so many persons are asked about.

    whose: makes somebody else of a person and what they signed, where it matters who it is
    are_asked: whether the questions stand already, as they do where they are to be gathered
    """
    pattern = list(
        asked.inquiries.select_related("member__case", "authorization__case", "commission__case")
    )
    case = pattern[0].member.case
    declaration = asked.declaration
    declaration.case = case
    opened = [(one.member.opened, one.authorization.artefact) for one in pattern]
    made = len(pattern)
    with _unguarded():
        while made < persons:
            rows: dict[type, list[Any]] = {}
            for _ in range(COPIED_AT_ONCE):
                if made >= persons:
                    break
                others = [whose(*one) for one in opened]
                _copy(asked, case, declaration, pattern, others, rows)
                made += len(pattern)
            for model in COPIED:
                if are_asked or model is not Inquiry:
                    model._default_manager.bulk_create(rows[model])


@contextmanager
def _unguarded() -> Iterator[None]:
    """Take the guards off, whose acts nobody did for the copies, and put them on again."""
    if connection.vendor == "sqlite":
        guards.lift()
        yield
        guards.install()
        return
    _turn_triggers("DISABLE")
    yield
    _turn_triggers("ENABLE")


def _turn_triggers(word: str) -> None:
    with connection.cursor() as cursor:
        for model in COPIED:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"ALTER TABLE {table} {word} TRIGGER USER")


def _copy(  # noqa: PLR0917
    asked: Commission,
    case: Case,
    declaration: Declaration,
    pattern: list[Inquiry],
    opened: list[tuple[dict[str, Any], str]],
    rows: dict[type, list[Any]],
) -> None:
    identifier = uuid7()
    wrapped = CaseKey.wrapped_new(identifier.bytes)
    key = CaseKey.unwrap(wrapped, identifier.bytes)

    def another(row: Any, **changes: Any) -> Any:
        made = copy(row)
        made._state = copy(row._state)
        made._state.adding, made._state.fields_cache = True, {}
        made.id = uuid7()
        for name, value in changes.items():
            setattr(made, name, value)
        rows.setdefault(type(row), []).append(made)
        return made

    other = another(case, number=f"B-{identifier}", wrapped_key=wrapped)
    other.id = identifier
    told = another(declaration, case_id=identifier, content=key.seal({}))
    order = another(asked, number=f"B{identifier}"[:44], case_id=identifier, declaration_id=told.id)
    for inquiry, (person, artefact) in zip(pattern, opened, strict=True):
        member = another(inquiry.member, case_id=identifier, person=key.seal(person))
        signed = another(
            inquiry.authorization, case_id=identifier, member_id=member.id, sheet_id=None,
            declaration_id=told.id, sealed_artefact=key.seal_bytes(artefact.encode()),
        )  # fmt: skip
        another(inquiry, commission_id=order.id, member_id=member.id, authorization_id=signed.id)
