"""hedui worker."""

import json
import multiprocessing
import os
import signal
import threading
from multiprocessing.context import ForkProcess
from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up, need_installed

FORK = multiprocessing.get_context("fork")
RESTART_PAUSE = 1.0
ENDS = (signal.SIGINT, signal.SIGTERM)


@click.command(help="运行后台进程:查询、比对、生成报告初稿。")
@click.option(
    "--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="同时办理的户数"
)
@click.option("--processes", type=click.IntRange(1, 64), help="进程数,默认与处理器核数相同")
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="启动时输出 JSON")
def worker(threads: int, processes: int | None, data: Path | None, as_json: bool) -> None:
    """Run tasks until told to stop; a task under way is finished first."""
    bring_up(data)
    need_installed()
    processes = min(processes or len(os.sched_getaffinity(0)), threads)
    if as_json:
        click.echo(json.dumps({"threads": threads, "processes": processes}))
    from hedui.procedure.reports import worker as tasks  # noqa: PLC0415 - needs Django

    stop = threading.Event()
    end_on_signals(stop)
    if processes == 1:
        tasks.run(threads, stop)
    else:
        _crew(processes, threads, stop)


def end_on_signals(stop: threading.Event) -> None:
    """
    Set `stop` when told to end, however often: whoever stops a whole group tells each twice.

    In a thread of its own, since this one may hold the lock of `stop` when the signal comes.
    """

    def end(*_: object) -> None:
        for number in ENDS:
            signal.signal(number, signal.SIG_IGN)
        threading.Thread(target=stop.set, daemon=True).start()

    for number in ENDS:
        signal.signal(number, end)


def _crew(processes: int, threads: int, stop: threading.Event) -> None:
    """Divide the threads among processes, as Python computes in one thread of each at a time."""
    from django.db import connection  # noqa: PLC0415 - needs Django

    connection.close()  # it must not be shared with the children
    shares = [len(range(n, threads, processes)) for n in range(processes)]
    crew = [_start(share, stop, place) for place, share in enumerate(shares)]
    while not stop.wait(RESTART_PAUSE):
        crew = [
            one if one.is_alive() else _start(share, stop, place)
            for place, (one, share) in enumerate(zip(crew, shares, strict=True))
        ]
    for one in crew:
        one.terminate()
    for one in crew:
        one.join()


def _start(threads: int, stop: threading.Event, place: int) -> ForkProcess:
    process = FORK.Process(target=_work, args=(threads, stop, place))
    process.start()
    return process


def _work(threads: int, stop: threading.Event, place: int) -> None:
    """Run tasks until told to stop, or until the process that would tell is gone."""
    from hedui.procedure.reports import worker as tasks  # noqa: PLC0415 - needs Django

    parent = multiprocessing.parent_process()
    assert parent is not None

    def outlive() -> None:
        parent.join()
        stop.set()

    threading.Thread(target=outlive, daemon=True).start()
    tasks.run(threads, stop, place)
