"""
One call 调用: who calls, whether they may, and the answer or the problem it ends in.

A client asks the database in its own name, opens sealed data only while its answer is made, and
what it saw is entered before the answer leaves.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import (
    ObjectDoesNotExist,
    SuspiciousOperation,
)
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from hedui.faces.api.contract import Operation, operations
from hedui.faces.api.problems import Problem
from hedui.procedure.agencies.calls import count_call
from hedui.procedure.agencies.client_models import Client
from hedui.procedure.agencies.clients import client_with
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.cases.content import NotWellFormed
from hedui.procedure.cases.looking import list_seen, seen
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.opening import watched
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.procedure.record.scope import acting_as

log = logging.getLogger(__name__)
SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class Call:
    """A call by a client: who acts, what was asked, and the parameters of the query."""

    request: HttpRequest
    client: Client
    actor: Actor
    query: dict[str, int] = field(default_factory=dict)


Handler = Callable[..., HttpResponse]


def view(path: str, handlers: dict[str, Handler]) -> Callable[..., HttpResponse]:
    """Return the view of an address: each method as the contract has it, any other refused."""
    offered = operations()[path]

    @csrf_exempt
    @login_not_required
    def answer(request: HttpRequest, **where: str) -> HttpResponse:
        try:
            operation = offered.get(str(request.method).lower())
            if operation is None:
                allowed = ", ".join(method.upper() for method in offered)
                said = f"这个地址只支持 {allowed}。"
                headers = {"Allow": allowed}
                raise Problem(
                    HTTPStatus.METHOD_NOT_ALLOWED, "no-such-method", said, headers=headers
                )
            return _answered(operation, handlers[operation.name], request, where)
        except Problem as problem:
            return problem.answer()

    answer.enters = True  # type: ignore[attr-defined]  # tests walk the addresses and look for it
    return answer


@csrf_exempt
@login_not_required
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 - as Django calls it
    """Say that there is no such address."""
    said = "没有这个地址,地址见 /api/v1/openapi.json。"
    return Problem(HTTPStatus.NOT_FOUND, "not-found", said).answer()


def _answered(
    operation: Operation, handler: Handler, request: HttpRequest, where: dict[str, str]
) -> HttpResponse:
    try:
        if operation.is_open:
            _check(operation, request, where)
            return handler()
        client = _client(request)
        with acting_as(f"officer:{client.officer_id}"):
            within_rate(client.pk)
            query = _check(operation, request, where)
            call = Call(request, client, actor_of(client.officer), query)
            return _watched(operation, handler, call, where)
    except NotAllowed as refusal:
        raise Problem(HTTPStatus.FORBIDDEN, "not-allowed", refusal.message) from None
    except NotWellFormed as refusal:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        raise Problem(status, "not-well-formed", refusal.message, refusal.faults) from None
    except Refusal as refusal:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        raise Problem(status, "refused", refusal.message) from None
    except ObjectDoesNotExist:
        said = "没有这项委托,或者不属于本机构;请核对编号。"
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", said) from None
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        said = "请求的内容不能识读,应为完整的 multipart/form-data。"
        raise Problem(HTTPStatus.BAD_REQUEST, "bad-request", said) from None
    except (Trouble, DatabaseError, OSError) as error:
        log.error("接口 %s 不能办理(%s)", operation.name, type(error).__name__)  # noqa: TRY400
        said = "系统暂时不能办理,请稍后以同样的内容和键再试。"
        headers = {"Retry-After": "30"}
        status = HTTPStatus.SERVICE_UNAVAILABLE
        raise Problem(status, "trouble", said, headers=headers) from None


def _client(request: HttpRequest) -> Client:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    found = client_with(secret) if scheme.lower() == SCHEME and secret else None
    if found is None:
        said = "请以 Authorization: Bearer 令牌 调用;令牌停用或过期的,请联系系统管理员。"
        headers = {"WWW-Authenticate": "Bearer"}
        raise Problem(HTTPStatus.UNAUTHORIZED, "no-token", said, headers=headers)
    return found


def _check(operation: Operation, request: HttpRequest, where: dict[str, str]) -> dict[str, int]:
    """Hold the parameters against the contract, and return those of the query."""
    given: dict[str, Any] = request.GET.dict()
    for place, values in (("path", where), ("query", given), ("header", request.headers)):
        if fault := operation.fault_in(place, values):
            raise Problem(HTTPStatus.BAD_REQUEST, "bad-request", f"{fault}。")
    asked = [one for one in operation.parameters if one["in"] == "query"]
    return {one["name"]: int(given.get(one["name"], one["schema"]["default"])) for one in asked}


def _watched(
    operation: Operation, handler: Handler, call: Call, where: dict[str, str]
) -> HttpResponse:
    with watched() as opened:
        response = handler(call, **where)
    page = f"api:{operation.name}"
    list_seen(len(opened.listed), page=page, by=call.actor)
    seen(opened.unsaid, page=page, member="", by=call.actor)
    return response


def within_rate(caller: UUID) -> None:
    """Count the calls of somebody in this minute. :raises Problem: they are too many"""
    count, wait = count_call(caller)
    if count > settings.HEDUI_CALLS_PER_MINUTE:
        said = f"每分钟至多调用 {settings.HEDUI_CALLS_PER_MINUTE} 次,请 {wait} 秒后再试。"
        headers = {"Retry-After": str(wait)}
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many", said, headers=headers)


def told(content: Any, status: int = 200, **headers: str) -> HttpResponse:
    """Answer JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JsonResponse(
        content, status=status, headers=named, json_dumps_params={"ensure_ascii": False}
    )
