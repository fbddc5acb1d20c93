"""T70: a sealing key that was stolen opens nothing of a database that is taken later."""

import shutil

import pytest

from hedui.procedure.cases.models import Case
from hedui.procedure.cases.rewrapping import rewrap
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.key_files import FileKeys
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.rotation import rotate
from tests import cast

pytestmark = pytest.mark.django_db


def opened_by(thief: FileKeys) -> int:
    """Count the cases whose key the thief gets."""
    count = 0
    for case in Case.objects.all():
        try:
            count += bool(thief.unwrap(bytes(case.wrapped_key), case.id.bytes))
        except Trouble:
            continue
    return count


@pytest.mark.parametrize("suite", ["default", "sm"])
def test_what_was_stolen_before_opens_nothing_after(county, settings, tmp_path, suite):
    own = tmp_path / "keys"
    shutil.copytree(settings.HEDUI_KEYS_DIR, own)
    settings.HEDUI_KEYS_DIR = own
    cast.declared(county)
    cast.authorized(county)
    shutil.copytree(own, tmp_path / "stolen")
    thief = FileKeys(tmp_path / "stolen")
    assert opened_by(thief) == Case.objects.count() > 0
    rotate(use="sealing", suite=suite, day=today(), by=INSTALLER)
    rewrap(by=INSTALLER)
    assert opened_by(thief) == 0
