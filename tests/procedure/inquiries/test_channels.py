"""A department is asked on the channel agreed, by the connector of that name."""

import inspect
import sys
from copy import copy

import pytest

from hedui.faces.workbench.forms.agreements import AgreementTerms
from hedui.procedure.agencies import channels
from hedui.procedure.agencies.agreements import NotAgreed
from hedui.procedure.agencies.channels import CHANNELS, Channel
from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import acts, connectors, dispatch
from hedui.procedure.inquiries.connectors import Carrier, Connector
from hedui.procedure.inquiries.models import Reply, Ticket
from tests import cast
from tests.procedure import raw


@pytest.fixture
def unconnected(monkeypatch):
    """Return a channel that may be agreed on, and has no connector."""
    monkeypatch.setitem(channels.CHANNELS, "pigeon", Channel("pigeon", "信鸽"))
    return "pigeon"


def test_every_channel_has_its_connector_and_every_connector_its_channel():
    assert {channel.connector for channel in CHANNELS.values()} == connectors.present()
    assert all(name == channel.name for name, channel in CHANNELS.items())


def test_what_is_measured_is_the_connector_that_asks():
    assert dispatch.connector_of("https_json") is connectors.connector("https_json")


def test_each_connector_holds_to_its_functions():
    for channel in CHANNELS.values():
        wanted = Carrier if channel.is_by_files else Connector
        spoken = channel.connector
        found = connectors.carrier(spoken) if channel.is_by_files else connectors.connector(spoken)
        for function in (f for f in vars(wanted) if not f.startswith("_")):
            takes = list(inspect.signature(getattr(wanted, function)).parameters)[1:]
            assert list(inspect.signature(getattr(found, function)).parameters) == takes


def test_only_channels_with_a_connector_are_offered(county, unconnected):
    bank = Department.objects.get(source="bank")
    form = AgreementTerms(None, department=bank, standing=None)
    offered = [value for value, _ in form.fields["channel"].choices]
    assert unconnected not in offered
    assert set(offered) == set(CHANNELS) - {unconnected}


def test_a_channel_that_nobody_knows_is_not_agreed_on(county):
    with pytest.raises(NotAgreed, match="没有这种交换方式"):
        cast.proposed(Department.objects.get(source="bank"), channel="pigeon")


def test_a_channel_without_connector_is_no_answer_and_holds_nobody_up(
    county, commission, unconnected
):
    cast.agreed(Department.objects.get(source="bank"), channel=unconnected)
    again_at = dispatch.dispatch(commission)
    assert again_at is not None
    codes = {r.inquiry.source: r.code for r in Reply.objects.select_related("inquiry")}
    assert codes.pop("bank") == "NoConnector"
    assert set(codes.values()) == {"ConnectionRefusedError"}
    assert Reply.objects.count() == Ticket.objects.count() == 3 * len(cast.SOURCES)


def test_what_is_asked_of_a_department_on_two_channels_travels_apart(commission, unconnected):
    envelope = next(
        e for e in acts.inquire(commission=commission, by=dispatch.WORKER) if len(e.tickets) == 3
    )
    waiting = {ticket.inquiry: 1 for ticket in envelope.tickets}
    first = next(iter(waiting))
    first.agreement = copy(first.agreement)
    first.agreement.channel = unconnected
    at = envelope.tickets[0].minted_at
    with raw.deed() as entry:
        minted = acts._mint(waiting.items(), at, entry)
    assert {(e.channel, len(e.tickets)) for e in minted} == {("https_json", 2), (unconnected, 1)}
    assert len({e.message for e in minted}) == 2


def test_the_way_of_a_channel_without_connector_says_what_to_install(county, unconnected):
    agreement = cast.agreed(Department.objects.get(source="bank"), channel=unconnected)
    assert dispatch.trouble_with(agreement) == "没有安装“信鸽”所需的组件"


def test_without_the_extra_of_sftp_its_channel_is_not_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    monkeypatch.delitem(sys.modules, "hedui.procedure.inquiries.connectors.sftp", raising=False)
    assert connectors.present.__wrapped__() == connectors.present() - {"sftp"}
