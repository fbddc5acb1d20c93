"""T57: somebody with every right on the database edits or deletes what was done."""

import json
from random import Random

import pytest
from django.db import transaction

from hedui.ledger import leaf_hash
from hedui.procedure.record.models import Entry, Head
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.queries import first_broken_index
from tests import cast
from tests.procedure import raw

TAMPERS = 250


class Undone(Exception):
    """Ends a savepoint."""


@pytest.fixture
def length(county) -> int:
    raw.drop_triggers(
        "record_entry_is_never_changed",
        "record_entry_is_never_deleted",
        "record_head_only_grows",
        "record_head_is_never_deleted",
    )
    return Entry.objects.count()


def tamper(random: Random, length: int) -> int:
    """Do one thing wrong, chosen at random, and return the index that has to be named."""
    index = random.randrange(length)
    entry = Entry.objects.get(index=index)
    written = json.loads(entry.content)
    kind = random.choice(["update", "whole", "delete", "insert", "swap", "tail", "roll back"])
    if kind == "update":
        place = random.randrange(len(entry.content))
        letter = "x" if entry.content[place] != "x" else "y"
        raw.update(entry, content=entry.content[:place] + letter + entry.content[place + 1 :])
        return index
    if kind == "whole":
        name = random.choice(["act", "actor"])
        changed = json.dumps(
            written | {name: "forged"}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        raw.update(entry, content=changed, leaf=leaf_hash(changed.encode()), **{name: "forged"})
        return length
    if kind == "delete":
        raw.delete(entry)
        return index
    if kind == "insert":
        raw.insert(entry, id="01900000-0000-7000-8000-00000000000f", index=-1)
        return 0
    if kind == "swap":
        other = Entry.objects.get(index=(index + 1) % length)
        raw.update(entry, index=-1)
        raw.update(other, index=entry.index)
        raw.update(entry, index=other.index)
        return min(entry.index, other.index)
    for late in Entry.objects.filter(index__gte=index):
        raw.delete(late)
    if kind == "roll back":  # an older copy of the entries under the present head
        raw.update(Head.objects.get(), size=length)
    return index


def test_every_tamper_is_found_and_the_first_broken_index_named(length):
    random = Random(57)
    missed = []
    for number in range(TAMPERS):
        try:
            with transaction.atomic():
                expected = tamper(random, length)
                found = first_broken_index()
                if found != expected:
                    missed.append((number, expected, found))
                raise Undone
        except Undone:
            pass
    assert missed == []
    assert first_broken_index() is None


def test_a_sealed_row_that_was_exchanged_does_not_open(county):
    """Sealed data is bound to its case: what one family declared cannot be given to another."""
    first, second = cast.declared(county), cast.declared(county)
    raw.drop_triggers("cases_declaration_only_freezes")
    declaration = first.declarations.get()
    raw.update(declaration, content=second.declarations.get().content)
    with pytest.raises(Trouble, match="密封数据无法打开"):
        assert first.declarations.get().opened


def test_a_sealed_row_that_was_changed_does_not_open(county):
    case = cast.declared(county)
    raw.drop_triggers("cases_declaration_only_freezes")
    content = bytearray(case.declarations.get().content)
    content[20] ^= 1
    raw.update(case.declarations.get(), content=bytes(content))
    with pytest.raises(Trouble):
        assert case.declarations.get().opened
