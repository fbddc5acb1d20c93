"""
连接参数 (connections): how a department is reached, where its agreement does not say.

One TOML file for each in the data directory, `connections/310101-bank.toml`. Addresses and secrets
stay on this machine: none of them is in the database, in the ledger or in a log.
"""

import re
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from hedui.procedure.agencies.channels import CHANNELS
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.way import PLAIN, Way

_RECEIVER = re.compile(r"[0-9]{6}-[a-z][a-z0-9_]{0,39}")
ENCODINGS = ("utf-8", "gb18030", "xlsx")
KNOWN: Mapping[str, tuple[str, ...]] = {
    "": ("encoding", "every_minutes", "openpgp_key"),
    "database_view": ("mapping",),
    "folder": ("requests", "answers"),
    "sftp": ("host", "port", "user", "key", "host_key", "requests", "answers"),
    "https": ("token", "ca", "certificate", "key", "callback_sha256", "callback_certificate"),
}
"""What may be written; the section of any other channel is its connector's own affair."""
NEEDED = {
    "folder": ("requests", "answers"),
    "sftp": ("host", "user", "key", "host_key", "requests", "answers"),
}
"""What must be."""


@dataclass(frozen=True, slots=True)
class Connection:
    """
    What is written for one department.

    encoding: of the request files; every_minutes: how often one leaves, where there is something
    """

    receiver: str
    encoding: str = "utf-8"
    every_minutes: int = 60
    openpgp_key: str = ""
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)

    def section(self, name: str, *needed: str) -> dict[str, Any]:
        """
        Return a section.

        :raises Trouble: it is not there, or lacks what is needed
        """
        held = dict(self.sections.get(name, {}))
        if missing := [key for key in needed if held.get(key) in (None, "")]:
            raise Trouble(f"{path_of(self.receiver)} 的 [{name}] 中缺少 {'、'.join(missing)}。")
        return held

    def file(self, name: str) -> Path:
        """Return a file that is named in it; a relative path begins in the folder of these."""
        return folder() / name


def way_to(receiver: str) -> Way:
    """
    Return what a line to a department needs besides its address: a token, a certificate.

    :raises Trouble: what is written cannot be used
    """
    try:
        changed = path_of(receiver).stat().st_mtime_ns
    except FileNotFoundError:
        return PLAIN
    return _way(receiver, changed)


@lru_cache(maxsize=256)
def _way(receiver: str, _changed: int) -> Way:
    written = connection(receiver)
    held = written.section("https")
    if not held:
        return PLAIN
    try:
        token = written.file(held["token"]).read_text("ascii").strip() if "token" in held else ""
        ca = str(written.file(held["ca"])) if "ca" in held else None
        tls = ssl.create_default_context(cafile=ca)
        if "certificate" in held:
            key = written.file(held.get("key", held["certificate"]))
            tls.load_cert_chain(written.file(held["certificate"]), key)
    except (OSError, ValueError):
        raise Trouble(f"{path_of(receiver)} 的 [https] 所指的文件不能使用。") from None
    return Way(tls, {"authorization": f"Bearer {token}"} if token else {})


def folder() -> Path:
    """Return where these files lie."""
    return Path(settings.DATA_DIR) / "connections"


def path_of(receiver: str) -> Path:
    """Return the file of one department."""
    if not _RECEIVER.fullmatch(receiver):
        raise Trouble("接收方标识不合规定。")
    return _path_of(settings.DATA_DIR, receiver)


@lru_cache(maxsize=256)
def _path_of(data: Path, receiver: str) -> Path:
    return data / "connections" / f"{receiver}.toml"


def connection(receiver: str) -> Connection:
    """
    Read what is written for a department; where there is no file everything is as usual.

    :raises Trouble: it cannot be read, or says something that nobody knows
    """
    path = path_of(receiver)
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Connection(receiver)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Trouble(f"{path} 不是可以识读的 TOML 文件。") from None
    sections = {name: held for name, held in written.items() if isinstance(held, dict)}
    top = {name: held for name, held in written.items() if name not in sections}
    for section, held in {"": top, **sections}.items():
        unknown = [key for key in held if key not in KNOWN.get(section, held)]
        if section not in (*KNOWN, *CHANNELS) or unknown:
            named = "、".join(unknown) or f"[{section}]"
            raise Trouble(f"{path} 中有不认识的设置:{named}。")
    encoding, minutes = top.get("encoding", "utf-8"), top.get("every_minutes", 60)
    if encoding not in ENCODINGS:
        raise Trouble(f"{path} 的 encoding 应为 {'、'.join(ENCODINGS)} 之一。")
    if type(minutes) is not int or not 0 <= minutes <= 1440:
        raise Trouble(f"{path} 的 every_minutes 应为 0 至 1440 的整数。")
    return Connection(receiver, encoding, minutes, str(top.get("openpgp_key", "")), sections)
