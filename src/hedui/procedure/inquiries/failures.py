"""
Failures 未得到可用反馈: what each way of having no usable answer means, and who does what about it.

A reply is kept as outcome and code; here is what people read for them, and for what never became a
reply: a file or a message of answers that was not taken. None of it is about a
family: that a source did not answer is never used against anyone (R13).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from hedui.wire.files import FAULTS

ADMINISTRATOR, OFFICER, NOBODY = "系统管理员", "核对经办人", "无需处理"


@dataclass(frozen=True, slots=True)
class Failure:
    """
    One kind of failure.

    by: who has something to do; remedy: what; is_fault: whether the department, or the way to it,
    fails as a whole, so that asking it again at once is no use; is_ours: whether it never left, or
    was not looked at, so that nothing is known of the department
    """

    name: str
    label: str
    by: str
    remedy: str
    is_fault: bool = False
    is_ours: bool = False


_FAULTS = {
    "unreachable": (
        "连不上部门",
        "请核对“协作部门”中的服务地址,并请部门确认前置机在运行、网络和域名解析正常。",
    ),
    "certificate": (
        "部门的证书不能验证",
        "没有发送任何内容。请部门核对证书是否过期、域名是否相符、签发机构是否已登记;"
        "更换证书须由两位管理员核实。",
    ),
    "slow": ("部门超时未答", "请部门检查前置机负荷和数据查询速度;系统会自动重试。"),
    "cut": ("反馈中途断开", "请部门检查前置机和代理的连接时限;系统会自动重试。"),
    "too_large": ("反馈超出长度上限", "反馈已弃而未读。请部门检查是否答复了未查询的内容。"),
    "no_protocol": ("对方说的不是约定的协议", "请核对服务地址和端口是否指向部门的前置机。"),
    "moved": ("部门要求转往别处", "系统不跟随转址。地址变更的,请部门书面告知后登记新地址。"),
    "closed": (
        "部门拒绝接入",
        "请部门核对本平台的公钥、接收方标识和网络白名单是否已登记,服务路径是否正确。",
    ),
    "busy": ("部门请求过多,暂不接受", "请与部门商定每分钟查询数,并登记在信息共享协议中。"),
    "down": ("部门系统故障或维护", "请联系部门确认恢复时间;系统会自动重试。"),
    "no_message": (
        "反馈不是约定格式的报文",
        "反馈已隔离,未采用。请部门按报文格式说明检查前置机,维护页面不得以成功状态返回。",
    ),
    "signature": (
        "反馈的签名不成立",
        "反馈已隔离,未采用。请部门核对签名密钥;换钥的,须当面或书面核实,由两人更换公钥。"
        "不能解释的,按安全事件处理。",
    ),
    "addressee": (
        "反馈不是给本平台的,或不是该部门的",
        "反馈已隔离,未采用。请部门核对机构标识的配置。",
    ),
    "clock": ("报文时间相差过大", "请部门和本平台各自校准时钟,相差不得超过15分钟。"),
    "no_exchange": (
        "文件交换不能进行",
        "请在运行后台的服务器上试连这个部门,按提示核对连接文件、密钥和文件夹权限。"
        "待问的和已放入的文件都还在,恢复后自动继续;恢复以前,已过答复时限的记为未反馈。",
    ),
    "not_admitted": (
        "推送反馈时没有出示约定的令牌或者客户端证书",
        "反馈没有收下。请与部门核对约定的推送令牌和客户端证书,两边写成一致;"
        "不能解释的,按安全事件处理。",
    ),
    "file_refused": (
        "反馈文件整份没有采用",
        "其中的答复一项也没有采用。请告知部门怎样改正后重报,逐份的情况见“批量文件”;"
        "期限内没有重报的记为未反馈。",
    ),
    "replay": (
        "反馈所答的是另一次查询",
        "反馈已隔离,未采用。请部门检查代理或缓存是否把旧反馈重复发出;屡次出现按安全事件处理。",
    ),
}
_OTHERS = {
    "broken_here": (
        "本平台处理时出错",
        ADMINISTRATOR,
        "请查看系统日志中的错误类别,并报告给软件维护方。",
    ),
    "later": ("部门稍后答复", NOBODY, "系统会在时限内自动再问。"),
    "not_now": (
        "部门称暂不能答复",
        ADMINISTRATOR,
        "请联系部门确认数据何时可用;系统会自动重试。",
    ),
    "unreadable": (
        "反馈内容不符合目录,已隔离",
        ADMINISTRATOR,
        "未采用、未猜测。请把查询项目录发给部门,核对单位(分)、代码、日期和必填项。",
    ),
    "other_person": (
        "反馈的是另一人的信息,已隔离",
        ADMINISTRATOR,
        "未采用、未保存其内容。请部门检查查询是否按完整号码匹配,并按个人信息安全事件处理。",
    ),
    "missing": (
        "反馈不完整,缺少这一项",
        ADMINISTRATOR,
        "缺少的不作“无”。请部门检查批量处理是否中断;系统会再问缺少的部分。",
    ),
    "name_mismatch": (
        "号码相同、姓名不同",
        OFFICER,
        "未计入。请核对申报的姓名(曾用名、生僻字),必要时请部门核实是否重号。",
    ),
    "multiple": ("部门查到多人同号", OFFICER, "未计入。请持证件信息与部门人工核实。"),
    "refused": (
        "部门核验后拒绝答复",
        ADMINISTRATOR,
        "请按拒绝代码核对授权、协议的范围和期限;部门登记有误的,请其更正。",
    ),
    "kept": ("未发出", NOBODY, "授权已撤回或凭证已过时,按规定不发送。"),
    "discarded": ("授权已撤回,反馈未经阅看即弃", NOBODY, "按规定弃去,无需处理。"),
}
_OURS = {"broken_here", "kept", "discarded"}
FAILURES: Mapping[str, Failure] = MappingProxyType(
    {
        **{
            name: Failure(name, label, ADMINISTRATOR, remedy, is_fault=True)
            for name, (label, remedy) in _FAULTS.items()
        },
        **{name: Failure(name, *told, is_ours=name in _OURS) for name, told in _OTHERS.items()},
    }
)
_BY_CODE = {
    ("NO_ANSWER", "gaierror"): "unreachable",
    ("NO_ANSWER", "ConnectionRefusedError"): "unreachable",
    ("NO_ANSWER", "TimeoutError"): "unreachable",
    ("NO_ANSWER", "OSError"): "unreachable",
    ("NO_ANSWER", "SSLCertVerificationError"): "certificate",
    ("NO_ANSWER", "SSLError"): "certificate",
    ("NO_ANSWER", "TooSlow"): "slow",
    ("NO_ANSWER", "IncompleteRead"): "cut",
    ("NO_ANSWER", "RemoteDisconnected"): "cut",
    ("NO_ANSWER", "ConnectionResetError"): "cut",
    ("NO_ANSWER", "BrokenPipeError"): "cut",
    ("NO_ANSWER", "SSLEOFError"): "cut",
    ("NO_ANSWER", "TooLarge"): "too_large",
    ("NO_ANSWER", "BadStatusLine"): "no_protocol",
    ("NO_ANSWER", "UnknownProtocol"): "no_protocol",
    ("NO_ANSWER", "LineTooLong"): "no_protocol",
    ("NO_ANSWER", "HTTPException"): "no_protocol",
    ("NO_ANSWER", "InvalidURL"): "unreachable",
    ("NO_ANSWER", "revoked"): "kept",
    ("NO_ANSWER", "ticket_expired"): "kept",
    ("UNAVAILABLE", "pdng"): "later",
    ("UNAVAILABLE", "err.request.too_many_requests"): "busy",
    ("UNAVAILABLE", "http_429"): "busy",
    ("UNAVAILABLE", "http_503"): "down",
    ("UNREADABLE", "QUARANTINED"): "other_person",
    ("UNREADABLE", "MISSING"): "missing",
    ("UNREADABLE", "UNREADABLE"): "unreadable",
    ("UNREADABLE", "signature_invalid"): "signature",
    ("UNREADABLE", "unknown_partner"): "signature",
    ("UNREADABLE", "audience_mismatch"): "addressee",
    ("UNREADABLE", "message_ts_invalid"): "clock",
    ("UNREADABLE", "replay"): "replay",
}
_BY_STATUS = {"2": "no_message", "1": "no_protocol", "3": "moved", "4": "closed", "5": "down"}
_BY_OUTCOME = {
    "NO_ANSWER": "broken_here",
    "UNAVAILABLE": "not_now",
    "UNREADABLE": "no_message",
    "REFUSED": "refused",
    "NAME_MISMATCH": "name_mismatch",
    "MULTIPLE": "multiple",
    "DISCARDED": "discarded",
}


def failure_of_file(code: str) -> Failure:
    """Tell what kind of failure a file of answers is that was not taken as a whole, and why."""
    kind, fault = FAILURES["file_refused"], FAULTS.get(code)
    if fault is None:
        return kind
    return replace(
        kind,
        name=f"{kind.name}:{code}",
        label=f"{kind.label}:{fault.said}",
        remedy=f"请告知部门:{fault.remedy}。期限内没有重报的记为未反馈。",
    )


def failure_of(outcome: str, code: str) -> Failure | None:
    """Tell what kind of failure a reply is; None for one that may be used."""
    name = _BY_CODE.get((outcome, code)) or _BY_OUTCOME.get(outcome)
    if outcome == "UNAVAILABLE" and code.startswith("http_") and code != "http_429":
        name = _BY_STATUS.get(code[5:6], "down")
    return FAILURES[name] if name else None
