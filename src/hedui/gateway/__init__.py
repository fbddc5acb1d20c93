"""
Stand before a department's own data and answer what may be answered (前置).

A department runs this, not the platform. It verifies every inquiry by itself, answers only
what was asked and authorized and agreed, and keeps its own append-only record of each, made
durable before the answer leaves.
"""

from hedui.gateway.app import application
from hedui.gateway.department import Department
from hedui.gateway.serving import department_of, open_department, serve
from hedui.gateway.settings import Settings, load_settings

__all__ = [
    "Department",
    "Settings",
    "application",
    "department_of",
    "load_settings",
    "open_department",
    "serve",
]
