"""How far long work has come 进度: a line drawn over on a terminal, plain lines elsewhere."""

import sys
import time
from typing import Self

import click

_WIDTH = 24


class Bar:
    """Tells a stage and how much of the whole is done, on stderr; quiet: on a terminal only."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._draws = sys.stderr.isatty()
        self._tells = not self._draws and not quiet
        self._began = time.monotonic()
        self._stage = ""

    def __call__(self, stage: str, done: float) -> None:
        """Say what goes on now, and the part that is done, from nought to one."""
        if self._draws:
            full = round(done * _WIDTH)
            bar = "█" * full + "░" * (_WIDTH - full)
            minutes, seconds = divmod(round(time.monotonic() - self._began), 60)
            click.echo(
                f"\r\x1b[K{bar} {done:4.0%} {minutes:02}:{seconds:02} {stage}", err=True, nl=False
            )
        elif self._tells and stage != self._stage:
            click.echo(f"{done:4.0%} {stage}", err=True)
        self._stage = stage

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Leave the line empty for what is said next, be it what went wrong."""
        if self._draws:
            click.echo("\r\x1b[K", err=True, nl=False)
