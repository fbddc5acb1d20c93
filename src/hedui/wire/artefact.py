"""
Issue and read the authorization artefact (授权凭证), and tell what it covers.

One artefact is one natural person's signed permission: who, for which programme, which items,
which period, how long. It is a compact JWS, so that a department can verify it alone, and it
carries only a salted digest of the person's number (PIPL art. 13, 14, 29).

Deliberately not here: whether it has been revoked, which only its issuer and those it told
can know; and counting how often it was used (`fetch`).
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from hedui.values.periods import Period, PeriodError
from hedui.wire import shapes, strict_json
from hedui.wire.canonical import canonical
from hedui.wire.checks import WireError
from hedui.wire.moments import read_day
from hedui.wire.seals import SealError, Signer, Verifier

TYP = "hedui-authorization+jws"

LONGEST_VALIDITY = timedelta(days=5 * 366)
"""No permission runs longer without being asked for again."""


class ArtefactError(WireError):
    """An artefact that cannot be relied on: malformed, by an unknown issuer, or forged."""


@dataclass(frozen=True, slots=True)
class Grantor:
    """Whose permission it is: a salted digest of the number, which only its holder can match."""

    salt: str
    digest: str


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who signed for a minor or a person without capacity (监护人), and as what."""

    relation: str
    salt: str
    digest: str


@dataclass(frozen=True, slots=True)
class Form:
    """The version of the text that was signed (授权书), and the digest of that text."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """Whether the sources may be asked once or repeatedly, and then how far apart (ISO 8601)."""

    type: Literal["oneshot", "periodic"] = "oneshot"
    least_interval: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationArtefact:
    """
    What a natural person has permitted (授权).

    jti: number of the authorization    iss: issuing agency, `310101-hedui`
    nbf, exp: in force from, and until just before
    programme: the only purpose for which inquiries are covered    purpose: the same, in words
    items: `source.item`, or `source` for all its items
    period: the days about which may be asked
    declaration, evidence: digests of the frozen declaration and of the signed paper
    retention: how long answers may be kept, ISO 8601 days (`P365D`)
    status: where revocation can be asked
    """

    jti: str
    iss: str
    iat: datetime
    nbf: datetime
    exp: datetime
    programme: str
    purpose: str
    grantor: Grantor
    guardian: Guardian | None
    items: tuple[str, ...]
    period: Period
    declaration: str
    form: Form
    evidence: str
    retention: str
    status: str
    fetch: Fetch = Fetch()


def new_salt() -> str:
    """Make a salt for one artefact: 128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def grantor_digest(salt: str, number: str) -> str:
    """
    Return the digest by which an artefact names a person: HMAC-SHA-256 keyed with the salt.

    number: the eighteen characters of the resident ID number
    """
    return f"sha256:{hmac.new(bytes.fromhex(salt), number.encode('ascii'), sha256).hexdigest()}"


def issue(artefact: AuthorizationArtefact, signer: Signer) -> str:
    """
    Sign an artefact; the result is what travels in `authorize.consent_jws`.

    :raises WireError: the artefact does not meet the published schema
    """
    claims = _claims(artefact)
    shapes.check("artefact", claims)
    return signer.sign(canonical(claims), typ=TYP)


def read(jws: str, verifier: Verifier) -> AuthorizationArtefact:
    """
    Read an artefact that a trusted issuer signed.

    :raises ArtefactError: `malformed_object`, `unknown_partner` or `signature_invalid`
    """
    try:
        claims = strict_json.loads(verifier.verify(jws, typ=TYP))
        shapes.check("artefact", claims)
        issuer = verifier.key_of(jws, typ=TYP).owner
        if issuer not in (None, claims["iss"]):
            raise ArtefactError("unknown_partner", "授权凭证不是其签发机构所签")
        return _artefact(claims)
    except (SealError, WireError) as error:
        raise ArtefactError(error.code, f"授权凭证：{error.reason}") from None
    except (PeriodError, OverflowError, ValueError):
        raise ArtefactError("malformed_object", "授权凭证：期间或时刻有误") from None


