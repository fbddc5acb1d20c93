"""A partner's system: it writes and signs messages of the DCI interface, and is called back."""

import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.test import Client

from hedui.procedure.agencies.partner_models import Partner
from hedui.procedure.agencies.partners import Terms, approve_partner, propose_partner
from hedui.procedure.record.moment import process_clock, today
from hedui.wire.envelope import seal
from hedui.wire.moments import moment_text
from hedui.wire.seals import Signer, generate_key, public_path
from tests import cast

OURS = "310101-hedui"
ACTIONS = {
    "search": "search",
    "sync/search": "search",
    "subscribe": "subscribe",
    "unsubscribe": "unsubscribe",
    "txn/status": "txn-status",
    "sync/txn/status": "txn-status",
}


def terms(folder: Path, **changes: Any) -> Terms:
    """Return the terms of a partner, whose key lies in a folder."""
    written = {
        "sender_id": "310101-education",
        "name": "区教育局",
        "division": cast.DIVISION,
        "programmes": ["dibao"],
        "legal_basis": "社会救助暂行办法 第33条",
        "contact": "资助中心 021-0000",
        "callback_url": "https://jiaoyu.example",
        "public_key": public_path(folder / "key.pem").read_text(encoding="utf-8"),
        "last_day": today().replace(year=today().year + 1),
    }
    return Terms(**written | changes)


def admitted(folder: Path, **changes: Any) -> "System":
    """Return the system of a partner that two officers admitted."""
    key = generate_key(folder / "key.pem")
    proposes, approves = cast.administrators()
    partner = propose_partner(terms=terms(folder, **changes), by=proposes)
    return System(approve_partner(partner=partner, by=approves), key)


class System:
    """A partner's system."""

    def __init__(self, partner: Partner, key: Signer) -> None:
        self.partner, self.key, self.http = partner, key, Client()

    def token(self, **changes: Any) -> str:
        """Return a token that the partner signs itself."""
        said = {"iss": self.partner.sender_id, "aud": OURS, "exp": int(time.time()) + 600}
        return self.key.sign(json.dumps(said | changes).encode(), typ="JWT")

    def header(self, where: str, count: int = 1, **changes: Any) -> dict[str, Any]:
        """Return a header."""
        return {
            "version": "1.0.0",
            "message_id": str(uuid4()),
            "message_ts": moment_text(process_clock()),
            "action": ACTIONS[where],
            "sender_id": self.partner.sender_id,
            "receiver_id": OURS,
            "total_count": count,
        } | changes

    def post(
        self,
        where: str,
        message: Any,
        *,
        header: Any = None,
        token: str | None = None,
        signature: str = "",
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Sign and send a message."""
        body = seal(header or self.header(where), message, self.key)
        if signature:
            body = json.dumps(json.loads(body) | {"signature": signature}).encode()
        return self.raw(where, body, token, headers)

    def raw(
        self,
        where: str,
        body: bytes,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Send bytes; headers: besides the token."""
        token = self.token() if token is None else token
        headers = (headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        address = f"/api/dci/registry/{where}"
        return self.http.post(address, body, content_type="application/json", headers=headers)


def element(number: str = cast.ZHANG_SAN, **changes: Any) -> dict[str, Any]:
    """Return one question about a person."""
    criteria = {"query_type": "idtype-value", "query": {"type": "UIN", "value": number}}
    criteria |= changes.pop("criteria", {})
    return {
        "reference_id": "r-1",
        "timestamp": moment_text(process_clock()),
        "search_criteria": criteria,
    } | changes


def search(*elements: Any, **changes: Any) -> dict[str, Any]:
    """Return a search message."""
    return {"transaction_id": "t-1", "search_request": list(elements or (element(),))} | changes


def subscription(number: str = cast.ZHANG_SAN, **changes: Any) -> dict[str, Any]:
    """Return a subscribe message."""
    one = {
        "reference_id": "s-1",
        "timestamp": moment_text(process_clock()),
        "subscribe_criteria": {
            "reg_event_type": "REGISTER",
            "filter_type": "idtype-value",
            "filter": {"type": "UIN", "value": number},
            "notify_record_type": "HouseholdVerification",
        },
    }
    return {"transaction_id": "t-2", "subscribe_request": [one | changes]}


def ending(*codes: str) -> dict[str, Any]:
    """Return an unsubscribe message."""
    at = moment_text(process_clock())
    return {"transaction_id": "t-3", "timestamp": at, "subscription_codes": list(codes)}


def status(value: Any = "t-1", kind: str = "transaction_id") -> dict[str, Any]:
    """Return a status message."""
    asked = {"reference_id": "q-1", "txn_type": "search"}
    asked |= {"attribute_type": kind, "attribute_value": value}
    return {"transaction_id": "t-4", "txnstatus_request": asked}


MESSAGES = {
    "search": search,
    "sync/search": search,
    "subscribe": subscription,
    "unsubscribe": lambda: ending("code-1"),
    "txn/status": status,
    "sync/txn/status": status,
}
