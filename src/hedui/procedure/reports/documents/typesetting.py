"""
From a plain description to a PDF (排版): one JSON document, one call of typst.

The standard asked for, PDF/UA-1 with PDF/A-2a, is also the last net under rare characters: typst
refuses to write a file in which a glyph is missing.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import segno
import typst

from hedui.procedure.record.outcome import Trouble
from hedui.procedure.reports.documents import fonts, glyphs

TEMPLATES = Path(__file__).with_name("templates")
STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-2a"]


class TypesettingFailed(Trouble):
    """Typst refused. What it said may quote personal data, so it is not repeated."""


@dataclass(frozen=True, slots=True)
class Document:
    """
    One document to be typeset 文书.

    template: name of a file in templates/, without its ending; given: what it prints; title, author
    and number: of the document, as they stand in the file; at: the moment it was made
    """

    template: str
    given: dict[str, glyphs.Printed]
    title: str
    author: str
    number: str
    at: datetime


def typeset(*documents: Document, title: str = "") -> bytes:
    """
    Typeset documents into one file, each on pages of its own with numbers of its own.

    title: of a file of several; the same documents give the same bytes

    :raises TypesettingFailed: typst refused
    :raises FontsMissing: a font package is not installed
    """
    first = documents[0]
    at = max(one.at for one in documents).replace(microsecond=0)
    wanted = inputs(documents, title or f"{first.title} {first.number}")
    try:
        made = typst.compile(
            TEMPLATES / "printed.typ",
            root=TEMPLATES,
            font_paths=fonts.faces(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs=wanted,
            pdf_standards=STANDARDS,
            timestamp=at,
        )
    except typst.TypstError:
        raise TypesettingFailed(f"文书排版失败（{first.template}）") from None
    return made


def pictured(document: Document, *, dots: int) -> bytes:
    """Draw the first page of a document as PNG, for a page of the reference; dots: per inch."""
    drawn = typst.compile(
        TEMPLATES / "printed.typ",
        root=TEMPLATES,
        font_paths=fonts.faces(),
        ignore_system_fonts=True,
        format="png",
        ppi=dots,
        sys_inputs=inputs([document], document.title),
    )
    pages: bytes | list[bytes] = drawn
    return pages if isinstance(pages, bytes) else pages[0]


def inputs(documents: Sequence[Document], title: str) -> dict[str, str]:
    """Write documents for the template; what no face can show is spelled out in each."""
    file: dict[str, glyphs.Printed] = {
        "title": title,
        "author": documents[0].author,
        "keywords": [one.number for one in documents],
    }
    heading, _ = glyphs.spell_out(file)
    printed = []
    for one in documents:
        given, codes = glyphs.spell_out(one.given)
        printed.append({"template": one.template, "given": given, "codes": codes})
    return {"file": json.dumps(heading), "documents": json.dumps(printed)}


def qr(text: str) -> str:
    """Draw a QR code (二维码) as SVG, error correction Q: a folded print still reads."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="q").save(drawn, kind="svg", border=2, omitsize=True)
    return drawn.getvalue().decode()
