"""
Know who looks at the page: a signed cookie for a working day, lost when the process ends (登录).
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections import defaultdict, deque
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic, time

HOURS = 8
COOKIE = "hedui_department"
MOST_FAILURES, WITHIN = 5, 600.0


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in; form: the word that their forms carry."""

    name: str
    form: str


class Sessions:
    """Makes and reads cookies; wrong passwords are counted for each name and for all."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._ended: set[str] = set()
        self._failures: dict[str, deque[float]] = defaultdict(deque)

    def begin(self, name: str) -> str:
        """Return the cookie of somebody who has just logged in."""
        said = f"{int(time()) + HOURS * 3600}|{secrets.token_hex(8)}|{name}".encode()
        return urlsafe_b64encode(said).decode() + "." + self._seal(said)

    def of(self, cookie: str) -> Session | None:
        """Return whose cookie it is; None if it is nobody's, or past its time."""
        text, _, seal = cookie.partition(".")
        try:
            said = urlsafe_b64decode(text)
        except (Error, ValueError):
            return None
        if not hmac.compare_digest(self._seal(said).encode(), seal.encode()):
            return None
        until, _, rest = said.decode().partition("|")
        if int(until) < time():
            return None
        session = Session(rest.partition("|")[2], self._seal(b"form" + said))
        return None if session.form in self._ended else session

    def end(self, session: Session) -> None:
        """Let in nobody any more by the cookie of a session."""
        self._ended.add(session.form)

    def may_try(self, name: str) -> bool:
        """Tell whether there have not been too many wrong passwords of late."""
        return all(len(self._recent(who)) < most for who, most in self._counted(name))

    def failed(self, name: str) -> None:
        """Count a wrong password."""
        for who, _ in self._counted(name):
            self._failures[who].append(monotonic())

    @staticmethod
    def _counted(name: str) -> tuple[tuple[str, int], ...]:
        return (f"of {name[:40]}", MOST_FAILURES), ("of all", MOST_FAILURES * 10)

    def _recent(self, who: str) -> deque[float]:
        failures = self._failures[who]
        while failures and monotonic() - failures[0] > WITHIN:
            failures.popleft()
        return failures

    def _seal(self, said: bytes) -> str:
        return hmac.new(self._key, said, sha256).hexdigest()
