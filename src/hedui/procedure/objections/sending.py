"""An objection through the interface 接口提出异议: taken in once, however often it comes."""

from collections.abc import Mapping, Sequence
from datetime import date

from hedui.procedure.agencies.client_models import Client
from hedui.procedure.agencies.clients import keep_first_answer
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.models import Member
from hedui.procedure.objections.acts import GROUND, object_to
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.reports.models import Finding, Report


@act("接口提出异议", article=GROUND, roles={Role.INTAKE, Role.COMMISSION})
def send(
    *,
    client: Client,
    report: Report,
    member: Member,
    received_on: date,
    items: Mapping[Finding, str],
    papers: Sequence[Paper],
    late_because: str,
    key: str,
    asked: str,
    by: Actor,
) -> dict[str, str]:
    """
    Take an objection in for a client, as `object_to` does, and keep what every repeat is told.

    key, asked: as for an order

    :raises Refusal: as `object_to` has it
    :raises IntegrityError: the same key came at the same time, and was first
    """
    objection = object_to(
        report=report,
        member=member,
        received_on=received_on,
        items=items,
        papers=papers,
        late_because=late_because,
        by=by,
    )
    told = {"objection": objection.number, "resolve_by": objection.resolve_by.isoformat()}
    case = report.commission.case_id
    entry = note(case=case, client=str(client.pk), objection=str(objection.pk), member=member.key)
    keep_first_answer(client=client, key=key, asked=asked, content=told, entry=entry)
    return told
