"""A registry to try a change on (试算名册): drawn on the spot, or three tables of a few households.

Nothing of it stays: what a table holds of names and ID numbers is gone when it has been read.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hedui.batch.declared import Declared, RegistryError, read_registry
from hedui.batch.delivery import DeliveryError
from hedui.batch.sample.drawing import many
from hedui.batch.sample.registry import write_registry

TABLES: Final = ("households", "members", "declared")
MOST_HOUSEHOLDS: Final = 3000
"""What eleven computations of take about a second: more is for `hedui policy simulate`."""
_SEED: Final = 1


@lru_cache(8)
def drawn(households: int, *, division: str, on: date) -> Declared:
    """Draw households that nobody is, at one place on one day; the same each time."""
    made = many(households, _SEED, applied_on=on, as_of=on - timedelta(days=1))
    with TemporaryDirectory(prefix="hedui-trial-") as folder:
        write_registry(made, Path(folder))
        declared = read_registry(Path(folder))
    return declared.at(division)


def delivered(tables: Mapping[str, bytes]) -> Declared:
    """Read the three tables of a registry as CSV.

    :raises RegistryError: they cannot be read, or hold more households than are tried here
    """
    with TemporaryDirectory(prefix="hedui-trial-") as folder:
        for name in TABLES:
            Path(folder, f"{name}.csv").write_bytes(tables[name])
        if tables["households"].count(b"\n") > MOST_HOUSEHOLDS + 1:
            raise RegistryError(_too_many())
        try:
            declared = read_registry(Path(folder))
        except DeliveryError as error:
            raise RegistryError(str(error).replace(f"{folder}/", "")) from None
    if declared.registry.households > MOST_HOUSEHOLDS:
        raise RegistryError(_too_many())
    if not declared.registry.households:
        raise RegistryError("名册里没有一户。")
    return declared


def _too_many() -> str:
    return (
        f"网页上一次最多模拟 {MOST_HOUSEHOLDS} 户;更大的名册请用命令"
        " hedui policy simulate --registry 目录。"
    )
