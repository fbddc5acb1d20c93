"""Going on 照常运行: work of the worker that fails is done again at the next turn, and says so."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, connection

log = logging.getLogger(__name__)
R = TypeVar("R")


def patiently(work: Callable[[], R]) -> R | None:
    """Do work that needs the database; when that is away, say so and wait a second."""
    try:
        return work()
    except Error:
        log.warning("数据库暂时不可用,稍后重试。")
        connection.close()
        time.sleep(1)
        return None


def whatever_comes(what: str, work: Callable[[], R]) -> R | None:
    """Do work that is done again at the next turn; what fails is named, as its text may be not."""
    try:
        return patiently(work)
    except Exception as error:  # noqa: BLE001 - the thread has to live on, whatever it was
        log.error("%s失败(%s),下次再试。", what, type(error).__name__)  # noqa: TRY400 - it may name people
        connection.close()
        return None
