"""推送地址: of another machine and of an admitted client; the database keeps it as it is."""

import pytest

from hedui.procedure.agencies.client_models import Endpoint
from hedui.procedure.agencies.clients import end_client
from hedui.procedure.agencies.endpoints import NotAnEndpoint, end_endpoint, register_endpoint
from hedui.procedure.record.moment import moment
from tests import cast
from tests.procedure import raw

BY = cast.administrators()[0]


@pytest.fixture
def client(county):
    return cast.client(county)


@pytest.mark.parametrize(
    "url",
    [
        "http://jiuzhu.example/news",
        "https://u:p@jiuzhu.example/news",
        "https://jiuzhu.example/news?token=1",
        "https://jiuzhu.example/news#a",
        "https://127.0.0.1/news",
        "https://[::1]/news",
        "https://169.254.169.254/latest",
        "https://localhost/news",
        "http://127.0.0.1:8000/news",
        "ftp://jiuzhu.example/news",
        "https://",
        "https://救助.example/",
        "https://jiuzhu.example:99999/",
        "",
    ],
)
def test_it_goes_to_other_machines_by_https_only(client, url):
    with pytest.raises(NotAnEndpoint):
        register_endpoint(client=client[0], url=url, by=BY)
    assert Endpoint.objects.count() == 0


def test_the_database_refuses_another_address(client):
    one = register_endpoint(client=client[0], url="https://jiuzhu.example/news", by=BY)
    said = "endpoint: its address never changes, and it ends once"
    with raw.refused(said):
        raw.update(one, url="https://elsewhere.example/")
    with raw.refused(said):
        raw.update(one, ended_at=moment())
    end_endpoint(endpoint=one, by=BY)
    for changes in ({"url": "http://elsewhere.example/"}, {"registered_by": "machine:worker"}):
        made = Endpoint(
            **{
                "client": client[0],
                "url": "https://b.example/",
                "cursor": 0,
                "registered_by": "officer:1",
                "registered_at": moment(),
                "entry_id": one.entry_id,
            }
            | changes
        )
        with raw.refused("endpoint: an address of an approved client, registered by an officer"):
            raw.insert(made)


def test_a_client_that_has_ended_has_no_endpoint(client):
    end_client(client=client[0], by=BY)
    with pytest.raises(NotAnEndpoint):
        register_endpoint(client=client[0], url="https://jiuzhu.example/news", by=BY)
