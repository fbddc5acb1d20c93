"""Problems 问题文档 (RFC 9457): why something was not done, and what to do, in one sentence."""

import json
from collections.abc import Iterable
from http import HTTPStatus

from django.http import HttpResponse

from hedui.procedure.cases.content import Fault

MEDIA_TYPE = "application/problem+json"
TITLES = {
    "bad-request": "请求不合要求",
    "no-token": "没有有效的令牌",
    "not-allowed": "岗位没有这项权限",
    "not-found": "没有找到",
    "no-such-method": "此地址不支持这种方法",
    "key-used": "键已用于另一内容",
    "at-once": "同时办理,请重试",
    "too-large": "内容过大",
    "unsupported-media-type": "内容类型不对",
    "not-well-formed": "申请文件需要更正",
    "refused": "按规定不能办理",
    "too-many": "调用过于频繁",
    "trouble": "暂时不能办理",
}


class Problem(Exception):
    """What was asked is not done. kind: a key of TITLES; headers: of the answer."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        faults: Iterable[Fault] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.status, self.kind, self.detail = status, kind, detail
        self.faults, self.headers = tuple(faults), headers or {}

    def answer(self) -> HttpResponse:
        """Return it as it is sent."""
        said = {
            "type": f"urn:hedui:problem:{self.kind}",
            "title": TITLES[self.kind],
            "status": self.status.value,
            "detail": self.detail,
        }
        errors = [{"pointer": _pointer(one.field), "detail": str(one)} for one in self.faults]
        content = json.dumps(said | ({"errors": errors} if errors else {}), ensure_ascii=False)
        return HttpResponse(
            content, status=self.status.value, content_type=MEDIA_TYPE, headers=self.headers
        )


def _pointer(path: str) -> str:
    return f"#/{path}" if path else "#"
