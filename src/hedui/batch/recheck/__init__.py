"""
Compare a whole registry with what the sources delivered (批量复核).

Two stages. Each delivery is ingested once into canonical Parquet: numbers, names, days and the few
values that comparisons need, each read by the rules that hold for one household too. Then equality
joins over integers compare them, on DuckDB, out of core. Pure: files in, files out, no clock.
"""

from hedui.batch.delivery import DeliveryError
from hedui.batch.recheck.run import Outcome, recheck

__all__ = ["DeliveryError", "Outcome", "recheck"]
