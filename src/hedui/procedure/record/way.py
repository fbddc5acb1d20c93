"""What a line to the outside needs besides its address: a token, a certificate, whom to trust."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """
    How one side is reached.

    tls: whose certificates are trusted and what is shown; none: as the machine does
    headers: sent with each request; never shown
    """

    tls: ssl.SSLContext | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


PLAIN = Way()
