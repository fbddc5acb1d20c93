"""
Files by SFTP 安全文件传输: on a server of the department's, of ours, or of a third office's.

The server's key is pinned and ours lies in a file; passwords and agents are not used. What is read
goes through a file without a name, so that nothing of it stays on this machine.
"""

import asyncio
import socket  # noqa: TID251 - for the name of one of its errors
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

import asyncssh

from hedui.procedure.inquiries.connections import NEEDED, Connection, connection, folder
from hedui.procedure.inquiries.connectors import Aside, Unreachable, Withheld
from hedui.procedure.record.outcome import Trouble

T = TypeVar("T")

TEMPORARY = ".part"
CONNECT_WITHIN, STEP_WITHIN = 15.0, 60.0
"""Seconds to connect, and for each step: a listing, a rename, a piece of a file."""
TURN_WITHIN = 1800.0
"""Seconds for which a server is waited for in one turn, all steps together."""
MOST_NAMES = 50_000
"""So many names at most may lie in a folder; a listing that ends sooner would mislead."""
PIECE = 1024 * 1024
MOST_BYTES = 512 * 1024 * 1024
# What it logs below that names files, whose names others gave.
asyncssh.set_log_level("WARNING")


@contextmanager
def opened(receiver: str) -> Iterator["Sftp"]:
    """Connect to a department's server, if it shows the key that is written for it."""
    written = connection(receiver)
    held = written.section("sftp", *NEEDED["sftp"])
    options = _options(written, held)
    with asyncio.Runner() as runner:
        steps = _Steps(runner)
        line = steps.take(asyncssh.connect(**options), CONNECT_WITHIN)
        try:
            client = steps.take(
                line.start_sftp_client(path_errors="surrogateescape"), CONNECT_WITHIN
            )
            yield Sftp(steps, client, held["requests"], held["answers"])
        finally:
            line.abort()
            with suppress(Exception):
                runner.run(asyncio.wait_for(line.wait_closed(), 1))


def _options(written: Connection, held: dict[str, Any]) -> dict[str, Any]:
    key = written.file(str(held["key"]))
    try:
        trusted = asyncssh.import_public_key(str(held["host_key"]))
    except asyncssh.KeyImportError:
        raise Trouble(
            "host_key 不是可以使用的 SSH 公钥,应以 ssh-ed25519 之类开头:"
            "ssh-keyscan 印在前面的主机名不要写。"
        ) from None
    try:
        ours = asyncssh.read_private_key(key)
    except asyncssh.KeyImportError:
        raise Trouble("key 所指的文件不是可以使用的 SSH 私钥。") from None
    except OSError:
        raise Trouble(f"密钥文件 {key} 打不开。") from None
    if key.stat().st_mode & 0o077:
        raise Trouble(f"密钥文件 {key} 可被他人读取,请运行 chmod 600 {key}。")
    return {
        "host": str(held["host"]),
        "port": int(held.get("port", 22)),
        "username": str(held["user"]),
        "client_keys": [ours],
        "known_hosts": ([trusted], [], []),
        "config": None,
        "agent_path": None,
        "preferred_auth": "publickey",
        "login_timeout": CONNECT_WITHIN,
        "keepalive_interval": 15,
    }


class _NotKnown(Unreachable):
    """The server does not know this operation."""


class _Steps:
    """
    Takes one step after another, each within its time; what fails is said in words.

    What is left of the turn is counted down while the server is waited for, and at no other time:
    who answers each step just in time could hold a turn for hours.
    """

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner, self._left = runner, TURN_WITHIN

    def take(self, step: Awaitable[T], within: float = STEP_WITHIN, at: str = "") -> T:
        """Take a step, in the folder `at` or about a file in one."""

        async def waited() -> T:
            return await asyncio.wait_for(step, min(within, self._left))

        began = time.monotonic()
        try:
            return self._runner.run(waited())
        except asyncssh.HostKeyNotVerifiable:
            raise Unreachable("对方出示的主机密钥与 host_key 不符,没有连接。") from None
        except asyncssh.PermissionDenied:
            raise Unreachable("对方不接受这个用户名或这把密钥。") from None
        except asyncssh.SFTPOpUnsupported:
            raise _NotKnown("对方的服务器不支持这一步。") from None
        except asyncssh.SFTPNoSuchFile:
            where = f" {at}" if at else ""
            raise Unreachable(f"对方没有所写的文件夹{where},或者文件已被取走。") from None
        except asyncssh.SFTPPermissionDenied:
            raise Withheld(f"对方不许这个用户读写 {at}。请部门核对它的属主和权限。") from None
        except TimeoutError:
            raise Unreachable(self._too_late(began)) from None
        except (asyncssh.Error, OSError) as error:
            raise Unreachable(_broken_off(error)) from None
        finally:
            self._left = max(self._left - (time.monotonic() - began), 0.0)

    def _too_late(self, began: float) -> str:
        if time.monotonic() - began < self._left:
            return "对方没有在时限内应答。"
        return (
            f"对方应答太慢,一次交换等了 {TURN_WITHIN / 60:.0f} 分钟仍未完成,下次再试。"
            "请部门检查网络和服务器。"
        )


