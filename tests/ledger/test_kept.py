"""Proofs that a person keeps 留存的证明: what was changed, or signed by another, does not hold."""

import copy

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hedui.ledger import leaf_hash, root_of, sign_checkpoint
from hedui.ledger.kept import FORMAT, NotProven, verify_kept
from tests.ledger.test_proofs import by_definition

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
CONTENTS = [f'{{"index":{n}}}' for n in range(11)]


@pytest.fixture
def kept():
    leaves = [leaf_hash(content.encode()) for content in CONTENTS]
    note = sign_checkpoint("a/ledger", len(leaves), root_of(leaves), PUBLIC, KEY.sign)
    entries = [
        {
            "content": content,
            "index": index,
            "proof": [part.hex() for part in by_definition(index, leaves)],
            "checkpoint": note,
        }
        for index, content in enumerate(CONTENTS)
    ]
    later = {"content": "{}", "index": 11, "proof": None}
    return {"format": FORMAT, "origin": "a/ledger", "entries": [*entries, later]}


def test_what_is_whole_holds(kept):
    assert verify_kept(kept, [PUBLIC]) == (len(CONTENTS), 1)


@pytest.mark.parametrize("index", range(len(CONTENTS)))
def test_another_content_place_or_path_does_not(kept, index):
    for change in (
        {"content": '{"index":99}'},
        {"index": (index + 1) % len(CONTENTS)},
        {"proof": [*kept["entries"][index]["proof"][:-1], "00" * 32]},
    ):
        changed = copy.deepcopy(kept)
        changed["entries"][index] |= change
        with pytest.raises(NotProven):
            verify_kept(changed, [PUBLIC])


def test_what_another_signed_does_not(kept):
    with pytest.raises(NotProven, match="公钥"):
        verify_kept(kept, [Ed25519PrivateKey.generate().public_key().public_bytes_raw()])
    with pytest.raises(NotProven):
        verify_kept(kept | {"origin": "b/ledger"}, [PUBLIC])
    with pytest.raises(NotProven):
        verify_kept(kept | {"format": "x"}, [PUBLIC])
