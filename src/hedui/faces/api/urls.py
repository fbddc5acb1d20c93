"""Addresses for programs."""

import re

from django.urls import path, re_path

from hedui.faces.api import (
    answers,
    calling,
    commissions,
    contract,
    dci,
    ledger,
    objections,
    outcomes,
    sms,
    views,
)

# What does each operation of the contract.
HANDLERS: dict[str, calling.Handler] = {
    "order": commissions.order,
    "changed": commissions.changed,
    "status": commissions.status,
    "report": commissions.report,
    "reportPdf": commissions.report_as_pdf,
    "objectTo": objections.object_to,
    "outcome": outcomes.outcome,
    "decided": outcomes.decided,
    "news": commissions.news,
    "contract": commissions.contract,
}


def _pattern(where: str) -> str:
    """Write a path of the contract as Django takes it: a number is all up to the next slash."""
    return "^v1" + re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", where.replace(".", r"\.")) + "$"


app_name = "api"
urlpatterns = [
    path("authorizations/<uuid:number>/status", views.authorization_status, name="authorization"),
    path("ledger/checkpoint", ledger.checkpoint, name="checkpoint"),
    path("ledger/platform.pub.pem", ledger.public_keys, name="ledger_keys"),
    path("ledger/entries/<uuid:entry>/proof", ledger.inclusion, name="inclusion"),
    path("ledger/growth", ledger.growth, name="growth"),
    path("ledger/cosignatures", ledger.cosignatures, name="cosignatures"),
    path("registry/on-search", answers.on_search, name="on_search"),
    path("sms/receipts", sms.receipts, name="sms_receipts"),
    path("healthz", views.healthz, name="healthz"),
    *(
        re_path(_pattern(where), calling.view(where, HANDLERS), name=f"v1{where}")
        for where in contract.operations()
    ),
    path("dci/openapi.json", dci.contract, name="dci"),
    *(
        path(f"dci{where}", dci.view(where), name=f"dci{where}")
        for where in dci.document()["paths"]
    ),
    path("v1/<path:rest>", calling.nowhere, name="nowhere"),
]
