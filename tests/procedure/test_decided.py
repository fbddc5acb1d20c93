"""What was decided without an entry 没有留痕的决定 is told by the check."""

from importlib import import_module

import pytest
from django.apps import apps

from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.agencies.partner_models import Partner
from hedui.procedure.agencies.partners import approve_partner, end_partner, propose_partner
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.decided import DECIDED, without_entry
from hedui.procedure.record.moment import moment
from hedui.procedure.reports.acts import issue, submit
from hedui.procedure.reports.models import Withholding
from hedui.procedure.reports.withholding import confirm_withholding, propose_end
from hedui.wire.seals import generate_key
from tests import cast
from tests.faces.registry import terms
from tests.procedure import raw
from tests.procedure.test_rows_are_fixed import story


@pytest.fixture
def whole(county):
    """Walk a household to what follows its report, and revoke one authorization."""
    against = story(county)
    report = submit(report=cast.drafted(county), officer=county.officers["liu"], by=county.prepares)
    issue(report=report, officer=county.officers["zhao"], by=county.countersigns)
    case = report.commission.case
    revoke(authorization=case.authorizations.first(), reason="本人要求撤回", by=county.intake)
    return against, case


def test_what_acts_decided_has_its_entry(county, whole):
    assert without_entry() == {}


def test_who_revokes_or_approves_by_hand_is_told(county, whole):
    signed = whole[1].authorizations.filter(revoked_at=None).first()
    raw.update(signed, revoked_at=moment())
    assert without_entry() == {"authorizations_authorization.revoked_at": 1}
    proposed = cast.proposed(Department.objects.get(source="tax"))
    raw.update(proposed, approved_by="officer:77", approved_at=moment())
    assert without_entry()["agencies_agreement.approved_by"] == 1


def test_a_partner_is_named_by_who_it_is(county, whole):
    partner = Partner.objects.get()
    raw.update(partner, approved_by="officer:77", approved_at=moment())
    raw.update(partner, ended_by="officer:77", ended_at=moment())
    assert without_entry() == {"agencies_partner.approved_by": 1, "agencies_partner.ended_by": 1}


def test_a_partner_that_two_admitted_and_one_ended_has_its_entries(county, tmp_path):
    generate_key(tmp_path / "key.pem")
    proposes, approves = cast.administrators()
    partner = propose_partner(terms=terms(tmp_path), by=proposes)
    approve_partner(partner=partner, by=approves)
    end_partner(partner=partner, by=proposes)
    assert without_entry() == {}


def test_what_is_shown_again_early_has_its_entry_or_is_told(county, whole):
    held = Withholding.objects.get()
    held = confirm_withholding(withholding=held, by=county.countersigns)
    propose_end(withholding=held, by=county.prepares)
    assert without_entry() == {}
    raw.update(held, ended_by="officer:77", ended_at=moment())
    assert without_entry() == {"reports_withholding.ended_by": 1}


def test_another_officers_name_does_not_make_it_theirs(county, whole):
    raw.drop_triggers("agencies_agreement_is_approved_by_another")
    raw.update(Agreement.objects.earliest("approved_at"), approved_by="officer:77")
    assert without_entry() == {"agencies_agreement.approved_by": 1}


def test_every_decision_is_by_an_act_on_a_column_that_there_is():
    import_module("hedui.config.urls")  # and with it all acts
    columns = {m._meta.db_table: {f.column for f in m._meta.concrete_fields}
               for m in apps.get_models()}  # fmt: skip
    for one in DECIDED:
        assert one.who in columns[one.table]
        assert one.act in REGISTRY, one.act