def covered_items(artefact: AuthorizationArtefact, items: Iterable[str]) -> tuple[str, ...]:
    """Return those of the full item names that the artefact permits, in the order given."""
    permitted = set(artefact.items)
    return tuple(name for name in items if name in permitted or name.partition(".")[0] in permitted)


def covers(
    artefact: AuthorizationArtefact,
    *,
    subject_number: str,
    source: str,
    items: Iterable[str],
    purpose: str,
    at: datetime,
    period: Period | None = None,
) -> str | None:
    """
    Tell whether an artefact covers an inquiry: None, or the code of the first check that fails.

    The checks stand in the order of the profile: subject, purpose, scope, validity. No items
    at all, an item of another source, or a period that reaches beyond the permitted one is
    `scope_exceeds_policy`.

    subject_number: the eighteen characters of the number that is asked about
    purpose: the programme for which is asked
    """
    asked = tuple(items)
    said = grantor_digest(artefact.grantor.salt, subject_number)
    if not hmac.compare_digest(said, artefact.grantor.digest):
        return "subject_not_allowed"
    if purpose != artefact.programme:
        return "purpose_not_allowed"
    of_source = all(name.startswith(f"{source}.") for name in asked)
    if not asked or not of_source or covered_items(artefact, asked) != asked:
        return "scope_exceeds_policy"
    if period and not (period.first in artefact.period and period.last in artefact.period):
        return "scope_exceeds_policy"
    return _validity(artefact, at)


def _validity(artefact: AuthorizationArtefact, at: datetime) -> str | None:
    if at < artefact.nbf:
        return "not_yet_valid"
    if at >= artefact.exp:
        return "expired"
    return "validity_exceeds_policy" if artefact.exp - artefact.nbf > LONGEST_VALIDITY else None


def _claims(artefact: AuthorizationArtefact) -> dict[str, Any]:
    guardian = artefact.guardian
    fetch: dict[str, str] = {"type": artefact.fetch.type}
    if artefact.fetch.least_interval is not None:
        fetch["least_interval"] = artefact.fetch.least_interval
    return {
        "jti": artefact.jti,
        "iss": artefact.iss,
        "iat": int(artefact.iat.timestamp()),
        "nbf": int(artefact.nbf.timestamp()),
        "exp": int(artefact.exp.timestamp()),
        "programme": artefact.programme,
        "purpose": artefact.purpose,
        "grantor": {"salt": artefact.grantor.salt, "digest": artefact.grantor.digest},
        "guardian": guardian
        and {"relation": guardian.relation, "salt": guardian.salt, "digest": guardian.digest},
        "items": list(artefact.items),
        "period": {
            "from": artefact.period.first.isoformat(),
            "to": artefact.period.last.isoformat(),
        },
        "declaration": artefact.declaration,
        "form": {"id": artefact.form.id, "digest": artefact.form.digest},
        "evidence": artefact.evidence,
        "fetch": fetch,
        "retention": artefact.retention,
        "status": artefact.status,
    }


def _artefact(claims: dict[str, Any]) -> AuthorizationArtefact:
    return AuthorizationArtefact(
        jti=claims["jti"],
        iss=claims["iss"],
        iat=datetime.fromtimestamp(claims["iat"], UTC),
        nbf=datetime.fromtimestamp(claims["nbf"], UTC),
        exp=datetime.fromtimestamp(claims["exp"], UTC),
        programme=claims["programme"],
        purpose=claims["purpose"],
        grantor=Grantor(**claims["grantor"]),
        guardian=claims["guardian"] and Guardian(**claims["guardian"]),
        items=tuple(claims["items"]),
        period=Period(read_day(claims["period"]["from"]), read_day(claims["period"]["to"])),
        declaration=claims["declaration"],
        form=Form(**claims["form"]),
        evidence=claims["evidence"],
        fetch=Fetch(**claims["fetch"]),
        retention=claims["retention"],
        status=claims["status"],
    )
