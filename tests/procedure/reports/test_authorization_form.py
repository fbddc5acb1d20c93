"""What the printed authorization form guarantees."""

from __future__ import annotations

import io

import pypdf
import pytest

from hedui.procedure.reports import documents
from tests.procedure.reports import bodies
from tests.procedure.reports.bodies import ABSENT
from tests.procedure.reports.test_documents import said


def test_the_form_carries_the_whole_text_the_items_and_room_to_sign():
    form = bodies.form()
    made = documents.authorization_form_pdf(form)
    reader = pypdf.PdfReader(io.BytesIO(made))
    text = said(reader)
    wanted = [*form["paragraphs"], form["number"], form["form"]["digest"], form["form"]["id"]]
    wanted += [row["department"] for row in form["items"]]
    wanted += ["、".join(row["items"]) for row in form["items"]]
    wanted += ["张小禾", "990101********4214", "2023年8月1日至2024年7月31日", "2025年1月31日"]
    wanted += [
        "授权人签名",
        "监护人签名",
        "经办人签名",
        "授权人指印",
        "监护人：张立新",
        "最低生活保障",
    ]
    wanted += ["https://hedui.example/mine/"]
    wanted += ["个人信息查询告知书", "一、谁处理您的信息", "随时撤回授权。"]
    wanted += [form["notice"]["version"], form["notice"]["digest"]]
    assert [piece for piece in wanted if piece not in text] == []
    assert len(reader.pages) == 3 and made == documents.authorization_form_pdf(form)


@pytest.mark.parametrize(
    "field", ["paragraphs", "items", "purpose", "valid_until", "person", "notice"]
)
def test_no_blank_form_is_printed(field):
    with pytest.raises(documents.Unprintable, match=field):
        documents.authorization_form_pdf({**bodies.form(), field: None})


def test_a_rare_name_is_spelled_out_on_the_form_too():
    form = bodies.form()
    form["person"]["name"] = f"李{ABSENT}"
    text = said(pypdf.PdfReader(io.BytesIO(documents.authorization_form_pdf(form))))
    assert "李〔U+2A6A5〕" in text and "本文书中〔U+2A6A5〕" in text
