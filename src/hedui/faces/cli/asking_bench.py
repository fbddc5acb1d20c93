"""
What `hedui bench --channel https_json` and `https_together` measure: questions over mutual TLS.

A department's gateway runs as a process of its own over a table of its own, and takes only our
client certificate. Beside each part a bare HTTP client sends the same questions to the same
gateway over one connection, in messages written and signed beforehand under new numbers, so that
the gateway checks, looks up, records and signs as before, and reads what comes back.
"""

import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import HTTPSConnection  # noqa: TID251 - the bare client beside ours
from pathlib import Path
from socket import create_connection  # noqa: TID251 - to see whether the gateway is up
from typing import Any, Protocol
from unittest import mock
from urllib.parse import urlsplit

from django.conf import settings

from hedui.faces.cli import place
from hedui.faces.cli.channel_bench import Measures, memory, settled
from hedui.faces.cli.copied_households import Person, copies, household
from hedui.faces.cli.installing import install
from hedui.faces.cli.processes import free_ports
from hedui.procedure.agencies.channels import CHANNELS
from hedui.procedure.agencies.models import Agreement
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.dispatch import connector_of, dispatch
from hedui.procedure.inquiries.exchange import exchange
from hedui.procedure.inquiries.models import Inquiry, Reply
from hedui.procedure.record import keys
from hedui.procedure.record.moment import process_clock, today
from hedui.procedure.reports.tasks import UNREPORTED
from hedui.procedure.reports.worker import collect_rarely
from hedui.values.resident_id import check_character
from hedui.wire.artefact import Grantor, grantor_digest, issue, new_salt, read
from hedui.wire.envelope import seal
from hedui.wire.moments import moment_text, new_message_id
from hedui.wire.seals import Verifier

SEARCH = "/registry/sync/search"
AS_WORKERS = 4
AT_ONCE = 250
"""So many households are asked about, then the bare client has its turn."""
HEAD = "name,id_number,as_of,bank,account_type,account_tail,balance_fen,outflow_6m_fen\n"
SETTINGS = """
data: bank.csv
source: bank
division: "{division}"
listen: {{port: {port}, certificate: server.pem, private_key: server.key, client_ca: ca.pem}}
partners:
  {platform}: {{public_key: platform.pub.pem}}
"""
CONNECTION = """
[https]
ca = "{folder}/ca.pem"
certificate = "{folder}/client.pem"
key = "{folder}/client.key"
"""


class Others:
    """People of the same household again and again, each with a number of their own."""

    def __init__(self) -> None:
        self.people: list[Person] = []
        signer = keys.signer()
        self._signer, self._verifier = signer, Verifier.of(signer.public())

    def __call__(self, person: Person, signed: str) -> tuple[Person, str]:
        """Return somebody else, and what they signed."""
        count = len(self.people)
        body = f"{990000 + count // 900:06d}{person['id_number'][6:14]}{count % 900 + 1:03d}"
        other = person | {"id_number": body + check_character(body)}
        self.people.append(other)
        salt = new_salt()
        grantor = Grantor(salt, grantor_digest(salt, other["id_number"]))
        return other, issue(replace(read(signed, self._verifier), grantor=grantor), self._signer)


class Timed(Protocol):
    """Two ways to ask the same, measured in turns; sent: what left since the last turn."""

    sent: list[Any]

    def asking(self, work: Callable[[], object]) -> None:
        """Ask as the platform does."""

    def bare(self) -> None:
        """Ask the same as barely as can be, and forget what was sent."""


