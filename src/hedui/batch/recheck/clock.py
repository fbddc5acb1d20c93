"""What each stage of a recheck costs (各阶段用时), as processor time."""

import time

STAGES = ("ingest", "touched", "compare", "rules", "write")
"""Reading in, finding what changed, comparing, computing the rules, writing."""


class Clock:
    """What each stage cost, on all threads of this process."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(STAGES, 0.0)
        self._since = time.process_time()

    def passed(self, stage: str) -> None:
        """Count what was spent since the last call as that of a stage."""
        now = time.process_time()
        self.spent[stage] += now - self._since
        self._since = now
