"""
`python -m tests.mutants sqlite|postgresql|python [only [sample [seed]]]`: what no test needs.

sqlite, postgresql: the guards of that database; python: the rooms of python.py.

On SQLite it runs in the last hour of a day in China, where `faketime` is there: a guard whose clock
is an hour off is then on another day.

only: an expression that finds room and name of a mutant; sample: how many of them, at
random, by a seed; of Python, of each file its share.
Ends with 1 if a guard's mutant survives that `equivalent.txt` does not explain, or if more than one
in twenty of Python's do: there, a tool breaks also what nobody can tell apart.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

TESTS = [  # those that speak of guards, and are quick
    "procedure/test_rows_are_fixed.py", "procedure/test_told.py", "procedure/test_decided.py",
    "procedure/test_large_objects.py", "procedure/test_statements_on_who_may.py",
    "procedure/inquiries/test_neighbours.py", "procedure/inquiries/test_gate.py",
    "procedure/inquiries/test_standing.py",
    "procedure/inquiries/test_under_agreements.py", "procedure/inquiries/test_files.py",
    "procedure/inquiries/test_files_at_the_edges.py", "procedure/inquiries/test_guards_of_files.py",
    "procedure/inquiries/test_gate_locks.py", "procedure/inquiries/test_gate_reads.py",
    "procedure/authorizations/test_neighbours.py", "procedure/authorizations/test_row_locks.py",
    "procedure/inquiries/test_withdrawn_meanwhile.py", "procedure/authorizations/test_life.py",
    "procedure/authorizations/test_authorizing.py", "procedure/authorizations/test_electronic.py",
    "threats/test_T06_paper_used_again.py", "threats/test_T10_dated_before_the_text_existed.py",
    "threats/test_T07_one_signature_for_all.py", "threats/test_T09_guardian_without_standing.py",
    "procedure/reports/test_erasing.py", "procedure/record/test_checkpoints.py",
    "procedure/record/test_guards_of_the_ledger.py",
]  # fmt: skip
TESTS_OF_LATER_ROOMS = {  # what is asked only where a mutant of these rooms may be chosen
    ("agencies",): ["procedure/agencies"],
    ("commissions", "reports", "objections", "oversight"): [
        "procedure/commissions", "threats/test_T02_declaration_edited_after_results.py",
        "threats/test_T16_T17_looks_out_of_curiosity.py", "procedure/objections/test_revising.py",
        "procedure/reports/test_withholding.py",
    ],
    ("cases", "determinations"): [
        "procedure/cases", "procedure/determinations",
        "threats/test_T01_no_declaration.py",
        "threats/test_T02_declaration_edited_after_results.py",
        "threats/test_T76_T78_no_path_to_an_adverse_conclusion.py",
    ],
}  # fmt: skip
TESTS_OF_PYTHON = {
    "authorizations": ["procedure/authorizations", "procedure/cases", "threats"],
    "inquiries": [
        "procedure/inquiries", "procedure/commissions", "procedure/reports", "threats",
        "procedure/objections/test_revising.py",
    ],
    "record": ["procedure/record", "procedure/reports", "ledger", "threats"],
    "ledger": [
        "ledger",
        "procedure/record",
        "threats/test_T57_rows_changed_by_an_administrator.py",
    ],
}  # fmt: skip
NOT_ON_A_SERVER = "not postgres and not slow"
MAY_SURVIVE = {"python": 0.05}
EQUIVALENT = Path(__file__).with_name("equivalent.txt")


def explained(vendor: str) -> set[str]:
    """Return the names of the mutants that nobody can tell from the guard, as the file says."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines()
    names = (line.removeprefix(f"{vendor} ") for line in lines if line.startswith(vendor))
    return set(names)


def tests(vendor: str, only: str) -> list[str]:
    """Return where the tests are that a mutant of the rooms named by `only` may meet."""

    def may_be_of(room: str) -> bool:
        return re.search(only, f"{room} ") is not None

    if vendor == "python":
        named = [room for room in TESTS_OF_PYTHON if may_be_of(room)] or list(TESTS_OF_PYTHON)
        return list(dict.fromkeys(name for room in named for name in TESTS_OF_PYTHON[room]))
    later = [
        name
        for rooms, names in TESTS_OF_LATER_ROOMS.items()
        if any(map(may_be_of, rooms))
        for name in names
    ]
    return list(dict.fromkeys(TESTS + later))


def main(vendor: str, only: str = "", sample: str = "0", seed: str = "2026") -> int:
    """Run the mutants of one database and say which survive."""
    with ExitStack() as stack:
        result = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "result.json"
        of = "python" if vendor == "python" else "running"
        told = json.dumps([of, only, int(sample), int(seed), str(result)])
        env = dict(os.environ, HEDUI_MUTANTS=told)
        clock: list[str] = []
        if vendor == "sqlite" and shutil.which("faketime"):
            clock = ["faketime", f"{date.today() - timedelta(days=1)} 23:02:00 +0800"]
        left_out = f"not own_{'postgres' if vendor == 'sqlite' else 'sqlite'}"
        if vendor == "python":
            left_out = "not own_postgres and not own_sqlite"
        if vendor == "postgresql":
            from tests.databases import application_role

            server = os.environ["HEDUI_TEST_POSTGRES_URL"]
            role = stack.enter_context(application_role(server))
            env |= {"HEDUI_DATABASE_URL": role.url(role.name), "HEDUI_DATA_DIR": str(result.parent)}
        subprocess.run(
            [*clock, sys.executable, "-m", "pytest", "-qs", "-p", "tests.mutants.plugin",
             "-p", "no:cacheprovider", *(f"tests/{name}" for name in tests(vendor, only)),
             "-k", left_out, "-m", "not slow" if vendor == "postgresql" else NOT_ON_A_SERVER],
            env=env, check=False,
        )  # fmt: skip
        found = json.loads(result.read_text())
    survived = {name for name, killer in found.items() if killer is None}
    left = survived - explained(vendor)
    print(f"{vendor}: {len(found)} mutants, {len(found) - len(survived)} killed,"
          f" {len(survived) - len(left)} explained, {len(left)} survive")  # fmt: skip
    for name in sorted(left):
        print(f"  {name}")
    return 1 if len(left) > MAY_SURVIVE.get(vendor, 0) * len(found) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
