"""What has been done stays done: rows of the procedure are not changed, deleted or replaced."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from hedui.procedure.agencies.client_models import Client, Endpoint, FirstAnswer, Token
from hedui.procedure.agencies.clients import keep_first_answer
from hedui.procedure.agencies.endpoints import register_endpoint
from hedui.procedure.agencies.key_models import KeyChange
from hedui.procedure.agencies.models import Agency, Agreement, Department, Suspension
from hedui.procedure.agencies.partner_models import Partner, PartnerMessage, Subscription
from hedui.procedure.authorizations import electronic, totp
from hedui.procedure.authorizations.evidence_models import (
    ElectronicSignature,
    Enrolment,
    PagePrint,
    SignIn,
    WrongCode,
)
from hedui.procedure.authorizations.models import (
    Authorization,
    Confirmation,
    Form,
    Guardianship,
    Sheet,
)
from hedui.procedure.cases.models import (
    Case,
    Declaration,
    Erasure,
    Exhibit,
    Member,
    Numbering,
    Step,
)
from hedui.procedure.commissions.models import BreakGlass, Budget, Commission, Tally
from hedui.procedure.determinations.models import Determination
from hedui.procedure.inquiries.models import (
    AllowList,
    AnswerFile,
    Fact,
    Inquiry,
    Reply,
    RequestFile,
    Reverification,
    Ticket,
)
from hedui.procedure.objections.models import Contested, Objection, Resolution
from hedui.procedure.oversight.models import SecondReview
from hedui.procedure.papers.models import Notice, NoticeDelivery
from hedui.procedure.rechecks.models import Round, Task
from hedui.procedure.record.checkpoints import make_checkpoint
from hedui.procedure.record.models import Checkpoint, Cosignature, Entry, Head, Node
from hedui.procedure.record.moment import moment
from hedui.procedure.reports.models import (
    Acceptance,
    Correction,
    Delivery,
    Finding,
    OwnCode,
    Report,
    SourceReview,
    Withholding,
)
from hedui.procedure.reports.reviewing import review_source
from hedui.procedure.reports.sms_models import Phone, Sms
from tests import cast, papers
from tests.procedure import raw

ROOMS = (
    "record",
    "agencies",
    "cases",
    "authorizations",
    "commissions",
    "inquiries",
    "reports",
    "objections",
    "determinations",
    "papers",
    "rechecks",
    "oversight",
)
NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)

# model → (what the guard says, what it says of deleting, which columns may change and to what)
FIXED: dict[type[models.Model], tuple[str, str, dict[str, Any]]] = {
    Entry: ("ledger: an entry is never changed", "ledger: an entry is never deleted", {}),
    Declaration: (
        "declaration: a version is never changed, it is frozen once",
        "declaration: a version is never deleted",
        {"frozen_at": NOW},
    ),
    Node: ("ledger: a subtree is never changed", "ledger: a subtree is never deleted", {}),
    Checkpoint: (
        "ledger: a checkpoint is never changed",
        "ledger: a checkpoint is never deleted",
        {},
    ),
    Cosignature: (
        "ledger: a cosignature is never changed",
        "ledger: a cosignature is never deleted",
        {},
    ),
    Member: (
        "member: a person is never changed, only replaced",
        "member: a person is never deleted",
        {"replaced": True},
    ),
    Authorization: (
        "authorization: never changed, only revoked once",
        "authorization: it is never deleted",
        {"revoked_at": NOW},
    ),
    PagePrint: (
        "authorization: the look of a paper is never changed",
        "authorization: the look of a paper is never deleted",
        {},
    ),
    Enrolment: (
        "authorization: an enrolment is never changed",
        "authorization: an enrolment is never deleted",
        {},
    ),
    WrongCode: (
        "authorization: a wrong code is never changed",
        "authorization: a wrong code is never deleted",
        {},
    ),
    SignIn: (
        "authorization: a sign-in is never changed",
        "authorization: a sign-in is never deleted",
        {},
    ),
    ElectronicSignature: (
        "authorization: an electronic signature is never changed",
        "authorization: an electronic signature is never deleted",
        {},
    ),
    Form: (
        "form: a signed text is never changed, only withdrawn once",
        "form: a signed text is never deleted",
        {"withdrawn_at": NOW},
    ),
    Guardianship: (
        "guardianship: never changed, only ended once",
        "guardianship: it is never deleted",
        {"ended_at": NOW},
    ),
    Sheet: (
        "sheet: what was printed is never changed",
        "sheet: what was printed is never deleted",
        {},
    ),
    Confirmation: (
        "confirmation: it is never changed",
        "confirmation: it is never deleted",
        {},
    ),
    Commission: (
        "commission: never changed, only closed once",
        "commission: it is never deleted",
        {"closed_at": NOW},
    ),
    Budget: (
        "budget: never changed, only ended once",
        "budget: it is never deleted",
        {"ended_at": NOW},
    ),
    Tally: ("tally: it only counts up", "tally: it is never deleted", {}),
    BreakGlass: (
        "break-glass: never changed, only reviewed once, by another",
        "break-glass: it is never deleted",
        {"reviewed_at": NOW, "reviewed_by": "officer:9", "is_justified": True},
    ),
    Agreement: (
        "agreement: never changed, only approved once, by another, and ended",
        "agreement: it is never deleted",
        {"ended_at": NOW, "ended_by": "officer:9"},
    ),
    Client: (
        "client: never changed, only approved once, by another, and ended",
        "client: it is never deleted",
        {"ended_at": NOW, "ended_by": "officer:9"},
    ),
    Token: ("token: never changed, only ended", "token: it is never deleted", {"ended_at": NOW}),
    Endpoint: (
        "endpoint: its address never changes, and it ends once",
        "endpoint: it is never deleted",
        {
            "cursor": 31_001,
            "attempts": 31_001,
            "next_at": NOW,
            "fault": "HTTP 500",
            "failing_since": NOW,
            "ended_at": NOW,
            "ended_by": "officer:9",
        },
    ),
    Partner: (
        "partner: never changed, only approved once, by another, and ended",
        "partner: it is never deleted",
        {"cursor": 31_001, "ended_at": NOW, "ended_by": "officer:9"},
    ),
    KeyChange: (
        "key change: never changed, only approved by another or dropped, once",
        "key change: it is never deleted",
        {"dropped_at": NOW, "dropped_by": "officer:9"},
    ),
    PartnerMessage: (
        "partner: what it was answered is never changed",
        "partner: what it was answered is never deleted",
        {"sent_at": NOW, "attempts": 31_001, "next_at": NOW, "fault": "HTTP 500"},
    ),
    Subscription: (
        "partner: a subscription is never changed, only ended once",
        "partner: a subscription is never deleted",
        {"ended_at": NOW},
    ),
    FirstAnswer: (
        "answer: what was answered first is never changed",
        "answer: what was answered first is never deleted",
        {},
    ),
    AllowList: (
        "allow-list: never changed, only ended once",
        "allow-list: it is never deleted",
        {"ended_at": NOW},
    ),
    Inquiry: ("inquiry: it is never changed", "inquiry: it is never deleted", {}),
    Ticket: ("ticket: it is never changed", "ticket: it is never deleted", {}),
    Reply: ("reply: it is never changed", "reply: it is never deleted", {}),
    Fact: ("fact: it is never changed", "fact: it is never deleted", {}),
    Report: ("report: issued, a correction is a new version", "report: it is never deleted", {}),
    Withholding: (
        "withholding: never changed, only confirmed once, by another",
        "withholding: it is never deleted",
        {"confirmed_at": NOW, "confirmed_by": "officer:9"},
    ),
    Erasure: (
        "erasure: never changed, only confirmed once, by another",
        "erasure: it is never deleted",
        {"confirmed_at": NOW, "confirmed_by": "officer:9"},
    ),
    Numbering: ("numbering: it only counts up", "numbering: it is never deleted", {}),
    OwnCode: ("code: it is never changed", "code: it is never deleted", {}),
    Finding: ("finding: it is never changed", "finding: it is never deleted", {}),
    SourceReview: ("review: it is never changed", "review: it is never deleted", {}),
    Correction: (
        "correction: never changed, only answered once",
        "correction: it is never deleted",
        {"outcome": "upheld", "document": "1", "answered_by": "officer:9", "answered_at": NOW},
    ),
    Suspension: (
        "suspension: never changed, only lifted once, by two officers",
        "suspension: it is never deleted",
        {"lift_reason": "x", "lift_proposed_by": "officer:9", "lift_proposed_at": NOW},
    ),
    Acceptance: ("acceptance: it is never changed", "acceptance: it is never deleted", {}),
    Delivery: ("delivery: it is never changed", "delivery: it is never deleted", {}),
    Phone: ("phone: it is never changed", "phone: it is never deleted", {}),
    Sms: (
        "sms: never changed, only taken and told once",
        "sms: it is never deleted",
        {"attempts": 1, "next_at": None, "fault": "", "taken_at": NOW},
    ),
    Step: ("step: it is never changed", "step: it is never deleted", {}),
    Exhibit: ("exhibit: it is never changed", "exhibit: it is never deleted", {}),
    Reverification: (
        "reverification: it is never changed",
        "reverification: it is never deleted",
        {},
    ),
    Objection: ("objection: it is never changed", "objection: it is never deleted", {}),
    Contested: ("contested: it is never changed", "contested: it is never deleted", {}),
    Determination: (
        "determination: never changed, only confirmed once, by another",
        "determination: it is never deleted",
        {"confirmed_at": NOW, "confirmed_by": "officer:9"},
    ),
    Resolution: ("resolution: it is never changed", "resolution: it is never deleted", {}),
    Round: ("recheck list: it is never changed", "recheck list: it is never deleted", {}),
    Task: (
        "recheck: never changed, only looked at again once, if drawn, by another after the first",
        "recheck: it is never deleted",
        {},
    ),
    SecondReview: ("second_review: it is never changed", "second_review: it is never deleted", {}),
    Notice: ("notice: it is never changed", "notice: it is never deleted", {}),
    NoticeDelivery: (
        "notice_delivery: it is never changed",
        "notice_delivery: it is never deleted",
        {},
    ),
}
FIXED |= {
    RequestFile: (
        "request file: never changed, it is made ready, leaves and ends, each once",
        "request file: it is never deleted",
        {"ended_at": NOW, "code": "lost"},
    ),
    AnswerFile: (
        "answer file: never changed, only finished once",
        "answer file: it is never deleted",
        {"finished_at": NOW, "code": "digest", "counts": {"kept": 1}, "faults": [{"row": 1}]},
    ),
}
# Rows of these may be changed or deleted by SQL. Each with what holds it instead.
NOT_FIXED = {
    "Head": "moves with every act, and only forwards (below)",
    "Case": "its draft is filled in; what counts lies in the rows to the right",
    "Agency": "furniture of the county",
    "Officer": "accounts",
    "Attempt": "comes and goes: a wrong attempt counts for an hour",
    "Post": "furniture of the county",
    "Department": "its address may change, its key by two; the entries keep that they did",
    "CallCount": "written over each minute",
    "TurnedAway": "counted up, for whoever mends it; it proves nothing",
}


ITS_KEY_IS_ITS_PLACE = {Head, Cosignature, Tally}


def named(value: Any) -> str | None:
    return value.__name__ if isinstance(value, type) else None


@pytest.fixture
def done(county) -> Report:
    """Return the issued report of a case in which every kind of row has come to be."""
    return story(county)


def story(place: cast.County) -> Report:
    """Verify a family, take in what it says against the report, and make the next version."""
    from hedui.procedure.objections.reverifying import reverify
    from hedui.procedure.reports.accepting import accept

    rows = {("a", "bank"): [{"bank": "b", "balance_fen": 1}]}
    report = cast.drafted(place, rows, cast.papered(place))
    looked_into(place, report)
    finding = cast.finding_on(report, "bank.balance_fen")
    terms = {"cause": "time", "accepted": "1", "reason": "x"}
    accept(finding=finding, **terms, by=place.prepares)
    witnessed()
    urgent(place, report)
    listed(place, report)
    signed_online(place, report.commission.case)
    withheld(report)
    forgotten(place)
    admitted(place)
    in_files(place)
    report = cast.signed_off(place, report)
    cast.delivered(place, report)
    cast.told_by_sms(place, report)
    cast.resolved(place, cast.objected(place, report), outcome="not_upheld")
    held = cast.proposed_against(place, report)
    raw.drop_triggers("oversight_secondreview_is_blind")
    cast.looked_at_again(held)
    raw.install("oversight")
    cast.handed_over(place, cast.noticed(place, report.commission.case))
    reverify(finding=finding, reason="objection", by=place.prepares)
    return report


def found(place: cast.County) -> Report:
    """Return a draft with less found than was declared."""
    return cast.drafted(place, {("a", "bank"): [{"bank": "b", "balance_fen": 1}]})


def looked_into(place: cast.County, report: Report) -> Correction:
    """Find a source wrong, and have another suspended."""
    found = report.findings.get(source="bank", member__key="a", status="inconsistent")
    Suspension.objects.create(
        department=Department.objects.get(source="provident_fund"),
        reviewed=3,
        overturned=3,
        low=5_000,
        began_at=moment(),
        entry_id=report.entry_id,
    )
    return review_source(finding=found, fault="value", by=place.prepares).correction


def urgent(place: cast.County, report: Report) -> BreakGlass:
    """Write down that a case was commissioned beyond the budget."""
    return BreakGlass.objects.create(
        case=report.commission.case,
        agency=place.street,
        officer="officer:1",
        reason="life",
        opened_at=moment(),
        entry_id=report.entry_id,
    )


def in_files(place: cast.County, left: bool = True) -> RequestFile:
    """Let a file leave that asks nothing, or be ready to, and begin to take one in."""
    agreement = Agreement.objects.first()
    assert agreement is not None
    sent = RequestFile.objects.create(
        agreement=agreement,
        body=Agency.objects.first(),
        count=0,
        made_at=moment(),
        entry_id=agreement.entry_id,
    )
    sent.ready_at, sent.sha256, sent.manifest = moment(), "0" * 64, "x"
    sent.save()
    if left:
        sent.left_at = moment()
        sent.save()
    AnswerFile.objects.create(
        department=agreement.department,
        sha256="1" * 64,
        came_at=moment(),
        entry_id=agreement.entry_id,
    )
    return sent


def admitted(place: cast.County) -> Token:
    """Admit a system with a token, and answer it once."""
    client, _ = cast.client(place)
    keep_first_answer(client=client, key="k", asked="a", content={}, entry=client.entry_id)
    register_endpoint(client=client, url="https://a.example/n", by=cast.administrators()[0])
    asking(client.entry_id)
    return client.tokens.get()


def asking(entry: UUID) -> Partner:
    """Propose a partner, with a message and a subscription of its."""
    partner = Partner.objects.create(
        sender_id="p",
        name="p",
        division=cast.DIVISION,
        programmes=["dibao"],
        legal_basis="l",
        contact="c",
        callback_url="https://p.example",
        public_key="k",
        last_day=moment().date(),
        proposed_by="officer:1",
        proposed_at=moment(),
        entry_id=entry,
    )
    KeyChange.objects.create(
        partner=partner,
        before="k",
        public_key="n",
        proposed_by="officer:1",
        proposed_at=moment(),
        entry_id=entry,
    )
    PartnerMessage.objects.create(
        partner=partner,
        message_id="m",
        transaction_id="t",
        action="search",
        answer={},
        at=moment(),
        entry_id=entry,
    )
    Subscription.objects.create(
        partner=partner,
        code="c",
        person="p",
        programme="dibao",
        reference_id="r",
        began_at=moment(),
        entry_id=entry,
    )
    return partner


def forgotten(place: cast.County) -> Erasure:
    """Propose to destroy what is in a case that was opened long ago, and in which nobody signed."""
    case, at = cast.declared(place), moment()
    Case.objects.filter(pk=case.pk).update(opened_at=at - timedelta(days=100))
    return Erasure.objects.create(
        case=case, proposed_by="officer:1", proposed_at=at, entry_id=case.entry_id
    )


def withheld(report: Report) -> Withholding:
    """Propose that an entry is not shown to the person for a day, and give them a code."""
    case, at = report.commission.case, moment()
    OwnCode.objects.create(
        member=case.members.get(key="a"), code="0", given_at=at, entry_id=report.entry_id
    )
    return Withholding.objects.create(
        member=case.members.get(key="a"),
        entries=[Entry.objects.filter(case=case.pk).order_by("index")[0].index],
        reason="investigation",
        basis="pipl_35",
        document="1",
        until=at + timedelta(days=1),
        proposed_by="officer:1",
        proposed_at=at,
        entry_id=report.entry_id,
    )


def concluded(place: cast.County, report: Report) -> Determination:
    """Propose to grant, and let the second officer be one who may confirm."""
    report = cast.signed_off(place, report)
    _, second = cast.deciders(place)
    FIXED[Determination][2]["confirmed_by"] = second.identifier
    held = cast.proposed_for(place, report)
    cast.published(place, held, days_ago=30)
    return held


def signed_online(place: cast.County, case: Any) -> None:
    """Have a code given wrong and right, and a paper that has a look of its own."""
    given = electronic.enrol(member=case.members.get(key="a"), by=place.intake)
    secret = case.key.open_bytes(given.enrolment.secret)
    now = int(moment().timestamp()) // totp.STEP
    terms = {
        "enrolment": given.enrolment,
        "form": Form.objects.get(pk=cast.FORM),
        "notice": electronic.notice_before(case),
        "items": ("bank.balance_fen",),
        "by": electronic.PORTAL,
    }
    electronic.sign(code=totp.code(secret, now + 9), **terms)
    electronic.sign(code=totp.code(secret, now), **terms)
    code = totp.code(secret, now + 1)
    electronic.sign_in(enrolment=given.enrolment, code=code, by=electronic.PORTAL)
    sheet = papers.jpeg(papers.scanned(papers.paper(1), 1))
    cast.authorize(place, case.members.get(key="a"), scan=sheet)


def listed(place: cast.County, report: Report) -> None:
    """Put a family on a list of rechecks, drawn for a second look."""
    case = report.commission.case
    held = Round.objects.create(
        agency=place.street,
        origin="due",
        until=date(2031, 5, 5),
        percent=100,
        opened_by="x",
        opened_at=moment(),
        entry=case.entry,
    )
    Task.objects.create(round=held, case=case, reason="due", turn=1, sampled=True, entry=case.entry)


def witnessed() -> None:
    """Have the ledger signed, and seen by a witness."""
    checkpoint = make_checkpoint()
    Cosignature.objects.create(checkpoint=checkpoint, witness="w", line="— w AA==\n", at=NOW)


def a_row(model: type[models.Model]) -> models.Model:
    row = model._default_manager.order_by("pk").first()
    assert row is not None, f"the story made no {model.__name__}"
    return row


def unfrozen(place: cast.County) -> Declaration:
    return cast.declared(place).declarations.get()


# Values that fit a kind of column and stand nowhere; the first kind that fits is taken.
OTHERS: list[tuple[type, Any]] = [
    (models.BooleanField, None), (models.IntegerField, 31_000), (models.AutoField, 31_000),
    (models.BinaryField, b"forged"), (models.DateTimeField, NOW),
    (models.DateField, date(2031, 5, 6)), (models.JSONField, ["bank.balance_fen", "forged"]),
    (models.TimeField, time(4, 5)),
    (models.UUIDField, UUID(int=31)), (models.Field, "forged"),
]  # fmt: skip


def other_value(field: Any, value: Any) -> Any:
    """Return a value that fits the column and is not the one that stands there."""
    if isinstance(field, models.ForeignKey):
        field = field.target_field
    other = next(other for kind, other in OTHERS if isinstance(field, kind))
    return not value if isinstance(field, models.BooleanField) else other


def test_every_table_of_the_procedure_is_fixed_or_says_why_not():
    tables = {m.__name__ for room in ROOMS for m in apps.get_app_config(room).get_models()}
    assert tables == {m.__name__ for m in FIXED} | set(NOT_FIXED)


def test_it_refuses_to_change_any_column_of_any_row(done):
    for model, (message, _, allowed) in FIXED.items():
        row, fields = a_row(model), model._meta.concrete_fields
        for field in (f for f in fields if f.attname not in allowed):
            wrong = {field.attname: other_value(field, getattr(row, field.attname))}
            with raw.refused(message):
                raw.update(row, **wrong)
        to_another_place(row, message)


def to_another_place(row: models.Model, message: str, **under_cover: Any) -> None:
    """Try to move a row in its table, which SQLite allows by the name of rowid."""
    model = type(row)
    if connection.vendor != "sqlite" or model in ITS_KEY_IS_ITS_PLACE:
        return
    fields = {f.attname: f for f in model._meta.concrete_fields}
    sets = "".join(f', "{fields[name].column}" = %s' for name in under_cover)
    pk = model._meta.pk
    with raw.refused(message):
        raw.execute(
            f'UPDATE {model._meta.db_table} SET rowid = 31000{sets} WHERE "{pk.column}" = %s',
            [
                *(raw.prepared(fields[name], value) for name, value in under_cover.items()),
                raw.prepared(pk, row.pk),
            ],
        )


@pytest.mark.parametrize("model", [m for m in FIXED if FIXED[m][2]], ids=named)
def test_it_refuses_to_change_a_column_under_cover_of_the_change_that_is_allowed(model, county):
    """Revoke and widen, freeze and rewrite, close and rename, replace and become another."""
    report = cast.drafted(county)
    made = {
        Declaration: lambda: unfrozen(county),
        BreakGlass: lambda: urgent(county, report),
        Withholding: lambda: withheld(report),
        Erasure: lambda: forgotten(county),
        Determination: lambda: concluded(county, report),
        Client: lambda: admitted(county).client,
        Token: lambda: admitted(county),
        Partner: lambda: admitted(county) and Partner.objects.get(),
        KeyChange: lambda: admitted(county) and KeyChange.objects.get(),
        PartnerMessage: lambda: admitted(county) and PartnerMessage.objects.get(),
        Subscription: lambda: admitted(county) and Subscription.objects.get(),
        Endpoint: lambda: Endpoint.objects.get(client=admitted(county).client),
        Correction: lambda: looked_into(county, found(county)),
        Suspension: lambda: looked_into(county, found(county)) and a_row(Suspension),
        RequestFile: lambda: in_files(county),
        AnswerFile: lambda: in_files(county) and AnswerFile.objects.get(),
        Sms: lambda: cast.told_by_sms(county, cast.signed_off(county, report)),
    }
    row = made.get(model, lambda: a_row(model))()
    message, _, allowed = FIXED[model]
    assert report
    for field in model._meta.concrete_fields:
        if field.attname not in allowed:
            wrong = {field.attname: other_value(field, getattr(row, field.attname))}
            with raw.refused(message):
                raw.update(row, **allowed, **wrong)
    to_another_place(row, message, **allowed)
    assert raw.update(row, **allowed) == 1


@pytest.mark.parametrize(
    "model",
    [Declaration, Authorization, Commission, Form, Guardianship, Budget, AllowList],
    ids=named,
)
def test_what_ends_once_does_not_end_otherwise_nor_begin_again(model, county):
    cast.drafted(county)
    row = unfrozen(county) if model is Declaration else a_row(model)
    message, _, (name,) = FIXED[model]
    with raw.refused(message):  # not even by a change that changes nothing
        raw.update(row, **{name: None})
    assert raw.update(row, **{name: moment()}) == 1
    for again in (None, moment(), NOW):
        with raw.refused(message):
            raw.update(row, **{name: again})


def test_a_replaced_person_does_not_come_back(county):
    cast.declared(county)
    member = a_row(Member)
    assert raw.update(member, replaced=True) == 1
    with raw.refused(FIXED[Member][0]):
        raw.update(member, replaced=False)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Authorization, "revoked_at"),
        (Guardianship, "ended_at"),
        (Form, "withdrawn_at"),
        (RequestFile, "left_at"),
    ],
    ids=named,
)
def test_an_end_is_dated_by_the_database(county, model, name):
    """Only PostgreSQL has a clock of its own; it does not believe the one who ends."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite 没有自己的时钟")
    cast.authorized(county)
    row = in_files(county, left=False) if model is RequestFile else a_row(model)
    before = moment()
    raw.update(row, **{name: before - timedelta(days=3)})
    row.refresh_from_db()
    assert before <= getattr(row, name) <= moment()


