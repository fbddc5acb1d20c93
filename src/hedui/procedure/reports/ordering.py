"""An order through the interface 接口委托: done once, however often it comes."""

from collections.abc import Mapping
from typing import Any

from hedui.procedure.agencies.client_models import Client
from hedui.procedure.agencies.clients import keep_first_answer
from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.reports.acts import request


@act("接口委托核对", article="社会救助暂行办法 第58条", roles={Role.INTAKE})
def order(
    *,
    client: Client,
    content: dict[str, Any],
    scans: Mapping[str, bytes],
    key: str,
    asked: str,
    by: Actor,
) -> dict[str, str]:
    """
    Take a household in and commission its verification for a client, all of it or nothing.

    content, scans: as `take_in` has them; key: the client's own for this order; asked: keyed hash
    of what it sent, by which a repeat is known
    Returns the numbers of the commission and the case, which every repeat is told again.

    :raises Refusal: as `take_in` and `request` have it
    :raises IntegrityError: the same key came at the same time, and was first
    """
    case = take_in(content, scans=scans, by=by)
    ordered = request(case=case, by=by)
    told = {"commission": ordered.number, "case": case.number}
    entry = note(case=case.id, client=str(client.pk), commission=str(ordered.pk))
    keep_first_answer(client=client, key=key, asked=asked, content=told, entry=entry)
    return told
