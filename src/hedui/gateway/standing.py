"""
Know whether an authorization still stands: from the department's own list, or from who issued it.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from hedui.gateway.calling import Unreached, call
from hedui.gateway.settings import Contact
from hedui.gateway.tables import DataUnreadable, read_text
from hedui.wire.artefact import AuthorizationArtefact

PATIENCE = 3.0
HOLDS_FOR, SILENT_FOR = 60.0, 5.0
_UNASKED = "问不到授权是否已撤回"
_MOST_KEPT = 10_000


class StandingUnknown(Exception):
    """Whether the authorization stands cannot be learned now, so nothing may be answered."""


class Standing:
    """
    What was revoked: by a file that people write, and by asking the issuer where that was set up.

    contacts: by partner; asked is only one whose contact has a `status` address
    """

    def __init__(self, revoked: Path, contacts: Mapping[str, Contact]) -> None:
        self._revoked = revoked
        self._contacts = contacts
        self._heard: dict[str, tuple[float, bool]] = {}
        self._silent: dict[str, float] = {}

    def is_revoked(self, artefact: AuthorizationArtefact) -> bool:
        """
        Tell whether an authorization was withdrawn.

        :raises StandingUnknown: its issuer does not tell
        :raises DataUnreadable, OSError: the department's own list is there and cannot be read
        """
        return self._is_listed(artefact.jti) or self._says_its_issuer(artefact)

    def _is_listed(self, jti: str) -> bool:
        """Look in the file; a number ends where no letter, digit or hyphen follows."""
        try:
            text = read_text(self._revoked)
        except FileNotFoundError:
            return False
        if "\0" in text:  # it is UTF-16, whose Latin letters pass for UTF-8
            raise DataUnreadable(f"{self._revoked.name}：不是 UTF-8 或 GB18030 文字")
        alone = rf"(?<![A-Za-z0-9-]){re.escape(jti)}(?![A-Za-z0-9-])"
        return re.search(alone, text) is not None

    def _says_its_issuer(self, artefact: AuthorizationArtefact) -> bool:
        contact = self._contacts.get(artefact.iss)
        if contact is None or contact.status is None:
            return False
        known = self._heard.get(artefact.jti)
        if known and monotonic() - known[0] < HOLDS_FOR:
            return known[1]
        if not artefact.status.startswith(contact.status):
            raise StandingUnknown("授权凭证的状态地址不是登记的地址")
        if monotonic() - self._silent.get(artefact.iss, -SILENT_FOR) < SILENT_FOR:
            raise StandingUnknown(_UNASKED)  # not every inquiry of a message need wait for it
        try:
            revoked = _asked(contact, artefact)
        except StandingUnknown:
            self._silent[artefact.iss] = monotonic()
            raise
        if len(self._heard) >= _MOST_KEPT:
            self._heard.clear()
        self._heard[artefact.jti] = (monotonic(), revoked)
        return revoked


def _asked(contact: Contact, artefact: AuthorizationArtefact) -> bool:
    try:
        heard = call(contact, artefact.status, seconds=PATIENCE)
        said = json.loads(heard.content) if heard.status == 200 else {}
    except (Unreached, ValueError):
        raise StandingUnknown(_UNASKED) from None
    if not isinstance(said, dict) or said.get("jti") != artefact.jti:
        raise StandingUnknown(_UNASKED)
    return said.get("status") not in ("active", "expired")
