"""T57, T58: somebody with every right on the database edits or deletes what was done."""

import json
from random import Random

import pytest
from django.db import connection, transaction

from hedui.ledger import Frontier, leaf_hash, verify
from hedui.procedure.record import checkpoints
from hedui.procedure.record.models import Entry, Head
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.queries import first_broken_index
from tests import cast
from tests.procedure import raw

TAMPERS = {"sqlite": 1000, "postgresql": 200}  # what is tampered with is read by the same verifier


class Undone(Exception):
    """Ends a savepoint."""


@pytest.fixture
def witnessed(county):
    """Return a ledger's length, and what a witness keeps; whoever tampers has every right."""
    checkpoints.make_checkpoint()
    cast.drafted(county)
    raw.drop_triggers(
        "record_entry_is_never_changed",
        "record_entry_is_never_deleted",
        "record_entry_comes_next",
        "record_head_only_grows",
        "record_head_is_never_deleted",
        "record_checkpoint_is_never_deleted",
        "record_checkpoint_is_never_changed",
    )
    newest = checkpoints.make_checkpoint()
    assert newest
    return newest.size, verify.Checkpoint.parse(newest.note)


def written(entry: Entry, **changes: object) -> str:
    """Write an entry anew, as `act` would have written it."""
    return json.dumps(
        json.loads(entry.content) | changes,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def put(entry: Entry, content: str, **columns: object) -> None:
    raw.update(entry, content=content, leaf=leaf_hash(content.encode()), **columns)


def update(random: Random, entry: Entry, length: int) -> int:
    place = random.randrange(len(entry.content))
    letter = "x" if entry.content[place] != "x" else "y"
    raw.update(entry, content=entry.content[:place] + letter + entry.content[place + 1 :])
    return entry.index


def update_with_its_leaf(random: Random, entry: Entry, length: int) -> int:
    name = random.choice(["actor", "agency"])
    columns = {"actor": "forged"} if name == "actor" else {}
    put(entry, written(entry, **{name: "forged"}), **columns)
    # The next entry names the leaf of the one before; of the last one only the head knows.
    return entry.index if entry.index < length - 1 else length - (length & -length)


def update_a_column(random: Random, entry: Entry, length: int) -> int:
    raw.update(entry, **{random.choice(["act", "actor"]): "forged"})
    return entry.index


def write_all_that_follows_anew(random: Random, entry: Entry, length: int) -> int:
    """Everything fits again, the head included; only what was signed before does not."""
    rewrite(entry.index, actor="forged")
    signed = [c.size for c in checkpoints.Checkpoint.objects.all() if c.size <= entry.index]
    return max(signed, default=0)


def rewrite(first: int, **changes: object) -> None:
    entries = list(Entry.objects.all())
    previous = bytes(entries[first - 1].leaf).hex() if first else ""
    for entry in entries[first:]:
        content = written(entry, **changes, previous=previous)
        put(entry, content, **{k: v for k, v in changes.items() if k == "actor"})
        previous, changes = leaf_hash(content.encode()).hex(), {}
    set_head()


def set_head() -> None:
    leaves = [bytes(leaf) for leaf in Entry.objects.values_list("leaf", flat=True)]
    frontier, _ = Frontier().extended(leaves)
    roots = ",".join(root.hex() for root in frontier.roots)
    raw.update(Head.objects.get(), size=frontier.size, roots=roots, last=leaves[-1].hex())


def delete(random: Random, entry: Entry, length: int) -> int:
    raw.delete(entry)
    return entry.index


def insert(random: Random, entry: Entry, length: int) -> int:
    index = random.choice([-1, length])
    raw.insert(entry, id="01900000-0000-7000-8000-00000000000f", index=index)
    if index < 0 and entry.index == 0:  # a copy of the first before the first: the second is bad
        return 1
    return max(index, 0)


def swap(random: Random, entry: Entry, length: int) -> int:
    other = Entry.objects.get(index=(entry.index + 1) % length)
    raw.update(entry, index=-1)
    raw.update(other, index=entry.index)
    raw.update(entry, index=other.index)
    return min(entry.index, other.index)


def exchange_what_two_say(random: Random, entry: Entry, length: int) -> int:
    """Content goes with its leaf, and the rows stay where they are."""
    other = Entry.objects.get(index=(entry.index + random.randrange(1, length)) % length)
    raw.update(entry, content=other.content, leaf=bytes(other.leaf))
    raw.update(other, content=entry.content, leaf=bytes(entry.leaf))
    return min(entry.index, other.index)


def write_what_looks_the_same(random: Random, entry: Entry, length: int) -> int:
    """A line more, a space, a letter without width, an escape that says the same."""
    content = random.choice(
        [
            entry.content + "\n",
            " " + entry.content,
            entry.content.replace('"act":"', '"act":"\u200b', 1),
            entry.content.replace('"act":"a', '"act":"\\u0061', 1) + " ",
            entry.content.replace('"actor":"', '"actor":"\\u0000', 1),
        ]
    )
    raw.update(entry, content=content)
    return entry.index


def put_an_older_checkpoint_in_its_place(random: Random, entry: Entry, length: int) -> int:
    """Beside a change of its own: the newest signature is one of an earlier ledger."""
    older, newer = checkpoints.Checkpoint.objects.order_by("size")[:2]
    raw.update(newer, note=older.note)
    return update(random, entry, length)


def cut_the_tail(random: Random, entry: Entry, length: int) -> int:
    for late in Entry.objects.filter(index__gte=entry.index):
        raw.delete(late)
    return entry.index


def restore_an_older_copy(random: Random, entry: Entry, length: int) -> int:
    """An older state, whole in itself: nothing in the database says that there was more."""
    cut_the_tail(random, entry, length)
    if entry.index:
        set_head()
    else:
        raw.update(Head.objects.get(), size=0, roots="", last="")
    for late in checkpoints.Checkpoint.objects.filter(size__gt=entry.index):
        raw.delete(late)
    return entry.index


KINDS = (
    update,
    update_with_its_leaf,
    update_a_column,
    write_all_that_follows_anew,
    delete,
    insert,
    swap,
    exchange_what_two_say,
    write_what_looks_the_same,
    put_an_older_checkpoint_in_its_place,
    cut_the_tail,
    restore_an_older_copy,
)


def test_every_tamper_is_found_by_the_verifier_and_the_first_bad_index_named(witnessed):
    length, seen = witnessed
    random = Random(57)
    missed = []
    for number in range(TAMPERS[connection.vendor]):
        kind = random.choice(KINDS)
        entry = Entry.objects.get(index=random.randrange(length))
        try:
            with transaction.atomic():
                expected = kind(random, entry, length)
                found = verify.verify(checkpoints.export(), seen=[seen])
                if found.first_bad != expected:
                    missed.append((number, kind.__name__, entry.index, expected, found))
                raise Undone
        except Undone:
            pass
    assert missed == []
    assert verify.verify(checkpoints.export(), seen=[seen]).first_bad is None
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