@dataclass
class Sides:
    """What was spent so far: by the platform and by the bare client, each with the gateway."""

    here: Path
    url: str
    gateway: int
    sent: list[bytes] = field(default_factory=list)
    asked_s: float = 0.0
    asked_cpu_s: float = 0.0
    gateway_cpu_s: float = 0.0
    bare_http_s: float = 0.0
    bare_cpu_s: float = 0.0
    bare_gateway_cpu_s: float = 0.0

    def asking(self, work: Callable[[], object]) -> None:
        """Ask as the platform does."""
        began, used, theirs = time.perf_counter(), time.process_time(), _cpu_of(self.gateway)
        work()
        self.asked_s += time.perf_counter() - began
        self.asked_cpu_s += time.process_time() - used
        self.gateway_cpu_s += _cpu_of(self.gateway) - theirs

    def bare(self) -> None:
        """Ask the same by a bare client, and forget what was sent."""
        line = _line(self.here, self.url)
        theirs = _cpu_of(self.gateway)
        for sent in self.sent:
            body = _anew(sent)
            began, used = time.perf_counter(), time.process_time()
            line.request("POST", SEARCH, body, {"content-type": "application/json"})
            answer = line.getresponse()
            json.loads(answer.read())
            self.bare_http_s += time.perf_counter() - began
            self.bare_cpu_s += time.process_time() - used
            assert answer.status == 200, answer.status
        self.bare_gateway_cpu_s += _cpu_of(self.gateway) - theirs
        self.sent.clear()
        line.close()

    def recording(self, ask: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """Keep what leaves until the bare client has its turn."""

        def recorded(message: Any, passage: Any) -> Any:
            self.sent.append(message.body)
            return ask(message, passage)

        return recorded


def measure_asking(folder: Path, channel: str, persons: int) -> Measures:
    """Set a county up in `folder`, and ask its bank about `persons` over HTTPS."""
    install()
    place.settle(folder, first_day=today() - timedelta(days=400))
    here = folder / "gateway"
    here.mkdir()
    with _gateway(here) as (url, process):
        key = next(here.glob("*.key.pub.pem")).read_text(encoding="ascii")
        asked = household(channel, url, key)
        others = Others()
        copies(asked, persons, others, are_asked=CHANNELS[channel].is_gathered)
        first = [one.member.opened for one in asked.inquiries.select_related("member__case")]
        _write_table(here, [*first, *others.people])
        path = path_of(f"{place.DIVISION}-bank")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CONNECTION.format(folder=here), encoding="utf-8")
        _loaded(here, url)
        collect_rarely()
        return _asked(channel, asked, Sides(here, url, process))


def _asked(channel: str, first: Commission, sides: Sides) -> Measures:
    """Ask about all but the first household, whose asking loads what is no data."""
    line = connector_of(CHANNELS[channel].connector)
    with mock.patch.object(line, "ask", sides.recording(line.ask)):
        before = together(first, sides) if CHANNELS[channel].is_gathered else each(first, sides)
        rise = memory("VmHWM") - before
    about = Inquiry.objects.exclude(commission=first)
    counted, kept = about.count(), Reply.objects.filter(outcome="FOUND", inquiry__in=about).count()
    both = sides.asked_cpu_s + sides.gateway_cpu_s
    return {
        "persons": counted,
        "kept": kept,
        "asked_s": sides.asked_s,
        "asked_cpu_s": sides.asked_cpu_s,
        "gateway_cpu_s": sides.gateway_cpu_s,
        "bare_http_s": sides.bare_http_s,
        "bare_cpu_s": sides.bare_cpu_s,
        "bare_gateway_cpu_s": sides.bare_gateway_cpu_s,
        "asked_of_bare": sides.asked_s / sides.bare_http_s,
        "cpu_of_bare": both / (sides.bare_cpu_s + sides.bare_gateway_cpu_s),
        "per_person_ms": sides.asked_s / counted * 1000,
        "rise_mib": rise,
    }


def each(first: Commission, sides: Timed) -> float:
    """Ask household by household, as the worker's threads do; return the memory held before."""
    orders = list(
        Commission.objects.exclude(pk=first.pk).order_by("id").values_list("pk", flat=True)
    )
    with ThreadPoolExecutor(AS_WORKERS) as crew:
        _ask_about(first.pk)
        before = settled()
        sides.sent.clear()
        for begin in range(0, len(orders), AT_ONCE):
            part = orders[begin : begin + AT_ONCE]
            sides.asking(lambda part=part: list(crew.map(_ask_about, part)))  # type: ignore[misc]
            sides.bare()
    return before


