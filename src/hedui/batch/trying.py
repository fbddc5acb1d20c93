"""A registry to try a change on (试算名册): drawn on the spot, or the tables of a few households.

Nothing of it stays: what a table holds of names and ID numbers is gone when it has been read.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb

from hedui.batch import told
from hedui.batch.declared import Declared, RegistryError, read_registry
from hedui.batch.delivery import ENDINGS, DeliveryError, find
from hedui.batch.sample.drawing import many
from hedui.batch.sample.registry import write_registry

NEEDED: Final = ("households", "members", "declared")
TABLES: Final = (*NEEDED, *told.TABLES)
MOST_HOUSEHOLDS: Final = 3000
"""What eleven computations of take about a second: more is for `hedui policy simulate`."""
MOST_ROWS: Final = 100_000
MOST_LETTERS: Final = 1_000
"""A small Parquet file can unfold to a very large table."""
_SIZES: Final = "SELECT count(*), max(length(CAST(COLUMNS(*) AS VARCHAR)))"
_SEED: Final = 1


@lru_cache(8)
def drawn(households: int, *, division: str, on: date) -> Declared:
    """Draw households that nobody is, at one place on one day; the same each time."""
    made = many(households, _SEED, applied_on=on, as_of=on - timedelta(days=1))
    with TemporaryDirectory(prefix="hedui-trial-") as folder:
        write_registry(made, Path(folder))
        declared = read_registry(Path(folder))
    return declared.at(division)


def delivered(tables: Sequence[tuple[str, bytes]]) -> Declared:
    """Read the tables of a registry as `hedui policy simulate --registry` reads its directory.

    tables: name of each file and its content, CSV or Parquet

    :raises RegistryError: they cannot be read, or hold more than is tried here
    """
    with TemporaryDirectory(prefix="hedui-trial-") as folder:
        for name, content in tables:
            _place(Path(folder), name).write_bytes(content)
        try:
            _bound(Path(folder))
            declared = read_registry(Path(folder))
        except DeliveryError as error:
            said = str(error).replace(f"{folder}/", "").replace(folder, "上传的文件中")
            raise RegistryError(said) from None
    if declared.registry.households > MOST_HOUSEHOLDS:
        raise RegistryError(_too_many())
    if not declared.registry.households:
        raise RegistryError("名册里没有一户。")
    return declared


def _place(folder: Path, name: str) -> Path:
    """Say where a file is kept meanwhile; its name says which table it is."""
    table, ending = Path(name).stem.lower(), Path(name).suffix.lower()
    if table not in TABLES or ending not in ENDINGS:
        shown = "".join(letter for letter in name if letter.isprintable())[:40]
        raise RegistryError(
            f"不认识文件“{shown}”:名册的文件名应为 {'、'.join(NEEDED)}(必需)、"
            f"{'、'.join(told.TABLES)}(可选),以 .csv 或 .parquet 结尾,请改名后重新选择。"
        )
    path = folder / f"{table}{ending}"
    if path.exists():
        raise RegistryError(f"表 {table} 选了不止一个文件,请只选一个。")
    return path


def _bound(folder: Path) -> None:
    """Look how large the tables are before a row of them is read into memory."""
    missing = [name for name in NEEDED if find(folder, name) is None]
    if missing:
        raise RegistryError(
            f"还缺 {'、'.join(missing)}:请同时选择 {'、'.join(NEEDED)} 三表的文件。"
        )
    with duckdb.connect() as connection:
        for delivery in (found for name in TABLES if (found := find(folder, name))):
            delivery.columns(connection, ())
            try:
                sizes = f"{_SIZES} FROM {delivery.relation}"
                rows, *letters = connection.execute(sizes).fetchall()[0]
            except duckdb.Error as error:
                kind = type(error).__name__
                raise RegistryError(
                    f"{delivery.name} 不是每一行都能读({kind}),请重新导出。"
                ) from None
            if rows > (MOST_HOUSEHOLDS if delivery.name == NEEDED[0] else MOST_ROWS):
                raise RegistryError(_too_many())
            if max((length or 0 for length in letters), default=0) > MOST_LETTERS:
                raise RegistryError(f"{delivery.name} 中有一格过长,请核对后重新导出。")


def _too_many() -> str:
    return (
        f"网页上一次最多模拟 {MOST_HOUSEHOLDS} 户;更大的名册请用命令"
        " hedui policy simulate --registry 目录。"
    )