def test_it_refuses_to_delete_any_row(done):
    for model, (_, message, _) in FIXED.items():
        with raw.refused(message):
            raw.delete(a_row(model))


def test_it_refuses_to_truncate_any_table(done):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite 没有 TRUNCATE")
    connection.check_constraints()
    for model, (_, deleted, _) in FIXED.items():  # its own guard, not that of what depends on it
        with raw.refused(deleted.replace("never deleted", "never truncated")):
            raw.execute(f"TRUNCATE {model._meta.db_table} CASCADE")
    with pytest.raises(DatabaseError, match="never truncated"), transaction.atomic():
        raw.execute(f"TRUNCATE {Head._meta.db_table} CASCADE")


def keys_of(model: type[models.Model]) -> Iterator[set[str]]:
    """Yield the sets of columns that are unique, by themselves or under a condition."""
    for field in model._meta.concrete_fields:
        if field.unique:
            yield {field.attname}
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield {model._meta.get_field(name).attname for name in constraint.fields}


def only_replacement_is_guarded(table: str) -> None:
    """Drop the guards that would refuse a strange row for other reasons."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
        )
        names = [name for (name,) in cursor.fetchall()]
    assert f"{table}_is_never_replaced" in names
    raw.drop_triggers(*(name for name in names if not name.endswith("_is_never_replaced")))


def test_no_row_is_replaced_by_another_in_its_way(county):
    """INSERT OR REPLACE fires no trigger of DELETE: every key of every table is tried."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite 的写法")
    story(county)
    for model in (*FIXED, Head):
        with transaction.atomic():
            none_in_its_way_replaces(a_row(model))
            transaction.set_rollback(True)  # its other guards are on again for the next


