"""
The authorization form on paper (核对授权书): one person, to be read, signed and kept.

The text is the programme's, by version; its digest stands on the paper, so that the signed sheet
and the artefact issued from it name the same words. Not here: what a form says, and masking.
"""

from __future__ import annotations

from typing import Any

from hedui.procedure.reports.documents import wording
from hedui.procedure.reports.documents.glyphs import Printed
from hedui.procedure.reports.documents.typesetting import Document, qr, typeset
from hedui.procedure.reports.documents.wording import Unprintable

REQUIRED = (
    "number",
    "printed_at",
    "agency",
    "body",
    "programme_label",
    "purpose",
    "form",
    "person",
    "paragraphs",
    "items",
    "period",
    "valid_until",
    "notice",
    "own_address",
)


def authorization_form_pdf(form: dict[str, Any]) -> bytes:
    """
    Print an authorization form (核对授权书) for one person to sign, on A4.

    form:
      number: of the sheet, "SQ-7K3M-QP2X-9TAC"; printed, and as QR code
      printed_at: RFC 3339 moment; the same form gives the same bytes
      title: optional, 居民家庭经济状况核对授权书 if absent
      agency, body: 申请受理机关 and 核对机构
      programme_label, purpose: "最低生活保障", "仅供…使用"
      form: {"id": "dibao-2024-1", "digest": "sha256:…"} of the text signed
      person: {"name", "id_number", "relation_label", "guardian"}; the number is printed as given,
        masked or whole; guardian is None or {"name", "id_number", "relation"}
      paragraphs: the text, one string each
      items: [{"department", "source_label", "items": [label, …]}, …]
      period: {"from", "to"}, the days inquired about, both included
      valid_until: last day on which the authorization may be used
      notice: {"version", "digest", "sections": [{"heading", "lines"}, …]}, the 告知书 that goes
        with it on a page of its own
      own_address: of the page on which the person sees who asked about them

    :raises Unprintable: a field is missing or empty where the law wants it (no blank forms)
    :raises TypesettingFailed, FontsMissing: see there
    """
    missing = [name for name in REQUIRED if not form.get(name)]
    if missing:
        raise Unprintable(f"授权书缺少内容，不得打印空白授权书：{'、'.join(missing)}")
    given = _given(form)
    return typeset(
        Document(
            template="authorization_form",
            given=given,
            title=str(given["title"]),
            author=form["body"],
            number=form["number"],
            at=wording.moment(form["printed_at"]),
        )
    )


def _given(form: dict[str, Any]) -> dict[str, Printed]:
    guardian = form["person"]["guardian"] or {}
    return {
        "title": form.get("title") or "居民家庭经济状况核对授权书",
        "body": form["body"],
        "number": form["number"],
        "purpose": form["purpose"],
        "particulars": _particulars(form),
        "paragraphs": list(form["paragraphs"]),
        "items": [
            {
                "department": row["department"],
                "source": row["source_label"],
                "items": "、".join(row["items"]),
            }
            for row in form["items"]
        ],
        "guardian": {
            "name": guardian.get("name", ""),
            "id": guardian.get("id_number", ""),
            "relation": guardian.get("relation", ""),
        },
        "qr": qr(form["number"]),
        "notice": form["notice"],
        "own_address": form["own_address"],
        "form": form["form"]["id"],
        "digest": form["form"]["digest"],
    }


def _particulars(form: dict[str, Any]) -> list[Printed]:
    person = form["person"]
    return [
        ["授 权 人", person["name"]],
        ["公民身份号码", person["id_number"]],
        ["与申请人关系", person["relation_label"]],
        ["救助项目", form["programme_label"]],
        ["受理机关", form["agency"]],
        ["核对机构", form["body"]],
        ["查询期间", wording.span(form["period"])],
        ["授权有效期至", wording.long_date(form["valid_until"])],
        ["授权书编号", form["number"]],
        ["用　　途", form["purpose"]],
    ]
