"""
What `hedui bench --channel https_json` measures: questions about many persons over mutual TLS.

A department's gateway runs as a process of its own over a table of its own, and takes only our
client certificate. Beside each part of the dispatch a bare HTTP client sends the very messages
that went out once more, over one connection, to the same gateway, which looks at each again.
"""

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPSConnection  # noqa: TID251 - the bare client beside ours
from pathlib import Path
from socket import create_connection  # noqa: TID251 - to see whether the gateway is up
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from django.conf import settings

from hedui.faces.cli import place
from hedui.faces.cli.channel_bench import Measures, copies, household, memory, settled
from hedui.faces.cli.installing import install
from hedui.faces.cli.processes import free_ports
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.dispatch import connector_of, dispatch
from hedui.procedure.inquiries.models import Inquiry, Reply
from hedui.procedure.record import keys
from hedui.procedure.record.moment import today

CHANNEL, SEARCH = "https_json", "/registry/sync/search"
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


def measure_asking(folder: Path, persons: int) -> Measures:
    """Set a county up in `folder`, and ask its bank about `persons` over HTTPS."""
    install()
    place.settle(folder, first_day=today() - timedelta(days=400))
    here = folder / "gateway"
    here.mkdir()
    with _gateway(here) as url:
        key = next(here.glob("*.key.pub.pem")).read_text(encoding="ascii")
        asked = household(CHANNEL, url, key)
        people = [one.member.opened for one in asked.inquiries.select_related("member__case")]
        _write_table(here, people)
        path = path_of(f"{place.DIVISION}-bank")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CONNECTION.format(folder=here), encoding="utf-8")
        copies(asked, persons)
        orders = Commission.objects.exclude(pk=asked.pk).order_by("id")
        return _asked(list(orders.values_list("pk", flat=True)), here, url)


def _asked(orders: list[Any], here: Path, url: str) -> Measures:
    """Ask about all but the first household, whose asking loads what is no data."""
    sent: list[bytes] = []
    line = connector_of(CHANNEL)
    ask = line.ask

    def recorded(message: Any, passage: Any) -> Any:
        sent.append(message.body)
        return ask(message, passage)

    spent = cpu = bare = 0.0
    with mock.patch.object(line, "ask", recorded), ThreadPoolExecutor(AS_WORKERS) as crew:
        _ask_about(orders[0])
        before = settled()
        for begin in range(1, len(orders), AT_ONCE):
            sent.clear()
            began, used = time.perf_counter(), time.process_time()
            list(crew.map(_ask_about, orders[begin : begin + AT_ONCE]))
            spent, cpu = spent + time.perf_counter() - began, cpu + time.process_time() - used
            bare += _bare(sent, here, url)
        rise = memory("VmHWM") - before
    counted = Inquiry.objects.filter(commission__in=orders[1:]).count()
    kept = Reply.objects.filter(outcome="FOUND", inquiry__commission__in=orders[1:]).count()
    return {
        "persons": counted,
        "kept": kept,
        "asked_s": spent,
        "asked_cpu_s": cpu,
        "bare_http_s": bare,
        "asked_of_bare": spent / bare,
        "per_person_ms": spent / counted * 1000,
        "rise_mib": rise,
    }


def _ask_about(order: Any) -> None:
    dispatch(Commission.objects.select_related("case").get(pk=order))


def _bare(bodies: list[bytes], here: Path, url: str) -> float:
    """Send messages with a bare client over one connection, and read what comes back."""
    context = ssl.create_default_context(cafile=str(here / "ca.pem"))
    context.load_cert_chain(here / "client.pem", here / "client.key")
    address = urlsplit(url)
    line = HTTPSConnection(str(address.hostname), address.port, context=context)
    began = time.perf_counter()
    for body in bodies:
        line.request("POST", SEARCH, body, {"content-type": "application/json"})
        json.loads(line.getresponse().read())
    line.close()
    return time.perf_counter() - began


def _write_table(here: Path, people: list[dict[str, Any]]) -> None:
    rows = [
        f"{one['name']},{one['id_number']},{today()},示例银行,current,0123,3000000,0\n"
        for one in people
    ]
    unfinished = here / "bank.csv.new"
    unfinished.write_text(HEAD + "".join(rows), encoding="utf-8")
    unfinished.replace(here / "bank.csv")


@contextmanager
def _gateway(here: Path) -> Iterator[str]:
    """Run a department's gateway with certificates of a private authority; yield its address."""
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
        yield f"https://127.0.0.1:{port}"
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
