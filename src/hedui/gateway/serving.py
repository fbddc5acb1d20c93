"""
Open a department over its own data, and serve it as a process of its own.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import uvicorn

from hedui.catalogue import CatalogueError, sources
from hedui.gateway.app import Application, application
from hedui.gateway.connection import Connection
from hedui.gateway.dataset import open_front
from hedui.gateway.department import Department, system_clock
from hedui.gateway.first_answers import FirstAnswers
from hedui.gateway.inquiry_log import InquiryLog
from hedui.gateway.limits import Rate, pause_beside
from hedui.gateway.partners import Partners
from hedui.gateway.questions import Questions
from hedui.gateway.settings import Listening, Settings, mapped_by
from hedui.gateway.standing import Standing
from hedui.values import divisions
from hedui.wire.moments import FRESHNESS
from hedui.wire.seals import SigningRing, derived_secret

_SUBJECT_LABEL = b"hedui inquiry log subject"
GIVEN_TO_END = 5
"""Seconds for what is being answered, once told to stop; open lines do not hold it up longer."""


def serve(settings: Settings) -> None:
    """
    Serve a department until it is told to stop.

    Its data and its partners' keys are read again when they change. What it needs and was not told
    lies beside the data: its first private key (`*.key.pem`), made if there is none, and its record
    of inquiries (`*.inquiries.jsonl`).

    :raises DataUnreadable: the data cannot be read now
    :raises KeyFileError: its key cannot be used, or no partner's
    :raises LogInUse: another process serves with this record
    """
    department = department_of(settings)
    department.data.dataset()
    department.partners.need_key()
    servers = [_server(application(department), settings.listening)]
    if settings.page and settings.passwords:
        # the templates of the page are optional
        from hedui.gateway.page import page  # noqa: PLC0415

        shown = page(department, settings.passwords, is_private=settings.page.is_by_tls)
        servers.append(_server(shown, settings.page))
    asyncio.run(_serve(servers))


def open_department(
    *,
    source: str,
    data: Path,
    key: Path | None = None,
    partner_keys: Path,
    log: Path | None = None,
    division: str | None = None,
    suite: str = "ed25519",
) -> Department:
    """
    Put a department together from its files.

    :raises CatalogueError: there is no such source
    :raises DivisionError: there is no such division
    """
    if source not in sources():
        raise CatalogueError(f"目录中没有数据来源 {source!r}")
    if division is not None:
        divisions.division(division)
    return department_of(
        Settings(
            mapped=mapped_by(data, source),
            beside=data,
            listening=Listening(0),
            partner_keys=(partner_keys,),
            key=key,
            record=log,
            division=division,
            suite=suite,
        )
    )


def department_of(settings: Settings) -> Department:
    """Put a department together from its settings."""
    beside = settings.beside
    log = settings.record or beside.with_name(f"{beside.name}.inquiries.jsonl")
    ring = SigningRing(settings.key or beside.with_name(f"{beside.name}.key.pem"))
    ring.make(settings.suite)
    revoked = log.with_name(f"{log.name}.revoked")
    return Department(
        source=settings.mapped.source,
        data=open_front(settings.mapped),
        ring=ring,
        partners=Partners(*settings.partner_keys),
        log=InquiryLog(log, key=derived_secret(ring.first, _SUBJECT_LABEL)),
        answers=FirstAnswers(log.with_name(f"{log.name}.answers"), keep=_replayable()),
        revoked=revoked,
        standing=Standing(revoked, settings.contacts),
        pause=pause_beside(log, system_clock),
        questions=Questions(log.with_name(f"{log.name}.questions"), keep=settings.later),
        contacts=settings.contacts,
        hours=settings.hours,
        rate=Rate(settings.per_minute),
        division=settings.division,
        agreed=settings.agreed,
        purposes=settings.purposes,
    )


def _replayable() -> timedelta:
    # a message may be stamped so far ahead of our clock, and is taken until as long after that
    return 2 * FRESHNESS


class _Server(uvicorn.Server):
    """A server among several: only the first is told by the system to stop, and tells the rest."""

    is_first = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the first."""
        if self.is_first:
            with super().capture_signals():
                yield
        else:
            yield


def _server(app: Application, listening: Listening) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            http=Connection,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=60,
            limit_concurrency=512,
            timeout_graceful_shutdown=GIVEN_TO_END,
            **listening.uvicorn(),
        )
    )


async def _serve(servers: list[_Server]) -> None:
    for server in servers[1:]:
        server.is_first = False

    async def serve_first() -> None:
        await servers[0].serve()
        for server in servers[1:]:
            server.should_exit = True

    await asyncio.gather(serve_first(), *(server.serve() for server in servers[1:]))