def none_in_its_way_replaces(row: models.Model) -> None:
    """Try to have a row replaced, by each of its keys and by its place."""
    model = type(row)
    only_replacement_is_guarded(model._meta.db_table)
    unique = list(keys_of(model))
    in_keys = set().union(*unique)
    for key in unique:
        fresh = {
            field.attname: other_value(field, getattr(row, field.attname))
            for field in model._meta.concrete_fields
            if field.attname in in_keys - key
        }
        with (
            pytest.raises(DatabaseError, match="never|only grows|only counts|each content once"),
            transaction.atomic(),
        ):
            raw.insert(row, verb="INSERT OR REPLACE INTO", **fresh)
    if model not in ITS_KEY_IS_ITS_PLACE:
        one_with_other_keys_takes_not_its_place(row, in_keys)
        if model is not Budget:  # whose key has nobody's agency for a value
            a_row_before_the_first_hinders_nobody(row, in_keys)
    assert model._default_manager.filter(pk=row.pk).exists()


def one_with_other_keys_takes_not_its_place(row: models.Model, in_keys: set[str]) -> None:
    """No key is in the way, only the place in the table."""
    table, fields = row._meta.db_table, row._meta.concrete_fields
    fresh = [f for f in fields if f.attname in in_keys]
    taken = ", ".join("%s" if f in fresh else quoted(f.column) for f in fields)
    with (
        pytest.raises(DatabaseError, match="never|only counts|each content once"),
        transaction.atomic(),
    ):
        raw.execute(
            f"INSERT OR REPLACE INTO {table} (rowid, {', '.join(quoted(f.column) for f in fields)})"
            f" SELECT rowid, {taken} FROM {table} WHERE {quoted(row._meta.pk.column)} = %s",
            [
                *(raw.prepared(f, fresh_value(f, 3)) for f in fresh),
                raw.prepared(row._meta.pk, row.pk),
            ],
        )


