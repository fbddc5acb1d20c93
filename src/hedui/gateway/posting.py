"""
Post later answers while the gateway serves: one loop, a few calls at a time (投递).
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor

from hedui.gateway import later
from hedui.gateway.department import Department

EVERY = 1.0
_AT_ONCE = 4
_log = logging.getLogger(__name__)


async def keep_posting(department: Department, desk: Executor) -> None:
    """
    Post what is due until cancelled.

    desk: where the department answers, one at a time
    """
    while True:
        try:
            await _post_what_is_due(department, desk)
        except Exception as fault:  # whatever it was, the next round tries again
            _log.error("cannot post later answers: %s", type(fault).__name__)
        await asyncio.sleep(EVERY)


async def _post_what_is_due(department: Department, desk: Executor) -> None:
    loop = asyncio.get_running_loop()
    ready = await loop.run_in_executor(desk, lambda: _due(department))
    await asyncio.gather(*(_post(department, desk, each) for each in ready))


def _due(department: Department) -> list[later.Ready]:
    department.answers.forget_old(department.clock())
    return later.due(department, most=_AT_ONCE)


async def _post(department: Department, desk: Executor, ready: later.Ready) -> None:
    became = await asyncio.to_thread(later.post, ready)
    settle: Callable[[], None] = lambda: later.settle(department, ready, became)  # noqa: E731
    await asyncio.get_running_loop().run_in_executor(desk, settle)
