"""`hedui worker` ends when it is told to, once or twice, whatever it is at."""

import signal
import threading

from hedui.faces.cli.worker import ENDS, end_on_signals


def test_it_ends_though_the_lock_is_held_and_it_is_told_twice():
    """As with `systemctl stop`: all are told, and the children by their parent once more."""
    before = {number: signal.getsignal(number) for number in ENDS}
    told: list[threading.Thread] = []

    class Stop(threading.Event):
        def set(self) -> None:
            told.append(threading.current_thread())

    try:
        end_on_signals(Stop())
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for one in told:
        one.join(5)
    assert len(told) == 1
    assert told[0] is not threading.main_thread()
