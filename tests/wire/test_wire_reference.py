"""The page that others build against says what the code does."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hedui.wire import artefact, shapes
from hedui.wire.canonical import canonical
from hedui.wire.checks import CHECKS
from hedui.wire.later import acknowledge, refuse
from hedui.wire.seals import Verifier
from tests.wire.examples import ASKED, BANK_SIGNER, PLATFORM_SIGNER, claims, messages
from tests.wire.made import NOW, permission

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "wire.md").read_text(encoding="utf-8")
BLOCKS = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
SEARCH, ANSWER, CLAIMS, REFUSAL, TAKEN = BLOCKS
TYP = "hedui-message+jws"


def test_its_examples_are_what_the_code_builds():
    assert messages() == (SEARCH, ANSWER)
    assert claims() == CLAIMS


@pytest.mark.parametrize(
    ("message", "signer"), [(SEARCH, PLATFORM_SIGNER), (ANSWER, BANK_SIGNER)], ids=["ask", "answer"]
)
def test_its_signatures_hold(message, signer):
    content = {"header": message["header"], "message": message["message"]}
    verifier = Verifier.of(signer.public())
    verifier.verify_detached(message["signature"], canonical(content), typ=TYP)


def test_its_acknowledgements_are_what_the_code_builds():
    error = REFUSAL["message"]["error"]
    refused = refuse(error["check"], error["code"], error["message"], NOW)
    assert json.loads(refused) == REFUSAL
    assert json.loads(acknowledge(ASKED, NOW)) == TAKEN


def test_the_artefact_in_its_example_says_the_claims_beside_it():
    (jws, again) = (
        each["search_criteria"]["authorize"]["consent_jws"]
        for each in SEARCH["message"]["search_request"]
    )
    assert jws == again
    assert artefact.read(jws, Verifier.of(PLATFORM_SIGNER.public())) == permission()


def test_its_examples_meet_its_schemas():
    shapes.check("search", SEARCH)
    shapes.check("on-search", ANSWER)
    shapes.check("artefact", CLAIMS)
    shapes.check("ack", REFUSAL)
    shapes.check("ack", TAKEN)
    for element in SEARCH["message"]["search_request"]:
        shapes.check("inquiry", element)
    for element in ANSWER["message"]["search_response"]:
        shapes.check("answer", element)


def test_every_schema_is_a_schema_and_is_named_on_the_page():
    for name in shapes.NAMES:
        shapes.validator(name)
        file = Path(shapes.__file__).with_name("schemas") / f"{name}.json"
        Draft202012Validator.check_schema(json.loads(file.read_text(encoding="utf-8")))
        assert f"schemas/{name}.json" in PAGE
    files = Path(shapes.__file__).with_name("schemas").glob("*.json")
    assert {path.stem for path in files} == set(shapes.NAMES)


def test_it_lists_every_check_with_its_codes():
    for code, check in CHECKS.items():
        assert f"| `{code}` | `{check.dci}` | {check.http} |" in PAGE


def test_the_order_of_its_checks_is_the_order_of_the_code():
    first_mentions = [PAGE.index(f"`{code}`", PAGE.index("## 6.")) for code in CHECKS]
    assert first_mentions == sorted(first_mentions)


def test_it_gives_the_kids_of_its_keys():
    for signer in (PLATFORM_SIGNER, BANK_SIGNER):
        assert f"`{signer.kid}`" in PAGE
