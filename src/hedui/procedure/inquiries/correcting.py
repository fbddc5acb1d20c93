"""Corrections on the wire 更正请求: a department is asked to look at an answer, and tells."""

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.failures import failure_of
from hedui.procedure.record import keys
from hedui.procedure.record.outcome import Refusal
from hedui.wire import strict_json
from hedui.wire.checks import WireError
from hedui.wire.corrections import CorrectionRequest, ask_for_correction, read_correction
from hedui.wire.seals import KeyFileError, Verifier, read_publics


class NotTaken(Refusal):
    """A department did not take a request for correction; it is sent as a letter instead."""


class NotReached(NotTaken):
    """Nothing came back from it."""


def send(department: Department, asked: CorrectionRequest) -> str:
    """
    Send a request, and return what the department answered by now, "" while it looks.

    The same request may be sent again, to ask for the answer.

    :raises NotTaken: it does not take it, or what it says is not signed by it; NotReached: it is
        not there
    """
    try:
        content = https_json.ask_to_correct(department, ask_for_correction(asked, keys.signer()))
        said = strict_json.loads(content)
        if said == {"state": "received"}:
            return ""
        verifier = Verifier.of(*read_publics(department.public_key, owner=department.receiver_id))
        answered = read_correction(str(said.get("correction")), verifier)
        if (answered.number, answered.source) != (asked.number, asked.source):
            raise WireError("replay", "答复的是另一件更正请求")
    except https_json.NoCounts as error:
        said_why = f"部门没有收下({_why(str(error))}),请打印更正函送达。"
        raise (NotTaken if str(error).startswith("HTTP") else NotReached)(said_why) from None
    except (WireError, KeyFileError, AttributeError):
        raise NotTaken("部门的答复不成立,请打印更正函送达并核实。") from None
    return answered.outcome


def _why(said: str) -> str:
    kind = failure_of("NO_ANSWER", said)
    return said if said.startswith("HTTP") or kind is None else kind.label