def a_row_before_the_first_hinders_nobody(row: models.Model, in_keys: set[str]) -> None:
    """Where a row is in place -1, which SQLite also says of one that has no place yet."""
    table, pk = row._meta.db_table, row._meta.pk
    fields = [f for f in row._meta.concrete_fields if f.attname in in_keys]
    with transaction.atomic():
        for number in (1, 2):
            fresh = {f.attname: fresh_value(f, number) for f in fields}
            raw.insert(row, **fresh)
            if number == 1:
                raw.execute(
                    f'UPDATE {table} SET rowid = -1 WHERE "{pk.column}" = %s',
                    [raw.prepared(pk, fresh[pk.attname])],
                )
        transaction.set_rollback(True)


def fresh_value(field: Any, number: int) -> Any:
    """Return a value that fits the column and stands nowhere, another for each number."""
    other = other_value(field, None)
    if isinstance(other, UUID):
        return uuid4()
    if isinstance(other, datetime | date):
        return other + timedelta(days=number)
    return f"{other}{number}" if isinstance(other, str) else other + number


def quoted(column: str) -> str:
    return f'"{column}"'


@pytest.mark.parametrize(
    "model", [Declaration, Member, Authorization, Commission, Report], ids=named
)
def test_no_row_is_replaced_by_moving_another_to_its_place(model, county):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite 的写法")
    cast.drafted(county)
    unfrozen(county)
    row, (message, _, allowed) = model._default_manager.order_by("-pk").first(), FIXED[model]
    sets = "".join(f", {name} = %s" for name in allowed)
    fields = {f.attname: f for f in model._meta.concrete_fields}
    with raw.refused(message):
        raw.execute(
            f"UPDATE OR REPLACE {model._meta.db_table} SET rowid = 31000{sets} WHERE id = %s",
            [
                *(raw.prepared(fields[n], v) for n, v in allowed.items()),
                raw.prepared(fields["id"], row.pk),
            ],
        )


