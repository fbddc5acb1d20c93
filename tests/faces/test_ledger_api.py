"""What anybody may ask of the ledger: digests and proofs, and nothing about anybody."""

from base64 import b64decode

import pytest
from django.urls import reverse

from hedui import ledger
from hedui.procedure.record import checkpoints
from hedui.procedure.record.models import Checkpoint, Entry
from tests import cast

pytestmark = pytest.mark.django_db


def asked(client, name, query="", **where):
    return client.get(reverse(f"api:{name}", kwargs=where) + query)


def test_a_proof_holds_against_the_checkpoint_that_comes_with_it(client, county):
    cast.declared(county)
    entry = Entry.objects.get(act="cases.declare")
    checkpoints.make_checkpoint()
    given = asked(client, "inclusion", entry=entry.id).json()
    stated = ledger.Checkpoint.parse(given["checkpoint"])
    proof = [b64decode(step) for step in given["proof"]]
    leaf = ledger.leaf_hash(entry.content.encode())
    assert ledger.verify_inclusion(leaf, given["index"], stated.size, proof, stated.root)


def test_growth_is_proved_between_two_checkpoints(client, county):
    first = ledger.Checkpoint.parse(checkpoints.make_checkpoint().note)
    cast.declared(county)
    checkpoints.make_checkpoint()
    second = ledger.Checkpoint.parse(asked(client, "checkpoint").content.decode())
    given = asked(client, "growth", f"?from={first.size}&to={second.size}").json()
    proof = [b64decode(step) for step in given["proof"]]
    assert ledger.verify_consistency(first.size, second.size, first.root, second.root, proof)


def test_who_asks_for_a_proof_makes_nobody_sign(client, county):
    cast.declared(county)
    entry = Entry.objects.get(act="cases.declare")
    for signed in (0, 1):
        answer = asked(client, "inclusion", entry=entry.id)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert Checkpoint.objects.count() == signed
        if not signed:
            Checkpoint.objects.create(size=1, note="x\n1\nx", at=entry.at)


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?from=1&to=x", 400), ("?from=-1&to=2", 400), ("?from=1&to=99999", 404)],
)
def test_what_is_asked_wrongly_is_told_in_one_sentence(client, county, query, status):
    answer = asked(client, "growth", query)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_what_is_not_there_is_not_there(client, db):
    assert asked(client, "checkpoint").status_code == 404
    unknown = "01900000-0000-7000-8000-000000000000"
    assert asked(client, "inclusion", entry=unknown).status_code == 404


def test_nobody_unknown_signs_under_our_checkpoints(client, county):
    note = checkpoints.make_checkpoint().note
    path = reverse("api:cosignatures")
    assert client.post(path, note, content_type="text/plain").status_code == 422
    assert client.post(path, "x" * 9000, content_type="text/plain").status_code == 413
