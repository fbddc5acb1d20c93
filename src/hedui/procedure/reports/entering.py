"""
The way in to one's own page 本人查询入口: which number opens it, and how often one may try.

A number has 54 random bits, and nobody finds one by trying; what the limits hold back is who has
seen a paper and tries the resident numbers of a household, and who makes the platform work.
"""

import ipaddress
import logging
from contextlib import suppress
from datetime import timedelta

from hedui.procedure.authorizations.models import Sheet
from hedui.procedure.authorizations.numbers import PREFIX, new_number, read_number
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Member
from hedui.procedure.cases.queries import index_of_number
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.sealing import blind
from hedui.procedure.reports.models import Attempt, OwnCode

CODE_PREFIX = "CX"
WINDOW = timedelta(hours=1)
PER_NUMBER, PER_ADDRESS = 5, 60
"""Wrong attempts in an hour with one number, and from one network address."""
log = logging.getLogger(__name__)


class TooMany(Refusal):
    """Too many wrong attempts with one number, or from one address."""

    def __init__(self) -> None:
        super().__init__("尝试次数过多,请一小时后再试,或到受理窗口查询。")


@act("发给本人查询码", article="个人信息保护法 第45条、第50条", roles={Role.INTAKE})
def give_code(*, member: Member, by: Actor) -> str:
    """
    Give a person who has shown their document a code for their own page, and return it this once.

    An earlier code of theirs opens nothing from now on.

    :raises NotYours: another agency took the case in
    :raises Refusal: the person is no longer of the household
    """
    if member.case.agency_id != by.agency:
        raise NotYours
    if member.replaced:
        raise Refusal("这位成员的信息已更正,请在更正后的成员处办理。")
    code = CODE_PREFIX + new_number().removeprefix(PREFIX)
    held = OwnCode(member=member, code=_index(code), given_at=moment())
    held.entry_id = note(case=member.case_id, member=str(member.pk), own_code=str(held.pk))
    held.save(force_insert=True)
    return code


def who_enters(number: str, id_number: str, *, address: str) -> Member | None:
    """
    Return the person whose page a number opens, to who knows it and their resident number.

    The number is that of a form (on the paper that the person keeps), or a code from the window;
    the resident number tells them from others of the household who may have seen it. Every wrong
    attempt counts, whether or not there is such a number.

    :raises TooMany: with this number, or from this address
    """
    by_number = _counted(_subject("number", _typed(number)), PER_NUMBER)
    by_address = _counted(_subject("address", _network(address)), PER_ADDRESS)
    member, index = _holder(number), index_of_number(id_number)
    if member is None or index is None or member.number_index != index:
        return None
    Attempt.objects.filter(pk__in=(by_number.pk, by_address.pk)).delete()
    return member


def read_code(text: str) -> str | None:
    """Read the number of a form (SQ-…) or a code (CX-…) as it was typed; None if it is neither."""
    typed = _typed(text)
    if typed.startswith(CODE_PREFIX):
        number = read_number(typed.removeprefix(CODE_PREFIX))
        return CODE_PREFIX + number.removeprefix(PREFIX) if number else None
    return read_number(typed)


def scope_of(text: str) -> str:
    """Return the scope of who holds a number: the case of the form, or of whom the code is."""
    number = read_code(text) or ""
    if number.startswith(CODE_PREFIX):
        return f"own:{_index(number)}"
    return f"sheet:{number}"


def _typed(text: str) -> str:
    """Return the characters of a number in one way of writing it, readable or not."""
    return "".join(text.upper().split()).replace("-", "")


def _holder(text: str) -> Member | None:
    number = read_code(text)
    if number is None:
        return None
    if number.startswith(CODE_PREFIX):
        held = OwnCode.objects.select_related("member__case").filter(code=_index(number)).first()
        newest = held and held.member.own_codes.order_by("-id").first()
        return held.member if held and held == newest else None
    sheet = Sheet.objects.select_related("member__case").filter(pk=number).first()
    return sheet.member if sheet else None


def _counted(subject: str, limit: int) -> Attempt:
    """Count an attempt before it is looked at, so that none of many at once slips by."""
    at = moment()
    attempt = Attempt.objects.create(subject=subject, at=at)
    tried = Attempt.objects.filter(subject=subject, at__gt=at - WINDOW).count()
    if tried > limit:
        # Not kept, or who goes on trying would shut the owner of the number out for ever.
        attempt.delete()
        log.warning("本人查询:同一编号或同一网络地址在一小时内尝试过多,暂不受理。")
        raise TooMany
    return attempt


def forget_attempts() -> int:
    """Delete the attempts that no longer count, and return how many."""
    return Attempt.objects.filter(at__lt=moment() - WINDOW).delete()[0]


def _subject(kind: str, value: str) -> str:
    return blind(f"own {kind} {value}")


def _index(code: str) -> str:
    return blind(f"own code {code}")


def _network(address: str) -> str:
    """Return the address that counts as one: of IPv6 the network of 64 bits, else it itself."""
    with suppress(ValueError):
        parsed = ipaddress.ip_address(address)
        if parsed.version == 6:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
