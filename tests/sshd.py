"""OpenSSH's own server on the loopback, with keys of its own, for as long as a test runs."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, who may log in with which key, and the key that it shows."""

    port: int
    user: str
    key: Path
    host_key: str

    def written(self, asked: Path, answered: Path, **changes: str) -> str:
        """Return the section of a file of connections that leads there."""
        said = {
            "host": "127.0.0.1",
            "user": self.user,
            "key": str(self.key),
            "host_key": self.host_key,
            "requests": str(asked),
            "answers": str(answered),
        } | changes
        lines = "".join(f'{name} = "{value}"\n' for name, value in said.items())
        return f"every_minutes = 0\n[sftp]\nport = {self.port}\n{lines}"


@contextmanager
def sshd(folder: Path, *, denied: str = "") -> Iterator[Server]:
    """
    Run a server with its keys and its settings in a folder.

    denied: steps that it does not know, as older servers do not
    """
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    subsystem = "/usr/lib/openssh/sftp-server"
    if not (os.access(program, os.X_OK) and os.access(subsystem, os.X_OK)):
        if os.environ.get("HEDUI_CI"):
            pytest.fail("没有 OpenSSH 服务器:请安装 openssh-server")
        pytest.skip("没有 OpenSSH 服务器:请安装 openssh-server")
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "client"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)],
            check=True,
        )
    (folder / "authorized").write_text((folder / "client.pub").read_text())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    denies = f" -P {denied}" if denied else ""
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\n"
        f"AuthorizedKeysFile {folder / 'authorized'}\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"PermitRootLogin prohibit-password\nSubsystem sftp {subsystem}{denies}\n"
    )
    running = subprocess.Popen(
        [program, "-D", "-e", "-f", str(folder / "sshd_config")],
        stderr=(folder / "said").open("wb"),
    )
    try:
        for _ in range(100):
            with socket.socket() as tried:
                if not tried.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.05)
        host_key = " ".join((folder / "host.pub").read_text().split()[:2])
        yield Server(port, getpass.getuser(), folder / "client", host_key)
    finally:
        running.terminate()
        running.wait(10)
