"""The thread that reconciles lives on, whatever comes, and its log names nobody."""

import logging
import threading

import pytest
from django.db import connection

from hedui.procedure.inquiries import reconciling
from hedui.procedure.reports import worker
from tests import cast

pytestmark = pytest.mark.django_db


class Turns(threading.Event):
    """Lets the thread turn so many times, without a pause."""

    def __init__(self, turns: int) -> None:
        super().__init__()
        self.left = turns

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize(("where", "times"), [("finish", 2), ("due", 2), ("fetch", 4)])
def test_it_survives_any_exception_and_says_which_without_its_text(
    county,
    monkeypatch,
    caplog,
    where,
    times,  # noqa: ARG001 - departments are agreed with
):
    owed = [(gateway, reconciling.last_day_over()) for gateway in reconciling.gateways()[:2]]
    tried = []

    def fails(*_):
        tried.append(1)
        raise ZeroDivisionError(f"张三 {cast.ZHANG_SAN}")

    monkeypatch.setattr(worker, "due", lambda: owed if where == "fetch" else [])
    monkeypatch.setattr(worker, where, fails)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(connection, "close", lambda: None)  # it is the test's own
    with caplog.at_level(logging.ERROR):
        worker._reconcile_daily(Turns(2))
    assert len(tried) == caplog.text.count("ZeroDivisionError") == times
    assert "张三" not in caplog.text
    assert cast.ZHANG_SAN not in caplog.text
    assert "Traceback" not in caplog.text
