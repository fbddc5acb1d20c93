"""What lies on disk 密封: whoever copies the database learns no number, no name and no amount."""

import base64
import hmac
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from hedui.batch.sample.scans import scan
from hedui.procedure.commissions.acts import commission
from hedui.procedure.record.actor import WORKER
from hedui.procedure.reports.acts import issue, submit
from hedui.procedure.reports.drafting import draft
from hedui.wire import counts
from tests import cast

# Long enough not to appear by chance in a few hundred kilobytes of digests.
NAMES = ("欧阳明月", "诸葛清风", "司马小雨")
SALARY, BALANCE = "7418529630.48", "9630741852.17"
FOUND = {"balance_fen": 852_963_074_199, "amount_fen": 369_258_147_088}
EMPLOYER = "某某纺织品有限责任公司"
SIGNED = "signed by hand, on paper, by the person themselves"


def story(place: cast.County) -> list[str]:
    """Take one household all the way, and return every personal thing there was to learn."""
    from hedui.procedure.cases import acts as cases
    from hedui.procedure.record.moment import today

    day = today().replace(day=1)
    content = cast.zhang_family(day)
    for member, name in zip(content["members"], NAMES, strict=True):
        member["name"] = name
    content["members"][0]["incomes"][0]["amount"] = SALARY
    content["members"][0]["assets"][0]["value"] = BALANCE
    case = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=day, by=place.intake
    )
    cases.fill_in(case=case, content=content, by=place.intake)
    cases.declare(case=case, content=content, by=place.intake)
    for member in case.members.all():
        cast.authorize(place, member, scan=scan(f"{SIGNED}: {member.key}"))
    ordered = commission(case=case, by=place.intake)
    cast.answered(
        ordered,
        {
            ("a", "bank"): [{"bank": "某银行", "balance_fen": FOUND["balance_fen"]}],
            ("a", "tax"): [
                {"income_type": "wage", "amount_fen": FOUND["amount_fen"], "payer": EMPLOYER}
            ],
        },
    )
    report = draft(commission=ordered, by=WORKER)
    submit(report=report, officer=place.officers["liu"], by=place.prepares)
    issue(report=report, officer=place.officers["zhao"], by=place.countersigns)
    opened = json.dumps(report.opened, ensure_ascii=False)
    for known in (NAMES[0], SALARY, BALANCE):
        assert known in opened, "the report that was sealed should hold it"
    numbers = [cast.ZHANG_SAN, cast.LI_SI, cast.ZHANG_XIAO]
    amounts = [
        SALARY,
        BALANCE,
        *map(str, FOUND.values()),
        *(text.replace(".", "") for text in (SALARY, BALANCE)),
        *(f"{fen // 100}.{fen % 100:02d}" for fen in FOUND.values()),
    ]
    return [*numbers, *NAMES, EMPLOYER, *amounts]


def written(text: str) -> dict[str, bytes]:
    """Write a text in the ways in which it could lie in a file."""
    plain = text.encode()
    ways = {
        "UTF-8": plain,
        "UTF-16LE": text.encode("utf-16-le"),
        "UTF-16BE": text.encode("utf-16-be"),
        "GB18030": text.encode("gb18030"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "escaped": json.dumps(text).strip('"').encode(),
    }
    for start in range(3):  # base64, at each of its three alignments, without the ragged ends
        padded = base64.b64encode(b"\0" * start + plain)[4 if start else 0 :]
        ways[f"base64+{start}"] = padded[: len(padded) // 4 * 4 - 4]
    return {how: raw for how, raw in ways.items() if len(raw) >= 6}


def dump() -> bytes:
    """Return all that the database keeps: the files of SQLite, every value of PostgreSQL."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return b"".join(p.read_bytes() for p in sorted(file.parent.glob(f"{file.name}*")))
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t.*::text FROM "{table}" t')
            parts += [str(row).encode() for row in cursor.fetchall()]
            columns = [
                c.name
                for c in connection.introspection.get_table_description(cursor, table)
                if c.type_code == 17
            ]  # bytea
            for column in columns:
                cursor.execute(f'SELECT "{column}" FROM "{table}"')
                parts += [bytes(row[0]) for row in cursor.fetchall() if row[0] is not None]
    return b"\n".join(parts)


@pytest.fixture
def lying(committed) -> tuple[list[str], bytes]:
    """Return what there was to learn, and what lies on disk."""
    secrets = story(committed)
    return secrets, dump()


def test_no_personal_thing_lies_in_the_database(lying):
    secrets, found = lying
    assert len(found) > 100_000
    assert b"dibao" in found
    leaks = [(text, how) for text in secrets for how, raw in written(text).items() if raw in found]
    assert leaks == []


@pytest.mark.parametrize("before", ["", "x", "xx"])
def test_the_search_finds_what_lies_open(before):
    """The search itself: in a document that is merely encoded, each secret would be found."""
    for text in (cast.ZHANG_SAN, NAMES[0], SALARY):
        document = f'{before}{{"n":"{text}","m":1}}'
        for lying_open in (
            document.encode(),
            document.encode("utf-16-le"),
            document.encode("utf-16-be"),
            document.encode("gb18030"),
            document.encode().hex().encode(),
            base64.b64encode(document.encode()),
        ):
            assert any(raw in lying_open for raw in written(text).values())


def test_no_number_can_be_searched_for_by_a_digest(lying):
    """
    An artefact holds the salt beside the digest: with the birth date known, a thousand tries find
    the number. So no artefact may lie open, nor any other digest that such tries would meet.
    """
    _, found = lying
    signed = re.findall(rb"(eyJ[\w-]{20,})\.eyJ[\w-]{20,}\.", found)
    # Beside the tests of others a department's count of a day may lie here, which names nobody.
    assert {json.loads(base64.urlsafe_b64decode(head + b"==="))["typ"] for head in signed} <= {
        counts.TYP
    }
    digests = set(re.findall(rb"[0-9a-f]{64}", found))
    assert digests
    salts = {bytes.fromhex(s.decode()) for s in re.findall(rb'"salt":"([0-9a-f]{32})"', found)}
    assert salts == set()
    for sequence in range(1000):
        number = cast.number("19840301", f"{sequence:03d}").encode()
        for tried in (sha256(number).hexdigest(), hmac.new(b"", number, sha256).hexdigest()):
            assert tried.encode() not in digests


def test_no_scan_lies_open(lying):
    kept = list((Path(settings.DATA_DIR) / "evidence").iterdir())
    assert kept
    assert [p.name for p in kept if b"signed by hand" in p.read_bytes()] == []


def test_without_the_key_of_the_case_nothing_opens(county):
    """What a backup holds after the key of a case is destroyed."""
    report = cast.drafted(county)
    from hedui.procedure.record.outcome import Trouble
    from hedui.procedure.record.sealing import CaseKey

    case = report.commission.case
    other = CaseKey.unwrap(CaseKey.wrapped_new(case.id.bytes), case.id.bytes)
    sealed: list[Any] = [
        report.body,
        case.draft,
        case.declarations.get().content,
        *(m.person for m in case.members.all()),
        *(a.sealed_artefact for a in case.authorizations.all()),
    ]
    for piece in sealed:
        with pytest.raises(Trouble):
            other.open_bytes(piece)
