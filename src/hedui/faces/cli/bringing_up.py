"""Bring Django up for a command, on the data directory that the command was given."""

import os
import socket  # noqa: TID251 - to see whether a port is free
import time
from pathlib import Path

import click

from hedui.faces.cli.wording import cause

DATABASE_WITHIN = 5.0  # seconds: a database that restarts beside us is back by then


def bring_up(data: Path | None = None) -> Path:
    """Point the settings at a data directory (default: HEDUI_DATA_DIR) and return it."""
    if data is not None:
        os.environ["HEDUI_DATA_DIR"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hedui.config.settings")
    import django  # noqa: PLC0415 - a department has no Django

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - only after the environment is set

    return Path(settings.DATA_DIR)


def need_installed() -> None:
    """
    Make sure that tables are there before a server starts; wait for a database that restarts.

    :raises click.UsageError: they are not, or the database does not answer
    """
    from django.conf import settings  # noqa: PLC0415
    from django.db import Error  # noqa: PLC0415

    until = time.monotonic() + DATABASE_WITHIN
    while True:
        try:
            tables = _tables()
            break
        except Error:
            if time.monotonic() > until:
                raise click.UsageError("数据库没有应答,请检查 HEDUI_DATABASE_URL") from None
            time.sleep(0.2)
    if "record_checkpoint" not in tables:
        raise click.UsageError(f"数据目录 {settings.DATA_DIR} 还没有安装,请先运行 hedui setup")


def _tables() -> list[str]:
    """Return the names of the tables; none where the file of SQLite is not there yet."""
    from django.db import Error, connection  # noqa: PLC0415

    try:
        return connection.introspection.table_names()
    except Error:
        if connection.vendor != "sqlite":
            raise
        return []
    finally:
        connection.close()


def need_free(host: str, port: int) -> None:
    """Make sure that a port can be listened on. :raises click.UsageError: it cannot"""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise click.UsageError(f"不能在 {host}:{port} 监听({cause(error)}),请另指端口") from None