def test_the_head_of_the_ledger_only_grows(done):
    head = Head.objects.get()
    same = {"size": head.size, "roots": "00" * 32}
    for wrong in ({"size": head.size - 1}, {"size": 0}, {"roots": "00" * 32}, {"last": ""}, same):
        with raw.refused("ledger: the head only grows"):
            raw.update(head, **wrong)
    with raw.refused("ledger: the head is never deleted"):
        raw.delete(head)
    with pytest.raises(DatabaseError), transaction.atomic():
        raw.insert(head, id=2)


def test_no_version_of_a_declaration_is_added_once_it_is_frozen(done):
    declaration = a_row(Declaration)
    with raw.refused("declaration: frozen, no further version"):
        raw.insert(declaration, id=uuid4(), version=2)


def test_a_report_is_born_a_draft(county):
    report = cast.drafted(county)
    for status in ("submitted", "issued"):
        with raw.refused("report: it is born a draft"):
            raw.insert(report, id=uuid4(), version=2, number="X", code="Y", status=status)


@pytest.mark.parametrize("column", ["id", "commission_id", "version", "number", "code"])
def test_what_names_a_draft_is_fixed_too(county, column):
    report = cast.drafted(county)
    wrong = other_value(Report._meta.get_field(column.removesuffix("_id")), getattr(report, column))
    with raw.refused("report: issued, a correction is a new version"):
        raw.update(report, **{column: wrong})