def _broken_off(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "对方主机没有在这个 port 上接受连接,请核对 host 和 port。"
    if isinstance(error, socket.gaierror):
        return "找不到 host 所写的主机名,请核对,或者改写为 IP 地址。"
    return f"连接中断({type(error).__name__})。请核对 host、port 和网络。"


class Sftp:
    """A folder of requests and one of answers on a server."""

    def __init__(self, steps: _Steps, client: Any, requests: str, answers: str) -> None:
        self._steps, self._client = steps, client
        self._requests, self._answers = PurePosixPath(requests), PurePosixPath(answers)

    def place(self, name: str, write: Callable[[IO[bytes]], None]) -> None:
        """Write a request under its temporary name, down to the server's disk if it can do so."""
        self._write(self._hidden(name), write)

    def release(self, name: str) -> None:
        """Rename it in one step."""
        self._renamed(self._hidden(name), str(self._requests / name))

    def lying(self) -> set[str]:
        """Name what lies under its temporary name."""
        return {
            name.removeprefix(".").removesuffix(TEMPORARY)
            for name, _ in self._listed(self._requests)
            if name.startswith(".") and name.endswith(TEMPORARY)
        }

    def drop(self, name: str) -> None:
        """Remove one that lies."""
        with suppress(Unreachable):
            self._steps.take(self._client.remove(self._hidden(name)))

    def arrived(self) -> dict[str, float]:
        """Name the answers; what is hidden is being written."""
        now = time.time()
        return {
            name: now - (now if attributes.mtime is None else attributes.mtime)
            for name, attributes in self._listed(self._answers)
            if attributes.type == asyncssh.FILEXFER_TYPE_REGULAR and not name.startswith(".")
        }

    def open(self, name: str) -> IO[bytes]:
        """Fetch an answer into a file without a name."""
        out: IO[bytes] = TemporaryFile(dir=folder())  # noqa: SIM115 - whoever reads it closes it
        try:
            there = str(self._answers / name)
            source = self._steps.take(self._client.open(there, "rb"), at=there)
            while piece := self._steps.take(source.read(PIECE)):
                out.write(piece)
                if out.tell() > MOST_BYTES:  # it is refused for its size by who reads it
                    break
            self._steps.take(source.close())
            out.seek(0)
        except BaseException:
            out.close()
            raise
        return out

    def set_aside(self, name: str, to: Aside, said: str) -> None:
        """Move an answer away, and say beside it what became of it."""
        place = self._answers / to
        self._steps.take(self._client.makedirs(str(place), exist_ok=True), at=str(place))
        if said:
            body = said.encode("utf-8-sig")
            self._write(str(place / f"{name}.result.txt"), lambda out: _all(out, body))
        with suppress(Unreachable):  # it was moved before this process was cut off
            self._renamed(str(self._answers / name), str(place / name))

    def _hidden(self, name: str) -> str:
        return str(self._requests / f".{name}{TEMPORARY}")

    def _listed(self, place: PurePosixPath) -> list[tuple[str, Any]]:
        async def names() -> list[tuple[str, Any]]:
            found: list[tuple[str, Any]] = []
            async with aclosing(self._client.scandir(str(place))) as listed:
                async for one in listed:
                    if one.filename in (".", ".."):
                        continue
                    if len(found) == MOST_NAMES:
                        said = f"对方的文件夹 {place} 里超过 {MOST_NAMES} 个文件,没有阅看。"
                        raise Unreachable(f"{said}请部门清理。")
                    found.append((str(one.filename), one.attrs))
            return found

        return self._steps.take(names(), at=str(place))

    def _write(self, path: str, write: Callable[[IO[bytes]], None]) -> None:
        there = str(PurePosixPath(path).parent)
        file = self._steps.take(self._client.open(path, "wb"), at=there)
        out = _Pieces(self._steps, file)
        write(out)  # type: ignore[arg-type]
        out.flush()
        with suppress(Unreachable):  # not every server can
            self._steps.take(file.fsync())
        self._steps.take(file.close())

    def _renamed(self, old: str, new: str) -> None:
        """Rename in one step, by the extension of OpenSSH or, where there is none, as of old."""
        try:
            self._steps.take(self._client.posix_rename(old, new), at=new)
        except _NotKnown:
            self._steps.take(self._client.rename(old, new), at=new)


class _Pieces:
    """A file on the server that takes what is written in large pieces."""

    def __init__(self, steps: _Steps, file: Any) -> None:
        self._steps, self._file = steps, file
        self._held = bytearray()

    def write(self, content: bytes) -> int:
        self._held += content
        if len(self._held) >= PIECE:
            self.flush()
        return len(content)

    def flush(self) -> None:
        if self._held:
            self._steps.take(self._file.write(bytes(self._held)))
            self._held.clear()


def _all(out: IO[bytes], content: bytes) -> None:
    out.write(content)
