"""Bring Django up for a command, on the data directory that the command was given."""

import os
from pathlib import Path

import django


def bring_up(data: Path | None = None) -> Path:
    """Point the settings at a data directory (default: HEDUI_DATA_DIR) and return it."""
    if data is not None:
        os.environ["HEDUI_DATA_DIR"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hedui.config.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - only after the environment is set

    return Path(settings.DATA_DIR)
