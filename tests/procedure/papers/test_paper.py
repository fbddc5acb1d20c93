"""A form or a notice on paper: tagged, in Chinese, rare characters too; a pile counts its pages."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest

from hedui.procedure.papers import catalogue
from hedui.procedure.papers.describing import described
from hedui.procedure.reports.documents import (
    Paper,
    paper_document,
    pile_document,
    report_document,
    typeset,
)
from hedui.procedure.reports.documents.typesetting import Document
from tests.procedure.reports import bodies
from tests.procedure.reports.test_documents import said, tags

AT = datetime(2026, 11, 26, 1, 2, 3, 4, tzinfo=UTC)
NAMED = {"申请人": {"姓名": f"王{bodies.RARE}{bodies.ABSENT}"}, "决定": {"理由": "一。\n二。"}}


def paper(name: str, values: Any = NAMED) -> Document:
    text = catalogue.shipped(name)
    made = Paper(
        text.title, text.layout, "某民政局", "WS-1", text.ground, "文本 1", described(text, values)
    )
    return paper_document(made, at=AT)


def read(*documents: Document) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(typeset(*documents)))


@pytest.mark.parametrize("name", catalogue.forms())
def test_every_form_is_an_accessible_file_with_its_title_filled_or_blank(name):
    title = catalogue.shipped(name).title
    for values in (NAMED, None):
        reader = read(paper(name, values))
        assert reader.metadata and reader.metadata.title == f"{title} WS-1"
        root: Any = reader.root_object
        assert str(root["/Lang"]).lower().startswith("zh")
        assert root["/MarkInfo"]["/Marked"]
        assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
        kinds = [str(tag["/S"]) for tag in tags(reader)]
        assert kinds.count("/Table") == 0 or "/TH" in kinds
        assert re.sub(r"\s", "", title) in said(reader)


def test_a_notice_keeps_rare_characters_and_spells_out_what_no_face_has():
    text = said(read(paper("refusal")))
    assert f"王{bodies.RARE}〔U+2A6A5〕注：" in text
    assert "字形说明" in text
    assert bodies.ABSENT not in text
    assert "•一。•二。" in text


def test_a_pile_says_on_which_pages_each_stands_and_each_counts_its_own():
    report = report_document(bodies.family_of_eight(), verify_url=bodies.URL)
    documents = [paper("refusal"), report, paper("acceptance")]
    lengths = [len(read(one).pages) for one in documents]
    reader = read(pile_document(documents, printed_by="王", at=AT), *documents)
    first = re.sub(r"\s", "", reader.pages[0].extract_text())
    at = 2
    for one, length in zip(documents, lengths, strict=True):
        told = f"{at}" if length == 1 else f"{at}–{at + length - 1}"
        assert f"{one.title}{one.number}{told}" in first
        own = re.sub(r"\s", "", reader.pages[at - 1].extract_text())
        assert f"第1页共{length}页" in own
        at += length
    assert len(reader.pages) == at - 1
    assert reader.metadata and "批量打印清单" in str(reader.metadata.title)
