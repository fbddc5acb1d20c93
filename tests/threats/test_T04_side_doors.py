"""T04 (the static part): nothing leaves but through the gate. The oracle at the departments' side
stands with the tests that run them."""

import ast
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, modules, shown, tree

# Whoever adds a line says what of the outside the module reaches, and why nobody is asked by it.
REACHES_OUT = {
    "src/hedui/procedure/record/lines.py": "asks and answers of the doors, which the linter names",
    "src/hedui/procedure/reports/worker.py": "the name of this machine",
    "src/hedui/procedure/record/way.py": "whose certificates are trusted; connects to nobody",
    "src/hedui/procedure/inquiries/connections.py": "reads certificates; connects to nobody",
    "src/hedui/procedure/inquiries/connectors/sftp.py": "files that the database let leave",
}  # fmt: skip
# Modules that are not of the platform: what a department runs, and the terminal that starts both.
NOT_THE_PLATFORM = ("src/hedui/gateway/", "src/hedui/faces/cli/")
NETWORK = frozenset({
    "aiohttp", "asyncssh", "ftplib", "http.client", "httpcore", "httpx", "imaplib", "paramiko",
    "poplib", "pycurl", "requests", "smtplib", "socket", "telnetlib", "urllib.request", "urllib3",
    "websockets", "xmlrpc.client", "django.core.mail", "ssl",
})  # fmt: skip


def imported(module: ast.Module) -> set[str]:
    """Name what a module imports, with each package above it."""
    names = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {
        ".".join(parts[:n])
        for name in names
        for parts in [name.split(".")]
        for n in range(1, len(parts) + 1)
    }


def platform_modules() -> list[Path]:
    return [p for p in modules() if not shown(p).startswith(NOT_THE_PLATFORM)]


def test_only_known_modules_can_reach_the_network():
    found = {shown(path) for path in platform_modules() if imported(tree(path)) & NETWORK}
    assert found == set(REACHES_OUT)


def test_no_module_starts_another_program():
    """Else `curl` would be a door."""
    started = {"subprocess", "os.system", "os.popen", "pty"}
    assert [shown(p) for p in platform_modules() if imported(tree(p)) & started] == []


def names_used(path: Path) -> set[str]:
    return {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)} | {
        node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)
    }


CONNECTORS = "hedui.procedure.inquiries.connectors"


def taken_from_connectors(path: Path) -> set[str]:
    """Name what a module takes from the connectors."""
    return {
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(CONNECTORS)
        for alias in node.names
    }


def test_only_dispatch_asks_and_only_with_what_the_gate_let_through():
    """
    A message is written of an envelope, and that of tickets that were minted.

    About one household it leaves in the act that mints; about many, as files do, by the guard of
    the database.
    """
    takers = {shown(p): taken_from_connectors(p) for p in platform_modules()}
    room = "src/hedui/procedure/inquiries"
    assert {name for name, taken in takers.items() if "connector" in taken} == {
        f"{room}/dispatch.py",
        f"{room}/together.py",
    }
    # Files leave by the guard of the database; what has come asks nobody.
    assert {name for name, taken in takers.items() if "carrier" in taken} == {f"{room}/exchange.py"}
    # A day's count is asked for by day, what became of a question, or that its answer was wrong,
    # by its number: nobody is in them.
    modules_taken = {name: taken & {"https_json", "https_later"} for name, taken in takers.items()}
    assert {name: taken for name, taken in modules_taken.items() if taken} == {
        f"{room}/reconciling.py": {"https_json"},
        f"{room}/later.py": {"https_later"},
        f"{room}/correcting.py": {"https_json"},
    }
    for name in ("reconciling.py", "later.py", "correcting.py"):
        assert not {"ask", "write"} & names_used(PACKAGE / "procedure/inquiries" / name)
    makers = set()
    for path in modules(PACKAGE / "procedure"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Envelope":
                makers.add(shown(path))
    assert makers == {f"{room}/acts.py", f"{room}/together.py"}


def test_inquiries_tickets_and_replies_are_written_by_their_acts_only():
    rows = {"Inquiry", "Ticket", "Reply", "Fact"}
    writers = set()
    for path in platform_modules():
        for node in ast.walk(tree(path)):
            made = isinstance(node, ast.Call) and called(node) & rows
            saved = (
                isinstance(node, ast.Attribute)
                and node.attr in WRITING
                and ast.unparse(node.value).split(".")[0] in rows
            )
            if made or saved:
                writers.add(shown(path))
    assert writers == {"src/hedui/procedure/inquiries/acts.py"}


def called(call: ast.Call) -> set[str]:
    """Name what a call makes: a model that is called, or that `fresh` is told to make a row of."""
    name = ast.unparse(call.func)
    return {ast.unparse(call.args[0])} if name == "fresh" and call.args else {name}


WRITING = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update"}


@pytest.mark.parametrize(
    "source",
    [
        "import httpx",
        "import urllib.request",
        "from urllib import request",
        "import socket as s",
        "from django.core import mail",
        "def f():\n import requests",
    ],
)
def test_the_check_sees_a_door(source):
    assert imported(ast.parse(source)) & NETWORK
