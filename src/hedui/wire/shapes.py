"""
Hold what arrives against the published JSON Schemas (`schemas/*.json`).

The files are the profile's own; the code that parses uses the very same ones.
"""

import re
from functools import cache
from importlib.resources import files

from jsonschema_rs import Draft202012Validator

from hedui.wire import strict_json
from hedui.wire.checks import WireError

_OUR_KEY = re.compile(r"[a-z][a-z_]{0,39}")

NAMES = (
    "search",
    "inquiry",
    "on-search",
    "answer",
    "artefact",
    "ack",
    "manifest",
    "txn-status",
    "txn-on-status",
)


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of one published schema."""
    text = files("hedui.wire").joinpath("schemas", f"{name}.json").read_text(encoding="utf-8")
    return Draft202012Validator(strict_json.loads(text.encode()))


def check(name: str, value: object) -> None:
    """
    Refuse a value that the schema does not admit.

    :raises WireError: `malformed_object`; the message names the place, never the value
    """
    schema = validator(name)
    if schema.is_valid(value):
        return
    fault = next(iter(schema.iter_errors(value)))
    place = "/".join(map(_step, fault.instance_path))
    raise WireError("malformed_object", f"{name}：/{place} 不符合 {fault.schema_path[-1]}")


def _step(step: str | int) -> str:
    # a key that arrived may itself be someone's name
    return step if isinstance(step, str) and _OUR_KEY.fullmatch(step) else "*"
