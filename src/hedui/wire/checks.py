"""
Name the checks that a department makes, in their fixed order, and the error each one gives.

The order is part of the profile: nothing is looked up before the signature holds, and the
first check that fails names the error (核验次序).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Check:
    """
    One check: what its failure means, and how it is said on the transport.

    dci: the error code of the DCI acknowledgement, where the whole message fails
    http: the HTTP status, where the whole message fails
    """

    label: str
    dci: str
    http: int


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "malformed_object": Check("报文或授权凭证格式有误", "err.request.bad", 400),
        "unknown_partner": Check("未登记的合作方", "err.sender_id.invalid", 401),
        "signature_invalid": Check("签名无效", "err.signature.invalid", 401),
        "audience_mismatch": Check("接收方不是本单位", "err.receiver_id.invalid", 403),
        "message_ts_invalid": Check("报文时间超出允许范围", "err.request.bad", 400),
        "subject_not_allowed": Check("授权人不是被查询人", "err.request.forbidden", 403),
        "purpose_not_allowed": Check("查询目的不在授权或协议之内", "err.request.forbidden", 403),
        "scope_exceeds_policy": Check("查询范围超出授权或协议", "err.request.forbidden", 403),
        "not_yet_valid": Check("授权尚未生效", "err.request.forbidden", 403),
        "expired": Check("授权已过期", "err.request.forbidden", 403),
        "validity_exceeds_policy": Check("授权有效期过长", "err.request.forbidden", 403),
        "revoked": Check("授权已撤回", "err.request.forbidden", 403),
        "replay": Check("报文编号已用于另一报文", "err.request.bad", 409),
    }
)

_DCI = {
    "rjct": "reference_id.invalid reference_id.duplicate timestamp.invalid search_criteria.invalid"
    " filter.invalid sort.invalid pagination.invalid search.too_many_records_found version.invalid"
    " message_id.duplicate message_ts.invalid action.invalid action.not_supported"
    " total_count.invalid total_count.limit_exceeded errors.too_many",
    "err": "request.bad request.unauthorized request.forbidden request.not_found request.timeout"
    " request.too_many_requests version.not_supported sender_id.invalid sender_uri.invalid"
    " receiver_id.invalid signature.missing signature.invalid encryption.invalid"
    " service.unavailable",
}
REASONS = frozenset(f"{kind}.{code}" for kind, codes in _DCI.items() for code in codes.split())
"""The codes of DCI with which an element may be refused, besides those of the checks."""


class WireError(ValueError):
    """
    What arrived fails a check; `code` is a key of CHECKS.

    The message says where and why in Chinese and never quotes a value that arrived.

    dci: DCI's word for it, where that says more than the check's own
    """

    def __init__(self, code: str, reason: str = "", *, dci: str = "") -> None:
        self.code = code
        self.reason = reason or CHECKS[code].label
        self.dci = dci or CHECKS[code].dci
        super().__init__(f"{code}：{self.reason}")
