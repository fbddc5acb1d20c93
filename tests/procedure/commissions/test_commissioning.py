"""Ordering a verification 委托 freezes what was declared."""

from dataclasses import replace

import pytest

from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.models import Agency
from hedui.procedure.authorizations.acts import authorize, revoke
from hedui.procedure.cases.acts import NotYours, declare, open_case
from hedui.procedure.commissions.acts import (
    AlreadyClosed,
    AlreadyCommissioned,
    NotAccepted,
    NothingDeclared,
    close,
    commission,
)  # fmt: skip
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.record.actor import INSTALLER, WORKER, Role
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from tests import cast
from tests.procedure import raw


def test_it_freezes_the_declaration_that_stands(county):
    case = cast.authorized(county)
    before = moment()
    ordered = commission(case=case, by=county.intake)
    frozen = case.declarations.get()
    assert before <= frozen.frozen_at <= moment()
    assert ordered.declaration == frozen
    assert ordered.purpose == "dibao"
    assert (ordered.agency, ordered.body) == (county.street, county.body)
    assert frozen.digest in Entry.objects.get(act="commissions.commission").content


def test_it_freezes_the_newest_version_only(county):
    case = cast.declared(county)
    declare(case=case, content=cast.zhang_family(case.applied_on), by=county.intake)
    commission(case=case, by=county.intake)
    assert [d.frozen_at is None for d in case.declarations.order_by("version")] == [True, False]


def test_nothing_declared_is_nothing_to_verify(county):
    case = open_case(
        programme="dibao", division=cast.DIVISION, applied_on=today(), by=county.intake
    )
    with pytest.raises(NothingDeclared, match="先报告后核对"):
        commission(case=case, by=county.intake)
    assert not Commission.objects.exists()


def test_one_commission_at_a_time(county):
    ordered = cast.commissioned(county)
    with pytest.raises(AlreadyCommissioned):
        commission(case=ordered.case, by=county.intake)
    assert Commission.objects.count() == 1


def test_a_case_that_was_closed_is_not_ordered_again_where_no_aid_is_paid(county):
    first = cast.commissioned(county)
    close(commission=first, by=county.countersigns)
    with pytest.raises(NotAccepted, match="重新申请"):
        commission(case=first.case, by=county.intake)


def test_nothing_is_asked_for_a_closed_commission(county):
    ordered = cast.commissioned(county)
    close(commission=ordered, by=county.countersigns)
    assert inquire(commission=ordered, by=WORKER) == []
    with pytest.raises(AlreadyClosed):
        close(commission=ordered, by=county.countersigns)


def test_a_stranger_orders_and_closes_nothing(county):
    case = cast.authorized(county)
    with pytest.raises(NotYours):
        commission(case=case, by=county.stranger)
    ordered = commission(case=case, by=county.intake)
    elsewhere = replace(county.countersigns, agency=county.stranger.agency)
    with pytest.raises(NotYours):
        close(commission=ordered, by=elsewhere)
    assert Commission.objects.get().closed_at is None


def test_the_civil_affairs_department_of_the_county_may_order(county):
    bureau = agencies.establish(
        name="黄浦区民政局", kind=Agency.Kind.CIVIL_AFFAIRS, division=cast.DIVISION, by=INSTALLER
    )
    elsewhere = agencies.establish(
        name="徐汇区民政局", kind=Agency.Kind.CIVIL_AFFAIRS, division="310104", by=INSTALLER
    )
    case = cast.authorized(county)
    orders = replace(county.intake, roles=frozenset({Role.COMMISSION}))
    with pytest.raises(NotYours):
        commission(case=case, by=replace(orders, agency=elsewhere.id))
    assert commission(case=case, by=replace(orders, agency=bureau.id)).agency == bureau


def test_a_place_without_a_body_orders_nothing(county):
    case = cast.authorized(county)
    raw.changed(Agency.objects.filter(pk=county.body.pk), kind=Agency.Kind.STREET)
    with pytest.raises(Refusal, match="还没有登记核对机构"):
        commission(case=case, by=county.intake)
    assert case.declarations.get().frozen_at is None


def test_only_what_was_signed_for_this_programme_serves(county):
    """The programme is changed after signing: what was signed for the other one serves no more."""
    publish_for_all = cast.authorized(county)
    content = cast.zhang_family(publish_for_all.applied_on) | {"programme": "dibao_edge"}
    declare(case=publish_for_all, content=content, by=county.intake)
    ordered = commission(case=publish_for_all, by=county.intake)
    assert ordered.purpose == "dibao_edge"
    assert inquire(commission=ordered, by=WORKER) == []


def test_each_act_in_a_persons_name_takes_a_post(county):
    case = cast.authorized(county)
    for act, terms in (
        (commission, {"case": case}),
        (revoke, {"authorization": case.authorizations.first(), "reason": "x"}),
        (authorize, {"member": case.members.first(), "signature": None}),
    ):
        with pytest.raises(Refusal, match="您的岗位没有这项权限"):
            act(by=county.prepares, **terms)
