"""
Answer only when, and only as much as, the department said it would (服务时间、限速、暂停).
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from hedui.gateway.appending import append_line, lines_of
from hedui.wire.moments import CHINA, moment_text

_MINUTE = timedelta(minutes=1)


class NotNow(Exception):
    """Nothing is answered at present; seconds: after which it is worth asking again."""

    def __init__(self, check: str, reason: str, seconds: int) -> None:
        super().__init__(reason)
        self.check, self.reason, self.seconds = check, reason, seconds


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of answering, in China Standard Time; past midnight where `last` is the earlier."""

    first: time
    last: time
    days: frozenset[int] = frozenset(range(1, 8))

    def until_open(self, at: datetime) -> timedelta:
        """Return how long it is until it is open: nothing while it is."""
        local = at.astimezone(CHINA)
        for ahead in range(-1, 9):
            day = local.date() + timedelta(days=ahead)
            if day.isoweekday() not in self.days:
                continue
            opens = datetime.combine(day, self.first, CHINA)
            closes = datetime.combine(day, self.last, CHINA)
            closes += timedelta(days=closes <= opens)
            if local < closes:
                return max(opens - local, timedelta())
        raise AssertionError("a week has passed without a day of service")


class Rate:
    """So many inquiries a minute for each partner; None is as many as come."""

    def __init__(self, per_minute: int | None = None) -> None:
        self.per_minute = per_minute
        self._asked: dict[str, deque[datetime]] = defaultdict(deque)

    def take(self, partner: str, count: int, at: datetime) -> None:
        """
        Let so many inquiries in, all or none.

        :raises NotNow: there have been too many; a message larger than a minute's share is let in
            when the minute before it was quiet
        """
        if self.per_minute is None:
            return
        asked = self._asked[partner]
        while asked and at - asked[0] >= _MINUTE:
            asked.popleft()
        if asked and len(asked) + count > self.per_minute:
            waits = int((asked[-1] + _MINUTE - at).total_seconds()) + 1
            raise NotNow("too_many_requests", "查询过于频繁,请稍后再来", waits)
        asked.extend([at] * count)


class Pause:
    """
    Whether the department has paused, and who did so and why: a file of lines, the last counts.

    It is read again when it changes, so that the switch works from the page and from the terminal.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self.path = path
        self._clock = clock

    def reason(self) -> str | None:
        """
        Return why the department has paused; None if it has not.

        :raises OSError: the file is there and cannot be read
        """
        last = next(reversed(list(self.history())), None)
        return str(last["reason"]) if last and last["paused"] else None

    def history(self) -> Iterator[dict[str, Any]]:
        """Yield each pause and each end of one, in order."""
        return lines_of(self.path)

    def turn(self, *, paused: bool, reason: str, by: str) -> None:
        """Pause, or go on."""
        said = {"at": moment_text(self._clock()), "paused": paused, "reason": reason, "by": by}
        append_line(self.path, said)


def pause_beside(log: Path, clock: Callable[[], datetime]) -> Pause:
    """Return the switch of the department whose record this is."""
    return Pause(log.with_name(f"{log.name}.pauses"), clock)
