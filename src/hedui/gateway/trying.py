"""
Set a gateway up for trial, or find one that runs elsewhere, and try it (检验).
"""

import socket  # noqa: TID251 - a free port for the time of the trial
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

from hedui.catalogue import sources
from hedui.gateway.app import Application, application
from hedui.gateway.calling import Heard, Unreached, call
from hedui.gateway.connection import Connection
from hedui.gateway.contract import Sends, Tried, run
from hedui.gateway.dataset import FileFront, Front
from hedui.gateway.lent import LentTable
from hedui.gateway.serving import department_of
from hedui.gateway.settings import Contact, Settings
from hedui.gateway.trial import NOBODY, REVOKED, Authority, Person
from hedui.values.resident_id import ResidentId, ResidentIdError
from hedui.wire.seals import (
    Signer,
    Verifier,
    generate_key,
    load_publics,
    load_signer,
    write_public,
)

SECONDS = 30.0


def sender_of(address: str, contact: Contact) -> Sends:
    """Return what sends to a gateway at an address."""

    def send(
        path: str, body: bytes | None, *, method: str = "", media_type: str = "application/json"
    ) -> Heard:
        return call(
            contact,
            f"{address}{path}",
            body,
            seconds=SECONDS,
            method=method,
            media_type=media_type,
            most=4 * 1024 * 1024,
        )

    return send


def try_own(settings: Settings, *, only: frozenset[str] | None = None) -> Iterator[Tried]:
    """
    Try a department's own settings and data, in a gateway of its own with nothing else told.

    Its record, keys and switch stay as they are; it is asked as fast and whenever the trial likes.

    only: names of cases, all if left out

    :raises DataUnreadable: the data cannot be read
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        signer = generate_key(folder / "trial.pem", suite=settings.suite)
        receiver = f"{settings.division or '990101'}-{settings.mapped.source.name}"
        sender = receiver.partition("-")[0] + "-hedui"
        write_public(signer, folder / f"{sender}.pub.pem")
        own = replace(
            settings,
            beside=folder / "data",
            partner_keys=(folder / f"{sender}.pub.pem",),
            key=None,
            record=folder / "record",
            hours=None,
            per_minute=None,
            contacts={},
        )
        department = department_of(own)
        department.revoked.write_text(f"{REVOKED}\n")
        authority = Authority(
            source=settings.mapped.source,
            sender=sender,
            receiver=receiver,
            signer=signer,
            stranger=generate_key(folder / "stranger.pem", suite=settings.suite),
            answers=Verifier.of(replace(department.signer.public(), owner=receiver)),
            person=_somebody(department.data) or NOBODY,
            purpose=min(settings.purposes) if settings.purposes else "",
        )
        with served(application(department)) as address:
            yield from run(authority, sender_of(address, Contact()), only=only)


def try_at(
    address: str,
    contact: Contact,
    *,
    source: str,
    receiver: str,
    sender: str,
    keys: Path,
    public_key: Path,
    suite: str,
    person: Person | None,
) -> Iterator[Tried]:
    """
    Try whatever answers at an address, with the trial keys of a folder, made if there are none.

    :raises KeyFileError: a key cannot be used
    """
    signer = trial_key(keys, sender, suite=suite)
    with TemporaryDirectory() as name:
        authority = Authority(
            source=sources()[source],
            sender=sender,
            receiver=receiver,
            signer=signer,
            stranger=generate_key(Path(name) / "stranger.pem", suite=suite),
            answers=Verifier.of(*(replace(k, owner=receiver) for k in load_publics(public_key))),
            person=person or NOBODY,
        )
        yield from run(authority, sender_of(address, contact))


def trial_key(folder: Path, sender: str, *, suite: str) -> Signer:
    """Return the trial authority's key in a folder, made with its public half if there is none."""
    path = folder / f"{sender}.pem"
    if path.exists():
        return load_signer(path)
    folder.mkdir(parents=True, exist_ok=True)
    return generate_key(path, suite=suite)


@contextmanager
def served(app: Application) -> Iterator[str]:
    """Serve an application on a free port of this machine while it is tried."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, http=Connection, log_level="error", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + SECONDS
    while not server.started:
        if time.monotonic() > until or not thread.is_alive():
            raise Unreached("检验用的服务没有启动")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def _somebody(front: Front) -> Person | None:
    """Take somebody whom the department holds, so that answers with content are tried as well."""
    dataset = front.dataset()
    if isinstance(front, FileFront):
        for rows in front.dataset().people.values():
            return _person(rows[0].name, rows[0].number)
    if isinstance(dataset, LentTable):
        name, number = dataset.mapped.name, dataset.mapped.id_number
        found = dataset.read(
            lambda connection: dataset.from_tables(
                connection, dataset.names(connection, [name, number]), "limit 1"
            )
        )
        for held in found:
            return _person(*held)
    return None


def _person(name: object, number: object) -> Person | None:
    try:
        whole = ResidentId.parse(str(number).strip())
    except ResidentIdError:
        return None
    return Person(str(name).strip(), whole.reveal(), is_held=True)
