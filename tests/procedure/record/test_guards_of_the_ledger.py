"""
What the database lets be added to the ledger, whoever writes the row.

An entry comes next; a checkpoint and a subtree are of entries that are there; a cosignature is one
line that a reader of the export can take apart.
"""

from uuid import uuid4

import pytest

from hedui.procedure.record.checkpoints import make_checkpoint
from hedui.procedure.record.models import Checkpoint, Cosignature, Entry, Head, Node
from hedui.procedure.record.moment import moment
from tests import cast
from tests.procedure import raw

NEXT = "ledger: an entry comes next or not at all"
SIGNED = "ledger: a checkpoint is of what there is"
SIZED = "ledger: a checkpoint names its size"
SUBTREE = "ledger: a subtree is of what there is"
LINE = "ledger: a cosignature is one line of its witness"


def test_an_entry_comes_next_or_not_at_all(county):
    last = Entry.objects.latest("index")
    for index in (0, last.index, last.index + 2):
        with raw.refused(NEXT):
            raw.insert(last, id=uuid4(), index=index)
    raw.insert(last, id=uuid4(), index=last.index + 1)


def test_the_first_entry_has_the_number_none(db):
    entry = Entry(id=uuid4(), act="x", actor="x", content="{}", leaf=b"x" * 32, at=moment())
    with raw.refused(NEXT):
        raw.insert(entry, index=1)
    raw.insert(entry, index=0)


def test_a_checkpoint_is_of_as_many_entries_as_there_are(county):
    signed, size = make_checkpoint(), Head.objects.get().size
    raw.drop_triggers("record_checkpoint_is_never_deleted")
    Checkpoint.objects.all().delete()
    for wrong in (-1, 0, size + 1):
        with raw.refused(SIGNED):
            raw.insert(signed, size=wrong)
    for other in (str(size + 1), f"{size}0", f"x{size}", ""):
        with raw.refused(SIZED):
            raw.insert(signed, note=signed.note.replace(f"\n{size}\n", f"\n{other}\n"))
    with raw.refused(SIZED):
        raw.insert(signed, note="of the machine's own making")
    for right in (1, size):
        raw.insert(signed, size=right, note=signed.note.replace(f"\n{size}\n", f"\n{right}\n"))


def one_short_of_eight(place: cast.County) -> int:
    """Let there be entries until the next completes a subtree of the lowest level; count them."""
    while Entry.objects.count() % 8 != 7:
        cast.declared(place)
    return Entry.objects.count()


def place_of(number: int, level: int) -> int:
    return number << 6 | level


def test_a_subtree_is_of_entries_that_are_all_there(county):
    there = one_short_of_eight(county)
    node, missing = Node(root=b"r" * 32), place_of(there // 8, 3)
    with raw.refused(SUBTREE):
        raw.insert(node, place=missing)
    for level in (63, 62, 41, 40, 2, 0):  # of a level that is kept
        with raw.refused(SUBTREE):
            raw.insert(node, place=place_of(0, level))
    with raw.refused(SUBTREE):
        raw.insert(node, place=-place_of(1, 61))
    cast.declared(county)
    assert Node.objects.filter(place=missing).exists()


@pytest.mark.parametrize("length", [0, 31, 33])
def test_the_root_of_a_subtree_is_a_hash(county, length):
    one_short_of_eight(county)
    raw.drop_triggers("record_node_is_never_deleted")
    Node.objects.filter(place=place_of(0, 3)).delete()
    with raw.refused(SUBTREE):
        raw.insert(Node(place=place_of(0, 3), root=b"r" * length))
    raw.insert(Node(place=place_of(0, 3), root=b"r" * 32))


WRONG_LINES = {
    "of another witness": "— v AA==\n",
    "of one whose name goes on": "— wx AA==\n",
    "without its dash": "w AA==\n",
    "without its end": "— w AA==",
    "with nothing signed": "— w \n",
    "that is cut": "— w AA=\n",
    "of padding only": "— w ====\n",
    "with too much padding": "— w A===\n",
    "with padding in the middle": "— w A=AA\n",
    "with what is no base64": "— w A-A=\n",
    "with a space": "— w A A=\n",
    "with a line behind it": "— w AA==\n— w AA==\n",
    "with an empty line behind it": "— w AA==\n\n",
    "with a line before it": "\n— w AA==\n",
}


def cosigned(witness: str, line: str) -> None:
    held = Checkpoint.objects.first() or make_checkpoint()
    raw.insert(Cosignature(checkpoint=held, witness=witness, line=line, at=moment()), id=1)


@pytest.mark.parametrize("what", WRONG_LINES)
def test_no_cosignature_is_a_line(what, county):
    with raw.refused(LINE):
        cosigned("w", WRONG_LINES[what])


@pytest.mark.parametrize("witness", ["w x", " w", "w\n"])
def test_a_witness_has_a_name_of_one_word(county, witness):
    with raw.refused(LINE):
        cosigned(witness, f"— {witness} AA==\n")


@pytest.mark.parametrize("signed", ["AA==", "AAA=", "AAAA", "azAZ09+/", "AAAAAAA="])
def test_a_line_of_a_witness_is_taken(county, signed):
    cosigned("w.example", f"— w.example {signed}\n")
