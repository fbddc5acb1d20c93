"""What the tests of the interface share: a system that calls, and what it sends."""

import json
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hedui.batch.sample.scans import scan
from hedui.procedure.record.moment import today
from tests import cast

ORDERS = "/api/v1/commissions"


def family(**changes: Any) -> dict[str, Any]:
    """Return CASE.json of 张家, each with a signature of today."""
    content = cast.zhang_family(today())
    for member in content["members"]:
        member["authorization"] = {
            "signed_on": today().isoformat(),
            "form": cast.FORM,
            "evidence": f"{member['key']}.pdf",
            "items": ["*"],
            "valid_until": (today() + timedelta(days=364)).isoformat(),
        }
    return content | changes


def papers(content: dict[str, Any]) -> list[SimpleUploadedFile]:
    """Return a signed paper for each who signed."""
    return [
        SimpleUploadedFile(member["authorization"]["evidence"], scan(f"of {member['key']}"))
        for member in content["members"]
        if "authorization" in member
    ]


class Caller:
    """A system that calls with its token."""

    def __init__(self, token: str) -> None:
        self.http = Client(headers={"Authorization": f"Bearer {token}"})

    def order(self, key: str = "k-1", content: Any = None, evidence: Any = None) -> Any:
        """Order the verification of a household."""
        content = content or family()
        papers_ = papers(content) if evidence is None else evidence
        return self.http.post(
            ORDERS,
            {"case": json.dumps(content, ensure_ascii=False), "evidence": papers_},
            headers={"Idempotency-Key": key},
        )

    def get(self, path: str, **query: Any) -> Any:
        """Ask."""
        return self.http.get(f"/api/v1{path}", query)