def test_one_person_cannot_sign_a_report_twice_by_sql(county):
    report = cast.drafted(county)
    liu, zhao = county.officers["liu"].pk, county.officers["zhao"].pk
    complete = {"status": "issued", "issued_at": moment(), "valid_until": date(2031, 1, 1)}
    wrong = [
        {"prepared_by_id": liu, "countersigned_by_id": liu},
        {"prepared_by_id": liu, "countersigned_by_id": None},
        {"prepared_by_id": None, "countersigned_by_id": zhao},
        {"prepared_by_id": None, "countersigned_by_id": None},
    ]
    with raw.refused("report: drafted, submitted, issued, in this order"):
        raw.update(report, **complete, prepared_by_id=liu, countersigned_by_id=zhao)
    raw.update(report, status="submitted", prepared_by_id=liu, submitted_at=moment())
    with raw.refused("report: who prepared it stays, and another signs"):
        raw.update(report, **complete, prepared_by_id=zhao, countersigned_by_id=liu)
    for signers in wrong:
        with (
            pytest.raises(DatabaseError, match="reports_(second_person|issued_is)|another signs"),
            transaction.atomic(),
        ):
            raw.update(report, **complete, **signers)
    assert raw.update(report, **complete, prepared_by_id=liu, countersigned_by_id=zhao) == 1


