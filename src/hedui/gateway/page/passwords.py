"""
Keep who may see the department's page: names with salted, slow digests of passwords (口令文件).
"""

import hmac
import json
import os
import secrets
from hashlib import scrypt
from pathlib import Path

SHORTEST = 12
_COST = {"n": 2**14, "r": 8, "p": 1}


class PasswordError(ValueError):
    """A password or name that cannot be taken; the message says why."""


def set_password(path: Path, name: str, password: str) -> None:
    """
    Set somebody's password; the file is for its owner alone.

    :raises PasswordError: too short, or no name
    """
    if not name.strip() or not name.isprintable() or len(name) > 40:
        raise PasswordError("名称应为 1 至 40 个字")
    if len(password) < SHORTEST:
        raise PasswordError(f"口令至少 {SHORTEST} 位")
    salt = secrets.token_bytes(16)
    kept = _kept(path) | {name: {"salt": salt.hex(), "digest": _digest(password, salt)}}
    beside = path.with_name(f".{path.name}.new")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as written:
        json.dump(kept, written, ensure_ascii=False, indent=1)
        written.flush()
        os.fsync(written.fileno())
    beside.replace(path)


def holds(path: Path, name: str, password: str) -> bool:
    """Tell whether a password is somebody's; it takes as long for a name that is not there."""
    kept = _kept(path).get(name, {"salt": "00", "digest": ""})
    digest = _digest(password, bytes.fromhex(kept["salt"]))
    return hmac.compare_digest(digest, kept["digest"])


def is_somebodys(path: Path, name: str) -> bool:
    """Tell whether a name has a password."""
    return name in _kept(path)


def _digest(password: str, salt: bytes) -> str:
    return scrypt(password.encode(), salt=salt, dklen=32, **_COST).hex()


def _kept(path: Path) -> dict[str, dict[str, str]]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise PasswordError(f"{path.name} 不是口令文件") from None
    return kept if isinstance(kept, dict) else {}
