"""
What one process does at its own time, which `faketime` gives it: `python moved_clock.py STEP`.

begin: a report is handed over, and something against the family is proposed; confirm: the second
officer confirms it, by the act and by SQL of their own. What came of it is printed.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hedui.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError, transaction  # noqa: E402

from hedui.procedure.agencies.models import Officer  # noqa: E402
from hedui.procedure.agencies.queries import actor_of  # noqa: E402
from hedui.procedure.determinations.acts import NotDetermined, confirm  # noqa: E402
from hedui.procedure.determinations.models import Determination  # noqa: E402
from hedui.procedure.determinations.standing import stands  # noqa: E402
from hedui.procedure.record.keys import make_keys  # noqa: E402
from hedui.procedure.record.moment import moment, today  # noqa: E402
from tests import cast  # noqa: E402
from tests.procedure import raw  # noqa: E402


def begin() -> None:
    """Hand a report over today, and propose to refuse."""
    make_keys()
    call_command("migrate", verbosity=0)
    county = cast.county()
    report = cast.doubted(county)
    print(cast.delivered(county, report).objections_until)
    cast.proposed_against(county, report)


def attempt() -> None:
    """Try to confirm, in both ways; what succeeds is undone, so that another day can be tried."""
    held = Determination.objects.select_related("report__commission__case").get()
    by = actor_of(Officer.objects.get(username="lv"))
    said = [str(today()), stands(held.report.commission.case, today()).urgency(today())]
    for way in (
        lambda: confirm(determination=held, by=by),
        lambda: raw.update(held, confirmed_by=by.identifier, confirmed_at=moment()),
    ):
        try:
            with transaction.atomic():
                way()
                transaction.set_rollback(True)
            said.append("confirmed")
        except (NotDetermined, DatabaseError):
            said.append("refused")
    print(*said)


if __name__ == "__main__":
    {"begin": begin, "confirm": attempt}[sys.argv[1]]()