FINDING = "finding: only a draft takes findings, on persons of its case"


def test_findings_come_only_with_a_draft(done):
    finding = a_row(Finding)
    with raw.refused(FINDING):
        raw.insert(finding, id=uuid4(), position=900)


def test_a_finding_is_on_a_person_of_its_case(county):
    cast.drafted(county)
    stranger = cast.declared(county).members.get(key="a")
    with raw.refused(FINDING):
        raw.insert(a_row(Finding), id=uuid4(), position=900, member_id=stranger.id)


def test_nobody_joins_a_household_whose_declaration_is_frozen(county):
    member = cast.commissioned(county).case.members.get(key="b")
    late = {"id": uuid4(), "key": "z", "number_index": "0" * 64}
    with raw.refused("member: the declaration is frozen, nobody is added to the household"):
        raw.insert(member, **late)
    for change in ({"position": 7}, {"relation": "other"}):
        with raw.refused("member: a person is never changed, only replaced"):
            raw.update(member, **change)


def test_until_then_they_join_and_change_places(county):
    member = cast.declared(county).members.get(key="b")
    raw.insert(member, id=uuid4(), key="z", number_index="0" * 64)
    assert raw.update(member, position=7, relation="other") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"programme": "temporary"},
        {"division": "110101"},
        {"applied_on": date(2020, 1, 1)},
        {"applicant_masked": "某*"},
        {"applicant_index": "0" * 64},
        {"draft": b"x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_case_was_opened_for_stands_once_its_declaration_is_frozen(county, change):
    before = cast.declared(county)
    case = cast.commissioned(county).case
    assert raw.update(before, **change) == 1
    with raw.refused("case: the declaration is frozen, what it was opened for stands"):
        raw.update(case, **change)
    assert raw.update(case, agency_id=case.agency_id) == 1


def test_only_the_newest_version_of_a_declaration_is_frozen(county):
    first = cast.declared(county).declarations.get()
    raw.insert(first, id=uuid4(), version=2)
    with raw.refused("declaration: only the newest version is frozen"):
        raw.update(first, frozen_at=moment())


def test_no_declaration_is_born_frozen(county):
    first = cast.declared(county).declarations.get()
    with raw.refused("declaration: it is frozen by a commission, later"):
        raw.insert(first, id=uuid4(), version=2, frozen_at=moment())


def test_an_authorization_is_of_one_case(county):
    signed = cast.authorized(county).authorizations.order_by("id").first()
    other = cast.authorized(county)
    for wrong in (
        {"case_id": other.id},
        {"member_id": other.members.get(key="a").id},
        {"declaration_id": other.declarations.get().id},
    ):
        with raw.refused("authorization: person, declaration and case belong together"):
            raw.insert(signed, id=uuid4(), **wrong)


@pytest.mark.parametrize("wrong", [{"purpose": "dibao_edge"}, {"closed_at": NOW}])
def test_a_commission_begins_open_and_for_what_was_applied_for(county, wrong):
    commission = cast.commissioned(county)
    raw.drop_triggers("commissions_commission_of_what_was_accepted")  # no aid is paid yet
    raw.update(commission, closed_at=moment())
    with raw.refused("commission: it begins open, and for what was applied for"):
        raw.insert(commission, **{"id": uuid4(), "number": "X", "closed_at": None} | wrong)


@pytest.mark.parametrize("index", [-1, 0, 1_000_000])
def test_an_entry_comes_next_or_not_at_all(done, index):
    entry = Entry.objects.latest("index")
    with pytest.raises(DatabaseError, match="ledger: an entry"), transaction.atomic():
        raw.insert(entry, id=uuid4(), index=index)


def test_the_head_is_that_of_the_entries(done):
    head = Head.objects.get()
    entry = Entry.objects.latest("index")
    with raw.refused("ledger: the head is that of the entries"):
        raw.update(head, size=head.size + 1)
    raw.insert(entry, id=uuid4(), index=head.size)
    for wrong in ({"size": head.size + 2}, {"size": head.size + 1, "last": "00" * 32}):
        with raw.refused("ledger: the head is that of the entries"):
            raw.update(head, **wrong)
    right = {"size": head.size + 1, "last": bytes(entry.leaf).hex()}
    with pytest.raises(DatabaseError, match="record_head_is_one"), transaction.atomic():
        raw.update(head, **right, id=2)
    with transaction.atomic():
        raw.insert(entry, id=uuid4(), index=head.size + 1)
        with raw.refused("ledger: the head is that of the entries"):
            raw.update(head, **right)
        transaction.set_rollback(True)
    assert raw.update(head, **right) == 1


def test_a_witness_sees_one_checkpoint_after_the_other(county):
    for _ in range(2):
        cast.declared(county)
        witnessed()
    assert Cosignature.objects.filter(witness="w").count() == 2


def test_a_series_of_numbers_is_not_set_back_nor_on(done):
    series = a_row(Numbering)
    for wrong in ({"last": 0}, {"last": series.last}, {"last": series.last + 2}):
        with raw.refused("numbering: it only counts up"):
            raw.update(series, **wrong)
    with raw.refused("numbering: it only counts up"):
        raw.update(series, last=series.last + 1, prefix="forged")
    if connection.vendor == "sqlite":  # where a row that is moved may push another out
        with raw.refused("numbering: it only counts up"):
            raw.execute("UPDATE OR REPLACE cases_numbering SET rowid = rowid + 9, last = last + 1")
    assert raw.update(series, last=series.last + 1) == 1


def test_no_row_points_to_an_entry_that_is_not_there(committed):
    """The reference to the ledger is checked at the commit, so that row and entry come together."""
    commission = cast.commissioned(committed)
    member = commission.case.members.get(key="a")
    inquiry = Inquiry(
        commission=commission,
        member=member,
        authorization=member.authorizations.get(),
        department=Department.objects.get(source="bank"),
        agreement=Agreement.objects.get(department__source="bank"),
        source="bank",
        purpose="dibao",
        items=["bank.balance_fen"],
        due_at=moment() + timedelta(minutes=5),
    )
    ticket = Ticket(
        inquiry=inquiry,
        attempt=1,
        message=uuid4(),
        minted_at=moment(),
        expires_at=moment() + timedelta(minutes=1),
    )
    reply = Reply(
        inquiry=inquiry, ticket=ticket, outcome="NO_ANSWER", conclusive=False, received_at=moment()
    )
    for row in (inquiry, ticket, reply):
        with pytest.raises(DatabaseError, match="(?i)foreign key"), transaction.atomic():
            raw.insert(row, entry_id=uuid4())
        assert not type(row)._default_manager.filter(pk=row.pk).exists()
        with raw.deed() as entry:
            raw.insert(row, entry_id=entry)
