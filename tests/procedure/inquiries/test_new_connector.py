"""A connector is a file and an entry: the example is copied in, and asks a real program."""

import shutil
import sys
from pathlib import Path

import pytest

from hedui.procedure.agencies import channels
from hedui.procedure.agencies.channels import Channel
from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.inquiries import connectors, dispatch
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.door import Door
from hedui.procedure.inquiries.models import Fact, Reply
from tests import cast

EXAMPLE = Path(__file__).parents[3] / "examples" / "new-connector" / "program.py"
ANSWERS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from hedui.wire.messages import AnswerElement, AnswerRecord, build_answer, parse_search
from hedui.wire.moments import new_message_id
from hedui.wire.seals import Verifier, load_signer

body = sys.stdin.buffer.read()
Path(sys.argv[2]).write_bytes(body)
signer = load_signer(Path(sys.argv[1]))
now = datetime.now(UTC)
asked = parse_search(
    body, verifier=Verifier.of(signer.public()), audience=lambda _: True, now=now
)
row = {"bank": "某银行", "account_type": "current", "account_tail": "0123", "balance_fen": 7,
       "outflow_6m_fen": None}
elements = [
    AnswerElement(e.reference_id, "bank", "succ", record=AnswerRecord(
        e.subject_name, e.subject_number, "FOUND", now.date(), "某银行", "B-1", (row,)))
    for e in asked.elements
]
sys.stdout.buffer.write(build_answer(
    elements, message_id=new_message_id(now), request=asked, at=now, signer=signer))
"""


@pytest.fixture
def program(county, settings, monkeypatch, tmp_path):
    """Copy the example in, enter its channel, and agree with the bank on it."""
    added = tmp_path / "connectors"
    added.mkdir()
    shutil.copy(EXAMPLE, added)
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(added)])
    monkeypatch.setitem(channels.CHANNELS, "program", Channel("program", "本机程序"))
    connectors.present.cache_clear()
    settings.DATA_DIR = tmp_path
    script = tmp_path / "bank.py"
    script.write_text(ANSWERS)
    key = Path(settings.HEDUI_KEYS_DIR) / "platform.pem"
    path_of("310101-bank").parent.mkdir()
    run = [sys.executable, str(script), str(key), str(tmp_path / "asked")]
    path_of("310101-bank").write_text(f"[program]\nrun = {run!r}\n".replace("'", '"'))
    cast.agreed(Department.objects.get(source="bank"), channel="program")
    yield tmp_path
    connectors.present.cache_clear()
    connectors.connector.cache_clear()
    sys.modules.pop(f"{connectors.__name__}.program", None)


def outcomes():
    return {r.outcome for r in Reply.objects.filter(inquiry__source="bank")}


def test_it_is_offered_and_asks_as_every_other(county, program):
    assert ("program", "本机程序") in dispatch.channels()
    dispatch.dispatch(cast.commissioned(county))
    assert outcomes() == {"FOUND"}
    assert [fact.opened["balance_fen"] for fact in Fact.objects.all()] == [7] * 3


def test_nothing_reaches_the_program_after_a_revocation(county, program, monkeypatch):
    ordered = cast.commissioned(county)
    opened = Door.let_out

    def revoked_first(door):
        member = ordered.case.members.get(key="a")
        if not member.authorizations.get().revoked_at:
            revoke(
                authorization=member.authorizations.get(), by=county.intake, reason="本人要求撤回"
            )
        opened(door)

    monkeypatch.setattr(Door, "let_out", revoked_first)
    dispatch.dispatch(ordered)
    assert outcomes() == {"NO_ANSWER"}
    assert not (program / "asked").exists() or not (program / "asked").read_bytes()


@pytest.mark.parametrize("run", [["/nowhere"], ["false"], ["cat", "/dev/null"], ["echo", "{}"]])
def test_what_a_program_does_is_a_result(county, program, run):
    path_of("310101-bank").write_text(f"[program]\nrun = {run!r}\n".replace("'", '"'))
    dispatch.dispatch(cast.commissioned(county))
    assert outcomes() <= {"NO_ANSWER", "UNREADABLE"}
