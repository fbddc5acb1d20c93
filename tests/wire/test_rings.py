"""Keys that follow one another, found by those who run already."""

from datetime import date

import pytest

from hedui.wire.seals import KeyFileError, SigningRing
from hedui.wire.seals.rings import dated
from hedui.wire.seals.signatures import SUITES, Verifier

TODAY, TOMORROW = date(2026, 12, 1), date(2026, 12, 2)


@pytest.fixture(params=list(SUITES))
def suite(request):
    return request.param


@pytest.fixture
def ring(tmp_path, suite):
    ring = SigningRing(tmp_path / "bank.key.pem")
    ring.make(suite)
    return ring


def test_a_new_key_signs_from_its_day_on_and_is_published_before(ring, suite):
    first = ring.signer(TODAY)
    second = ring.add(suite, TOMORROW)
    assert ring.signer(TODAY).kid == first.kid
    assert ring.signer(TOMORROW).kid == second.kid
    assert [key.kid for key in ring.publics()] == [first.kid, second.kid]


def test_the_old_key_verifies_after_it_is_gone(ring, suite):
    before = ring.signer(TODAY).sign(b"before", typ="a+jws")
    ring.add(suite, TOMORROW)
    ring.first.unlink()
    assert ring.signer(TOMORROW)
    assert Verifier.of(*ring.publics()).verify(before, typ="a+jws") == b"before"


def test_whoever_has_the_ring_open_finds_a_key_that_another_added(ring, suite):
    another = SigningRing(ring.first)
    assert another.signer(TOMORROW).kid == ring.signer(TOMORROW).kid
    added = ring.add(suite, TODAY)
    assert another.signer(TODAY).kid == added.kid


def test_a_suite_is_changed_by_a_key_of_the_other(ring, suite):
    [other] = set(SUITES) - {suite}
    ring.add(other, TODAY)
    assert ring.signer(TODAY).suite == other
    assert {key.suite for key in ring.publics()} == set(SUITES)


def test_a_day_has_one_key_and_it_stays(ring, suite):
    ring.add(suite, TODAY)
    kid, published = ring.signer(TODAY).kid, ring.publics()
    with pytest.raises(FileExistsError):
        ring.add(suite, TODAY)
    assert (ring.signer(TODAY).kid, ring.publics()) == (kid, published)


def test_before_its_first_day_a_ring_has_no_key(tmp_path, suite):
    ring = SigningRing(tmp_path / "platform.pem")
    ring.add(suite, TOMORROW)
    with pytest.raises(KeyFileError, match="没有可用的签名密钥"):
        ring.signer(TODAY)


@pytest.mark.parametrize("name", ["bank.key-x.pem", "bank.key-2026-13-01.pem", "bank.key2.pem"])
def test_other_files_beside_it_are_not_its_keys(ring, name):
    ring.first.with_name(name).write_text("no key")
    assert ring.signer(TODAY)


def test_a_key_that_cannot_be_read_is_told_of_and_not_passed_over(ring):
    dated(ring.first, TODAY).write_text("no key")
    with pytest.raises(KeyFileError, match=r"bank\.key-2026-12-01\.pem"):
        ring.signer(TODAY)


def test_made_again_it_stays_as_it_is(ring, suite):
    kid = ring.signer(TODAY).kid
    ring.make(suite)
    assert (ring.signer(TODAY).kid, len(ring.publics())) == (kid, 1)
