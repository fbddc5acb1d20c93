"""The keys of cases under another wrapping key, without touching what they sealed."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from hedui.procedure.cases import rewrapping
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.cases.rewrapping import rewrap, waiting, wrapped_by
from hedui.procedure.record import keys
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.procedure.record.rotation import rotate
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path):
    """Give the test keys of its own, which begin as those of the suite do."""
    own = tmp_path / "keys"
    shutil.copytree(settings.HEDUI_KEYS_DIR, own)
    settings.HEDUI_KEYS_DIR = own
    return own


def sealed() -> dict:
    """Return all that is sealed under the keys of cases in these tables, byte for byte."""
    drafts = {pk: bytes(draft) for pk, draft in Case.objects.values_list("pk", "draft")}
    people = {pk: bytes(person) for pk, person in Member.objects.values_list("pk", "person")}
    return drafts | people


def names() -> list[str]:
    return sorted(
        Member.objects.get(pk=pk).opened["name"]
        for pk in Member.objects.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("suite", ["default", "sm"])
def test_keys_are_wrapped_anew_and_nothing_is_sealed_anew(county, folder, suite):
    cast.authorized(county)
    cast.declared(county)
    before, known = sealed(), names()
    old = keys.wrapping()
    made = rotate(use="sealing", suite=suite, day=today(), by=INSTALLER)
    assert waiting() == Case.objects.count() == wrapped_by()[old.id]
    assert rewrap(by=INSTALLER) == Case.objects.count()
    assert (waiting(), dict(wrapped_by())) == (0, {made.id: Case.objects.count()})
    (folder / "sealing.key").unlink()
    assert rewrapping.out_of_reach() == 0
    assert (sealed(), names()) == (before, known)


def test_what_was_not_rewrapped_is_lost_with_the_key_and_what_was_is_not(
    county, folder, monkeypatch
):
    cast.declared(county)
    cast.authorized(county)
    monkeypatch.setattr(rewrapping, "AT_ONCE", 1)
    rotate(use="sealing", suite="default", day=today(), by=INSTALLER)
    assert (rewrap(by=INSTALLER), waiting()) == (1, Case.objects.count() - 1)
    (folder / "sealing.key").unlink()
    opens = []
    for case in Case.objects.all():
        try:
            opens.append(bool(case.key))
        except Trouble:
            opens.append(False)
    assert sorted(opens) == [False] * (len(opens) - 1) + [True]
    assert rewrapping.out_of_reach() == len(opens) - 1
    with pytest.raises(Trouble):
        rewrap(by=INSTALLER)
    assert rewrapping.out_of_reach() == len(opens) - 1


def test_a_case_that_is_opened_later_is_sealed_under_the_suite_of_today(county, folder):
    first = cast.declared(county)
    rotate(use="sealing", suite="sm", day=today(), by=INSTALLER)
    second = cast.declared(county)
    lengths = [len(keys.unwrap(bytes(c.wrapped_key), c.id.bytes)) for c in (first, second)]
    assert lengths == [32, 16]
    assert names()


def test_the_ledger_tells_which_key_came_and_how_many_cases_it_took(county, folder):
    cast.declared(county)
    made = rotate(use="sealing", suite="default", day=today(), by=INSTALLER)
    rewrap(by=INSTALLER)
    rotated, rewrapped = Entry.objects.filter(act__in=["record.rotate", "cases.rewrap"])
    assert f'"key":"{made.id}"' in rotated.content
    assert f'"rewrapped":{Case.objects.count()}' in rewrapped.content


def test_a_key_of_yesterday_is_refused_and_nothing_is_entered(county, folder):
    files, entries = set(folder.iterdir()), Entry.objects.count()
    with pytest.raises(Refusal, match="不能早于今天"):
        rotate(use="signing", suite="default", day=today() - timedelta(days=1), by=INSTALLER)
    assert (set(folder.iterdir()), Entry.objects.count()) == (files, entries)


def test_only_the_security_administrator_changes_keys(county, folder):
    for change in (
        lambda: rotate(use="signing", suite="default", day=today(), by=county.intake),
        lambda: rewrap(by=county.countersigns),
    ):
        with pytest.raises(NotAllowed):
            change()


def test_a_signing_key_takes_over_on_its_day(county, folder):
    first = keys.signer().kid
    coming = rotate(use="signing", suite="default", day=today() + timedelta(days=1), by=INSTALLER)
    assert (keys.signer().kid, [p.kid for p in keys.publics()]) == (first, [first, coming.id])
    now = rotate(use="signing", suite="sm", day=today(), by=INSTALLER)
    assert keys.signer().kid == now.id
    jws = keys.signer().sign(b"x", typ="a+jws")
    assert keys.verifier().verify(jws, typ="a+jws") == b"x"
    assert Path(folder / keys.SIGNING_KEY_PUBLIC).read_text().count("BEGIN PUBLIC KEY") == 3
