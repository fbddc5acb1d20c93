"""机构的办理: establish an agency, appoint an officer, register a department's service."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from hedui import catalogue
from hedui.procedure.agencies.models import Agency, Department, Officer, Post
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.values.divisions import DivisionError
from hedui.values.divisions import division as known_division
from hedui.wire.seals import KeyFileError, read_publics
from hedui.wire.seals.signatures import PublicKey


@act("登记机构", article="民办函〔2011〕365号 二(一)", roles={Role.SYSTEM_ADMIN})
def establish(*, name: str, kind: str, division: str, by: Actor) -> Agency:
    """Register an agency 机构. :raises Refusal: there is no such division today"""
    if not Agency.objects.filter(name=name).exists():
        _in_force(division)  # one that stands may be of a division that has ended since
    entry = note(name=name, kind=kind, division=division)
    placed = {"kind": kind, "division": division, "entry_id": entry}
    return Agency.objects.get_or_create(name=name, defaults=placed)[0]


LONGEST_DAYS = 5 * 366
BY_TWO = (
    "这个部门已有信息共享协议,更换服务地址和验签公钥须由两人办理:"
    "在“协作部门”的“地址和公钥”中提出,由另一位安全管理员批准。"
)


@act("设定授权受理方式", article="个人信息保护法 第51条", roles={Role.SYSTEM_ADMIN})
def arrange_intake(
    *,
    agency: Agency,
    second_person: bool,
    numbered_only: bool,
    authorization_days: int,
    by: Actor,
) -> Agency:
    """
    Settle how an agency takes in authorizations 受理方式, from now on (see `Agency`).

    :raises Refusal: a validity that nobody may be asked to sign for
    """
    if not 1 <= authorization_days <= LONGEST_DAYS:
        raise Refusal(f"授权有效天数应为 1 至 {LONGEST_DAYS} 天。", "authorization_days")
    settled: dict[str, Any] = {
        "second_person": second_person,
        "numbered_only": numbered_only,
        "authorization_days": authorization_days,
    }
    settled["entry_id"] = note(agency_settled=str(agency.id), **settled)
    held = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    for name, value in settled.items():
        setattr(held, name, value)
    held.save(update_fields=list(settled))
    return held


@act("任命岗位", article="民办函〔2011〕365号 二(一)", roles={Role.SYSTEM_ADMIN})
def appoint(*, officer: Officer, agency: Agency, role: Role, first_day: date, by: Actor) -> Post:
    """
    Give an officer a post 岗位 from a day on; one without an end that they hold stays as it is.

    :raises Refusal: it is one's own, or the same was given from that day and ended again
    """
    if by.identifier == f"officer:{officer.pk}":
        raise Refusal("不能给自己任命岗位,请由另一位系统管理员任命。", "officer")
    entry = note(officer=officer.pk, agency=str(agency.id), role=role.value)
    same = Post.objects.filter(officer=officer, agency=agency, role=role)
    if held := same.filter(last_day=None).first():
        return held
    if same.filter(first_day=first_day).exists():
        raise Refusal("这一天起的同一岗位已经任命过,又免去了。请改任职起。", "first_day")
    return Post.objects.create(
        officer=officer, agency=agency, role=role, first_day=first_day, entry_id=entry
    )


@act("免去岗位", article="民办函〔2011〕365号 二(一)", roles={Role.SYSTEM_ADMIN})
def relieve(*, post: Post, last_day: date, by: Actor) -> Post:
    """
    End a post 岗位: it counts on its last day, and on none after it.

    :raises Refusal: it is one's own, the day is over, or the post ends before it
    """
    held = Post.objects.select_for_update(of=("self",), no_key=True).get(pk=post.pk)
    if by.identifier == f"officer:{held.officer_id}":
        raise Refusal("不能免去自己的岗位,请由另一位系统管理员办理。")
    if last_day < today() - timedelta(days=1):
        raise Refusal("任职止最早为昨天,岗位从今天起免去。", "last_day")
    if held.last_day is not None and held.last_day < last_day:
        raise Refusal("这个岗位在这一天以前已经终止。", "last_day")
    held.last_day = last_day
    held.entry_id = note(
        officer=held.officer_id, agency=str(held.agency_id), role=held.role, post=held.pk
    )
    held.save(update_fields=["last_day", "entry_id"])
    return held


@act("登记协作部门", article="民办函〔2011〕365号 二(三)", roles={Role.SYSTEM_ADMIN})
def agree(
    *,
    source: str,
    division: str,
    name: str,
    base_url: str,
    public_key: str,
    answer_within: int,
    by: Actor,
) -> Department:
    """
    Register a department 协作部门 for one source; an agreement lets it be asked.

    One that stands for the same source and division is replaced from today on, and the ledger keeps
    that it was. Its address and key too, until there is an agreement; after that two officers
    change them (`key_changes`).

    base_url, public_key: empty where it has no service; of who signs files the key is needed

    :raises Refusal: the source is unknown, there is no such division today, no address or public
        key is to be read, or another one than that of a department under an agreement
    """
    if source not in catalogue.sources():
        raise Refusal(f"目录中没有数据来源“{source}”。", "source")
    place = {"source": source, "division": division}
    held = Department.objects.select_for_update(no_key=True).filter(**place, last_day=None).first()
    if held is None:
        _in_force(division)
    address = known_address(base_url)
    known = _known_keys(public_key) if public_key or base_url else []
    kids = [key.kid for key in known]
    terms = {
        "entry_id": note(source=source, division=division, base_url=address, keys=kids),
        "name": name,
        "base_url": address,
        "public_key": public_key,
        "receiver_id": f"{division}-{source}",
        "answer_within": answer_within,
    }
    if held is None:
        return Department.objects.create(**place, **terms, first_day=today())
    if held.agreements.exclude(approved_at=None).exists():
        if _kids(known) != _kids(_known_keys(held.public_key) if held.public_key else []):
            raise Refusal(BY_TWO, "public_key")
        if address != held.base_url:
            raise Refusal(BY_TWO, "base_url")
        terms["public_key"] = held.public_key  # however it is written
    for field, value in terms.items():
        setattr(held, field, value)
    held.save(update_fields=list(terms))
    return held


def known_address(base_url: str) -> str:
    """Return an address as it is kept, which may be none. :raises Refusal: it is no address"""
    address = urlsplit(base_url)
    is_one = address.scheme in {"http", "https"} and address.hostname and not address.query
    if base_url and not is_one:
        raise Refusal(
            "服务地址应以 https:// 或 http:// 开头,如 https://10.0.0.5:8443;"
            "用文件、视图问答的部门不填。",
            "base_url",
        )
    return base_url.rstrip("/")


def _kids(keys: list[PublicKey]) -> set[str]:
    return {key.kid for key in keys}


def _known_keys(public_key: str) -> list[PublicKey]:
    try:
        return list(read_publics(public_key))
    except KeyFileError as fault:
        raise Refusal(
            f"验签公钥不能使用({fault}),请粘贴部门提供的 .pub.pem 文件全文。", "public_key"
        ) from None


def _in_force(code: str) -> None:
    try:
        known_division(code, today())
    except DivisionError as error:
        raise Refusal(str(error), "division") from error
