"""A registry on Spark (名册分布计算): the registry evaluator for each partition of households.

Nothing is computed by Spark itself: it cuts up the rows, and each partition is a registry that
`hedui.policy.registry` computes as it would the whole. Hedui must be installed on the executors.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hedui.batch.rows import from_rows, to_rows
from hedui.policy import registry as policy_registry
from hedui.policy.column import Column
from hedui.policy.columns import Registry
from hedui.policy.parameters import ParameterFiles
from hedui.policy.programme import programmes
from hedui.policy.registry import Outcome, Place

_OPEN: Final = "open_amounts"


def assessed(
    registry: Registry, places: Sequence[Place], files: ParameterFiles, session: Any
) -> Outcome:
    """Compute as `hedui.policy.registry.assessed` does, on Spark; equal to the fen."""
    frame = session.createDataFrame(to_rows(registry))
    parts = session.sparkContext.defaultParallelism
    found = assessed_rows(frame.repartition(parts, "row"), places, files).toArrow()
    order = np.argsort(found["row"].to_numpy())
    columns = {name: found[name].to_numpy()[order] for name in found.column_names}
    return Outcome(
        {name: columns[f"{name}_qualifies"] for name in programmes()},
        {name: columns[f"{name}_amount"] for name in programmes()},
        {
            name: Column(columns[f"{name}_income"], columns[f"{name}_income_known"])
            for name in programmes()
        },
        int(columns[_OPEN].sum()),
    )


def assessed_rows(frame: Any, places: Sequence[Place], files: ParameterFiles) -> Any:
    """Compute a frame of households (`rows.to_rows`): a row of results for each, in no order.

    A partition is computed at once and has to find room in the memory of its executor.
    """
    names = [
        f"{name}_qualifies tinyint, {name}_amount bigint,"
        f" {name}_income bigint, {name}_income_known boolean"
        for name in programmes()
    ]
    schema = ", ".join(["row bigint", *names, f"{_OPEN} bigint"])
    return frame.mapInArrow(partial(_of_partition, places=tuple(places), files=files), schema)


def _of_partition(
    batches: Iterable[pa.RecordBatch], *, places: Sequence[Place], files: ParameterFiles
) -> Iterator[pa.RecordBatch]:
    found = list(batches)
    if not found:
        return
    rows = pa.Table.from_batches(found)
    outcome = policy_registry.assessed(from_rows(rows), places, files)
    results = {"row": rows["row"]}
    for name in programmes():
        results[f"{name}_qualifies"] = outcome.qualifies[name]
        results[f"{name}_amount"] = outcome.amount[name]
        results[f"{name}_income"] = outcome.income[name].values
        results[f"{name}_income_known"] = outcome.income[name].known
    # a count of the partition, told once
    results[_OPEN] = np.append(outcome.open_amounts, np.zeros(rows.num_rows - 1, dtype=np.int64))
    yield from pa.table(results).to_batches()
