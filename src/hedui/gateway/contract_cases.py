"""The cases of the contract kit: what is sent, and what must come (检验项目)."""

from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta

from hedui.gateway.contract import (
    Case,
    answered,
    answers_in_short,
    answers_later,
    keeps_the_others,
    knows_a_replay,
    nothing_of,
    other_addresses,
    other_methods,
    refused,
    repeats_itself,
    turned_away,
)
from hedui.gateway.trial import ANOTHER, NOBODY, REVOKED, Authority, unsigned
from hedui.values.periods import Period
from hedui.wire import artefact
from hedui.wire.inquiry import InquiryElement

_LONG_AGO, _SOON = timedelta(days=400), timedelta(minutes=20)


def _one_item(authority: Authority) -> InquiryElement:
    return authority.ask(items=authority.names[:1])


def _more_than_granted(authority: Authority) -> InquiryElement:
    return authority.granted(items=authority.names[:1])


def _nothing_granted(authority: Authority) -> InquiryElement:
    element = authority.granted(items=authority.names[:1])
    return replace(element, items=authority.names[1:2])


def _of_another_source(authority: Authority) -> InquiryElement:
    return authority.granted(items=("death" if authority.source.name != "death" else "bank",))


def _expired(authority: Authority) -> InquiryElement:
    now = authority.now()
    return authority.granted(
        iat=now - _LONG_AGO, nbf=now - _LONG_AGO, exp=now - timedelta(seconds=1)
    )


def _not_yet(authority: Authority) -> InquiryElement:
    return authority.granted(nbf=authority.now() + timedelta(days=1))


def _issued_tomorrow(authority: Authority) -> InquiryElement:
    return authority.granted(iat=authority.now() + timedelta(days=1))


def _too_long(authority: Authority) -> InquiryElement:
    return authority.granted(exp=authority.now() + timedelta(days=6 * 366))


def _beyond_the_period(authority: Authority) -> InquiryElement:
    element = authority.ask()
    return replace(
        element, period=Period(element.period.first - timedelta(days=1), element.period.last)
    )


def _of_another(authority: Authority) -> InquiryElement:
    return authority.ask(subject_name=ANOTHER.name, subject_number=ANOTHER.number)


def _by_a_stranger(authority: Authority) -> InquiryElement:
    return authority.granted(signer=authority.stranger)


def _issued_by_another(authority: Authority) -> InquiryElement:
    return authority.granted(iss="000001-hedui")


def _altered_artefact(authority: Authority) -> InquiryElement:
    head, _, seal = artefact.issue(authority.permission(), authority.signer).split(".")
    other = artefact.issue(authority.permission(jti="TRIAL-2"), authority.signer).split(".")[1]
    return authority.ask(f"{head}.{other}.{seal}")


def _unsigned_artefact(authority: Authority) -> InquiryElement:
    head = urlsafe_b64encode(b'{"alg":"none","typ":"hedui-authorization+jws"}').decode().rstrip("=")
    payload = artefact.issue(authority.permission(), authority.signer).split(".")[1]
    return authority.ask(f"{head}.{payload}.AA")


def _about_nobody(authority: Authority) -> InquiryElement:
    stranger = replace(authority, person=NOBODY)
    return stranger.ask()


def _with_another_name(authority: Authority) -> InquiryElement:
    return authority.ask(subject_name="' or '1'='1")


def _broken_seal(authority: Authority) -> bytes:
    return authority.message().replace(b'"locale":"zho"', b'"locale":"eng"')


def _with_dot(authority: Authority) -> bytes:
    return authority.message().replace(b'"total_count":1', b'"total_count":1.0')


def _nan(authority: Authority) -> bytes:
    return authority.message().replace(b'"total_count":1', b'"total_count":NaN')


def _twice(authority: Authority) -> bytes:
    return authority.message().replace(b'"action":"search"', b'"action":"search","action":"search"')


def _two_of_a_name(authority: Authority) -> bytes:
    body = authority.message(authority.ask(), replace(authority.ask(), reference_id="two"))
    return authority.altered(body.replace(b'"reference_id":"two"', b'"reference_id":"one"'), {})


def _old(authority: Authority) -> bytes:
    return authority.message(at=authority.now() - _SOON)


def _early(authority: Authority) -> bytes:
    return authority.message(at=authority.now() + _SOON)


def _extra_key(authority: Authority) -> bytes:
    return authority.altered(authority.message(), {"surprise": "x"})


