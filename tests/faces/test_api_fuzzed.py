"""
The published contract, held against what programs send: no server error, no answer unsaid.

Schemathesis makes the calls from the OpenAPI document; `make api-fuzz` lets it make more of them.
"""

import os
from contextlib import suppress

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from hedui.faces.api import dci
from hedui.faces.api.contract import operations
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.actor import WORKER
from hedui.procedure.reports.acts import issue, submit
from hedui.procedure.reports.drafting import draft
from hedui.wire.canonical import CanonicalError, canonical
from hedui.wire.envelope import TYP
from tests import cast
from tests.faces.callers import Caller
from tests.faces.registry import admitted

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FEW = 15
CALLS = int(os.environ.get("HEDUI_TEST_CALLS", FEW))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
    ignored_auth,
]


@pytest.fixture
def contract(county):
    """Serve the contract in this process, to a system with one issued report and one order."""
    limit = pytest.MonkeyPatch()
    limit.setattr("django.conf.settings.HEDUI_CALLS_PER_MINUTE", 10**6, raising=False)
    config = SchemathesisConfig.from_dict({"generation": {"mode": "all"}})
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", get_wsgi_application(), config=config
    )
    secret = cast.client(county)[1]
    number = Caller(secret).order().json()["commission"]
    commission = Commission.objects.get(number=number)
    cast.answered(commission)
    report = submit(
        report=draft(commission=commission, by=WORKER),
        officer=county.officers["liu"],
        by=county.prepares,
    )
    issue(report=report, officer=county.officers["zhao"], by=county.countersigns)
    schema.config.headers = {"Authorization": f"Bearer {secret}"}
    yield schema, number
    limit.undo()


@pytest.mark.parametrize(
    ("path", "method"),
    [(path, method) for path, methods in operations().items() for method in methods],
)
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_no_call_ends_in_a_server_error_or_in_an_answer_that_is_not_named(
    contract, path, method, mode
):
    schema, number = contract
    operation, answered = schema[path][method], set()
    if mode == "negative" and path == "/openapi.json":
        pytest.skip("nothing can be asked amiss where nothing can be said")

    @settings(
        max_examples=max(CALLS // (4 if method == "post" else 1), 1),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=CALLS == FEW,
        database=None,
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)), is_there=st.booleans())
    def call(case, is_there):
        if "number" in case.path_parameters and (
            is_there or (mode, method) == ("positive", "post")
        ):
            case.path_parameters["number"] = number
        answered.add(case.call_and_validate(checks=CHECKS).status_code)

    call()
    assert answered & ({200, 422} if mode == "positive" else {400, 422})


@pytest.fixture
def registry(county, tmp_path):
    """Serve the contract for partners in this process, to a partner whose messages are signed."""
    limit = pytest.MonkeyPatch()
    limit.setattr("django.conf.settings.HEDUI_CALLS_PER_MINUTE", 10**6, raising=False)
    schema = schemathesis.openapi.from_wsgi("/api/dci/openapi.json", get_wsgi_application())
    cast.commissioned(county)
    yield schema, admitted(tmp_path)
    limit.undo()


def signed(system, case, *, fits):
    """Sign a message that was made up, with a header that is the partner's own where it fits."""
    body = case.body
    if not (isinstance(body, dict) and isinstance(body.get("message"), dict)):
        return
    if fits:
        where = case.path.removeprefix("/registry/")
        elements = [part for part in body["message"].values() if isinstance(part, list)]
        many = where != "unsubscribe" and elements
        body["header"] = system.header(where, len(elements[0]) if many else 1)
    with suppress(CanonicalError):
        content = canonical({"header": body.get("header"), "message": body["message"]})
        body["signature"] = system.key.sign_detached(content, typ=TYP)


@pytest.mark.parametrize("path", list(dci.document()["paths"]))
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_no_message_of_a_partner_ends_in_a_server_error_or_in_an_answer_that_is_not_named(
    registry, path, mode
):
    schema, system = registry
    operation, answered = schema[path]["post"], set()

    @settings(
        max_examples=max(CALLS // 3, 1),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=CALLS == FEW,
        database=None,
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)), fits=st.booleans())
    def call(case, fits):
        signed(system, case, fits=fits or mode == "positive")
        case.headers["Authorization"] = f"Bearer {system.token()}"
        answered.add(case.call_and_validate(checks=CHECKS[:5]).status_code)

    call()
    assert answered & ({200, 202} if mode == "positive" else {400})
