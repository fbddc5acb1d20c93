"""
The contract 接口契约: `v1.yaml` as it is served, and what it says of parameters.

It is written first and by hand; addresses, methods and limits of parameters are taken from it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema_rs import Draft202012Validator

from hedui.procedure.cases.content import MOST_BYTES, SCHEMA, Fault, NotWellFormed
from hedui.wire import strict_json
from hedui.wire.checks import WireError

FILE = Path(__file__).parent / "v1.yaml"
METHODS = ("get", "post")
COMPONENT = "#/components/"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its name, its method, whether it wants a token, what it takes."""

    name: str
    method: str
    is_open: bool
    parameters: tuple[Mapping[str, Any], ...]

    def fault_in(self, place: str, given: Mapping[str, Any]) -> str:
        """Return what is wrong with the parameters in a place (query, path, header), or ""."""
        here = [one for one in self.parameters if one["in"] == place]
        if place == "query" and (unknown := given.keys() - {one["name"] for one in here}):
            return f"不认识的参数 {'、'.join(sorted(unknown))[:60]}"
        for one in here:
            value = given.get(one["name"])
            if value is None:
                if one.get("required"):
                    return f"缺少 {one['name']}:{one['description']}"
            elif not Draft202012Validator(one["schema"]).is_valid(_read(value, one["schema"])):
                return f"{one['name']} 不符合要求:{one['description']}"
        return ""


def _read(text: str, schema: Mapping[str, Any]) -> object:
    if schema["type"] != "integer":
        return text
    plain = text.removeprefix("-")
    return int(text) if plain.isascii() and plain.isdigit() and len(plain) < 17 else text


@cache
def document() -> dict[str, Any]:
    """Return the contract with the schema of CASE.json in it."""
    written: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    case = json.loads(
        SCHEMA.read_text(encoding="utf-8").replace("#/$defs/", f"{COMPONENT}schemas/case.")
    )
    parts = case.pop("$defs")
    del case["$id"], case["$schema"]
    written["components"]["schemas"] |= {
        "case": case,
        **{f"case.{name}": part for name, part in parts.items()},
    }
    return written


def page() -> str:
    """Return the document as it is kept in docs/reference/api."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


@cache
def operations() -> dict[str, dict[str, Operation]]:
    """Return the operations by path and method."""
    return {
        path: {method: _operation(method, path) for method in METHODS if method in item}
        for path, item in document()["paths"].items()
    }


def _operation(method: str, path: str) -> Operation:
    item = document()["paths"][path]
    said = item[method]
    listed = (*item.get("parameters", ()), *said.get("parameters", ()))
    return Operation(
        name=said["operationId"],
        method=method,
        is_open=said.get("security") == [],
        parameters=tuple(_resolved(one) for one in listed),
    )


def _resolved(one: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = document()
    for step in one["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    resolved: Mapping[str, Any] = found
    return resolved


@cache
def _validator(name: str) -> Draft202012Validator:
    reference = {"$ref": f"{COMPONENT}schemas/{name}", "components": document()["components"]}
    return Draft202012Validator(reference)


def faults_of(name: str, value: object) -> list[Fault]:
    """Return what of a value the contract does not admit, place by place."""
    return [
        Fault("/".join(map(str, fault.instance_path)), "不符合要求,写法见接口文档")
        for fault in _validator(name).iter_errors(value)
    ]


def read_as(name: str, written: bytes) -> dict[str, Any]:
    """Return what was sent, as a schema has it. :raises NotWellFormed: it is not so"""
    try:
        content = strict_json.loads(written, max_bytes=MOST_BYTES)
    except WireError as error:
        raise NotWellFormed([Fault("", f"不是可以识读的 JSON({error.reason})")]) from None
    if faults := faults_of(name, content):
        raise NotWellFormed(faults)
    assert isinstance(content, dict)
    return content


def day_in(content: Mapping[str, Any], name: str) -> date:
    """Return a day of what was read. :raises NotWellFormed: there is no such day"""
    try:
        return date.fromisoformat(content[name])
    except ValueError:
        raise NotWellFormed([Fault(name, "没有这一天,请核对日期")]) from None


if __name__ == "__main__":
    print(page(), end="")