CASES: tuple[Case, ...] = (
    Case("经授权查询一人", "答复,只含所问各项", answered(lambda a: a.ask())),
    Case("只问一项", "只答这一项", answered(_one_item)),
    Case("简答", "只答简答项,不带所依据的数值", answers_in_short),
    Case(
        "所问多于授权",
        "只答授权的一项",
        answered(_more_than_granted, lambda a, _: set(a.names[:1])),
    ),
    Case(
        "查无此人",
        "NOT_FOUND 或 UNAVAILABLE",
        nothing_of(_about_nobody, "NOT_FOUND", "UNAVAILABLE"),
    ),
    Case(
        "姓名不符(并夹带 SQL)",
        "不披露任何内容",
        nothing_of(_with_another_name, "NAME_MISMATCH", "MULTIPLE", "NOT_FOUND", "UNAVAILABLE"),
    ),
    Case("所问未经授权", "scope_exceeds_policy", refused(_nothing_granted, "scope_exceeds_policy")),
    Case(
        "授权的是另一来源",
        "scope_exceeds_policy",
        refused(_of_another_source, "scope_exceeds_policy"),
    ),
    Case(
        "期间超出授权", "scope_exceeds_policy", refused(_beyond_the_period, "scope_exceeds_policy")
    ),
    Case("授权人是另一人", "subject_not_allowed", refused(_of_another, "subject_not_allowed")),
    Case(
        "救助项目与授权不符",
        "purpose_not_allowed",
        refused(lambda a: a.granted(programme="other"), "purpose_not_allowed", "malformed_object"),
    ),
    Case("授权已过期", "expired", refused(_expired, "expired")),
    Case("授权尚未生效", "not_yet_valid", refused(_not_yet, "not_yet_valid")),
    Case("授权签发于将来", "not_yet_valid", refused(_issued_tomorrow, "not_yet_valid")),
    Case("授权期过长", "validity_exceeds_policy", refused(_too_long, "validity_exceeds_policy")),
    Case(
        "授权已撤回",
        "revoked",
        refused(lambda a: a.granted(jti=REVOKED), "revoked"),
    ),
    Case(
        "授权由陌生密钥签名",
        "unknown_partner 或 signature_invalid",
        refused(_by_a_stranger, "unknown_partner", "signature_invalid"),
    ),
    Case("授权由他人签发", "unknown_partner", refused(_issued_by_another, "unknown_partner")),
    Case("授权内容被改动", "signature_invalid", refused(_altered_artefact, "signature_invalid")),
    Case(
        "授权没有签名(alg none)",
        "拒绝",
        refused(_unsigned_artefact, "signature_invalid", "unknown_partner", "malformed_object"),
    ),
    Case(
        "来源不是本部门",
        "audience_mismatch",
        refused(lambda a: a.ask(source="nowhere"), "audience_mismatch"),
    ),
    Case(
        "号码有误",
        "malformed_object",
        refused(lambda a: a.ask(subject_number="990101198501010011"), "malformed_object"),
    ),
    Case("一份报文中一项有误", "其余照常答复", keeps_the_others),
    Case(
        "报文收件人是别人",
        "403 audience_mismatch",
        turned_away(lambda a: a.message(receiver="000001-nowhere"), "audience_mismatch", 403),
    ),
    Case(
        "报文早于 15 分钟", "400 message_ts_invalid", turned_away(_old, "message_ts_invalid", 400)
    ),
    Case(
        "报文晚于 15 分钟", "400 message_ts_invalid", turned_away(_early, "message_ts_invalid", 400)
    ),
    Case(
        "报文被改动", "401 signature_invalid", turned_away(_broken_seal, "signature_invalid", 401)
    ),
    Case(
        "报文由陌生密钥签名",
        "401 unknown_partner",
        turned_away(lambda a: a.message(signer=a.stranger), "unknown_partner", 401),
    ),
    Case(
        "冒用他人名义",
        "401 unknown_partner",
        turned_away(lambda a: a.message(sender="000001-hedui"), "unknown_partner", 401),
    ),
    Case(
        "报文没有签名",
        "400 malformed_object",
        turned_away(lambda a: unsigned(a.message()), "malformed_object", 400),
    ),
    Case("重复的键", "400 malformed_object", turned_away(_twice, "malformed_object", 400)),
    Case("NaN", "400 malformed_object", turned_away(_nan, "malformed_object", 400)),
    Case("小数", "400 malformed_object", turned_away(_with_dot, "malformed_object", 400)),
    Case("未约定的键", "400 malformed_object", turned_away(_extra_key, "malformed_object", 400)),
    Case(
        "查询数与 total_count 不符",
        "400 malformed_object",
        turned_away(lambda a: a.altered(a.message(), {"total_count": 2}), "malformed_object", 400),
    ),
    Case("编号重复", "400 malformed_object", turned_away(_two_of_a_name, "malformed_object", 400)),
    Case(
        "另一版本",
        "400 malformed_object",
        turned_away(
            lambda a: a.altered(a.message(), {"version": "2.0.0"}), "malformed_object", 400
        ),
    ),
    Case(
        "不是 JSON", "400 malformed_object", turned_away(lambda _: b"<x>", "malformed_object", 400)
    ),
    Case(
        "嵌套二十万层",
        "400 malformed_object",
        turned_away(lambda _: b"[" * 200_000, "malformed_object", 400),
    ),
    Case(
        "报文过长",
        "413",
        turned_away(lambda _: b" " * (1024 * 1024 + 1), "malformed_object", 413),
    ),
    Case(
        "另一内容类型",
        "415",
        turned_away(lambda a: a.message(), "malformed_object", 415, media_type="text/plain"),
    ),
    Case("同一报文再来", "同一答复", repeats_itself),
    Case("同一编号的另一报文", "409 replay", knows_a_replay),
    Case("稍后答复(异步)", "受理一次,问得到结果", answers_later),
    Case("另一方法", "405", other_methods),
    Case("另一地址", "404", other_addresses),
)