def _ask_about(order: Any) -> None:
    dispatch(next(iter(UNREPORTED(order))))  # read as the worker reads it


def together(first: Commission, sides: Timed) -> float:
    """Ask many households in one message, turn by turn; return the memory held before."""
    agreement = Agreement.objects.select_related("department").get(
        pk=first.inquiries.values("agreement")[:1]
    )
    before = settled()

    def one_turn() -> None:
        turns = iter((True, False))
        exchange(agreement, lambda _: None, lambda: next(turns))

    while True:
        sides.asking(one_turn)
        if not sides.sent:
            return before
        sides.bare()


def _anew(body: bytes) -> bytes:
    """Write a message once more under a new number, now, and sign it."""
    said, number, now = json.loads(body), new_message_id(process_clock()), process_clock()
    header = said["header"] | {"message_id": number, "message_ts": moment_text(now)}
    return seal(header, said["message"] | {"transaction_id": number}, keys.signer())


def _line(here: Path, url: str) -> HTTPSConnection:
    context = ssl.create_default_context(cafile=str(here / "ca.pem"))
    context.load_cert_chain(here / "client.pem", here / "client.key")
    address = urlsplit(url)
    return HTTPSConnection(str(address.hostname), address.port, context=context)


def _loaded(here: Path, url: str) -> None:
    """Let the gateway read its table before anything is measured."""
    line = _line(here, url)
    line.request("GET", "/healthz")
    assert json.loads(line.getresponse().read())["status"] == "ok"
    line.close()


def _cpu_of(process: int) -> float:
    """Return what a process has used of processors so far, seconds."""
    spent = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


def _write_table(here: Path, people: list[dict[str, Any]]) -> None:
    rows = [
        f"{one['name']},{one['id_number']},{today()},示例银行,current,0123,3000000,0\n"
        for one in people
    ]
    unfinished = here / "bank.csv.new"
    unfinished.write_text(HEAD + "".join(rows), encoding="utf-8")
    unfinished.replace(here / "bank.csv")


@contextmanager
def _gateway(here: Path) -> Iterator[tuple[str, int]]:
    """Run a department's gateway under a private authority; yield its address and process."""
    platform = f"{place.DIVISION}-hedui"
    _certify(here, {"server": "IP:127.0.0.1", "client": f"DNS:{platform}"})
    _write_table(here, [{"name": "某人", "id_number": "11010519491231002X"}])
    public = Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC
    (here / "platform.pub.pem").write_bytes(public.read_bytes())
    (port,) = free_ports(1)
    written = SETTINGS.format(division=place.DIVISION, port=port, platform=platform)
    (here / "department.yaml").write_text(written, encoding="utf-8")
    command = [sys.executable, "-m", "hedui", "department", "serve", "--config"]
    running = subprocess.Popen([*command, str(here / "department.yaml")], stdout=sys.stderr)
    try:
        _wait_for(port)
        yield f"https://127.0.0.1:{port}", running.pid
    finally:
        running.kill()  # our connections stand open, and it would wait for them
        running.wait(30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _certify(here: Path, names: dict[str, str]) -> None:
    """Make a private authority, and a certificate under it for each name, with OpenSSL."""

    def make(*words: str) -> None:
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
        command += ["ec_paramgen_curve:P-256", "-nodes", "-days", "2", *words]
        subprocess.run(command, cwd=here, check=True, capture_output=True)

    make("-subj", "/CN=bench", "-keyout", "ca.key", "-out", "ca.pem")
    for name, alternative in names.items():
        make(
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
            "-CA", "ca.pem", "-CAkey", "ca.key",
            "-addext", f"subjectAltName={alternative}", "-addext", "basicConstraints=CA:FALSE",
        )  # fmt: skip
