"""Several acts in one transaction take the head of the ledger once, and last."""

import pytest

from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.acts import commission
from hedui.procedure.record.acts import together
from hedui.procedure.record.models import Entry
from hedui.procedure.record.queries import first_broken_index
from tests import cast


def test_entries_are_appended_when_the_last_of_the_acts_is_done(county):
    before = Entry.objects.count()
    with together():
        case = cast.authorized(county)
        commission(case=case, by=county.intake)
        assert Entry.objects.count() == before
    added = list(Entry.objects.order_by("index").values_list("act", flat=True))[before:]
    assert (added[0], added[-1]) == ("cases.open_case", "commissions.commission")
    assert first_broken_index() is None


def test_a_failure_undoes_all_acts_and_leaves_no_entry(county):
    before = Entry.objects.count()
    with pytest.raises(ZeroDivisionError), together():
        cast.declared(county)
        raise ZeroDivisionError
    assert (Case.objects.count(), Entry.objects.count()) == (0, before)
    assert first_broken_index() is None


def test_after_a_failure_the_next_act_leaves_its_entry(county):
    with pytest.raises(ZeroDivisionError), together():
        raise ZeroDivisionError
    case = cast.declared(county)
    assert Entry.objects.filter(case=case.id).exists()
