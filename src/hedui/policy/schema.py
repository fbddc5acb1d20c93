"""What an editor needs (编辑器的模式): a JSON Schema for each parameter, and which file it is for.

``parameter.schema.json`` says what holds for every parameter file. Here each gets its own: the
unit, whether it carries an operator, and the values it may have, with their words. The loader reads
by the same declarations and refuses what the schema refuses.
"""

import copy
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from hedui.policy.lock import all_declared
from hedui.policy.parameter_files import MAX_COUNT, Declared, remedy_for
from hedui.policy.vocabulary import vocabulary

FOLDER: Final = ".schemas"
SETTINGS: Final = Path(".vscode") / "settings.json"
_YUAN: Final = r"^(0|[1-9][0-9]*|[1-9][0-9]{0,2}(,[0-9]{3})+)(\.[0-9]{1,2})?$"
_PATTERNS: Final = {
    **dict.fromkeys(("fen", "fen_monthly", "fen_annual"), _YUAN),
    "share": r"^[0-9](\.[0-9]{1,6})?$",
    "area": r"^[0-9]{1,4}(\.[0-9]{1,2})?$",
}


def schemas() -> dict[str, dict[str, Any]]:
    """Give the schema of every parameter that some chapter or programme declares, by its name."""
    text = files("hedui.policy").joinpath("parameter.schema.json").read_text(encoding="utf-8")
    general = json.loads(text)
    return {name: _of(entry, general) for name, entry in sorted(all_declared().items())}


def written(folder: Path) -> int:
    """Write the schemas into a folder of parameters, and the settings of an editor that find them.

    Settings that are there already are kept, with ``yaml.schemas`` put in; gives how many schemas.

    :raises ValueError: the settings that are there cannot be read
    """
    inside = folder / FOLDER
    inside.mkdir(exist_ok=True)
    found = schemas()
    for name, schema in found.items():
        _write(inside / f"{name}.schema.json", schema)
    path = folder / SETTINGS
    path.parent.mkdir(exist_ok=True)
    settings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    mapping = {f"./{FOLDER}/{name}.schema.json": f"**/{name}.yaml" for name in found}
    _write(path, settings | {"yaml.schemas": settings.get("yaml.schemas", {}) | mapping})
    return len(found)


def _write(path: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _of(entry: Declared, general: Mapping[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = copy.deepcopy(dict(general))
    schema["title"] = f"{entry.label}({entry.name})"
    schema["properties"]["unit"] = {"const": entry.unit}
    dated = schema["$defs"]["dated"]["properties"]
    dated["value"] = _value(entry) | {"description": f"{entry.label}:{remedy_for(entry)}"}
    if entry.operator:
        schema["properties"]["operator"]["default"] = entry.operator
    else:
        del schema["properties"]["operator"], dated["operator"], schema["$defs"]["operator"]
    return schema


def _value(entry: Declared) -> dict[str, Any]:
    if entry.unit in _PATTERNS:
        return {"type": "string", "pattern": _PATTERNS[entry.unit]}
    if entry.unit == "count":
        most = MAX_COUNT if entry.most is None else entry.most
        return {"type": "integer", "minimum": entry.least or 0, "maximum": most}
    if entry.unit == "truth":
        return {"type": "boolean"}
    words = vocabulary().get(entry.words, {})
    codes = {"enum": list(words), "enumDescriptions": list(words.values())} if words else {}
    code = {"type": "string"} | codes
    return {"type": "array", "items": code} if entry.unit == "kinds" else code
