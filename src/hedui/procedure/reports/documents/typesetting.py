"""
From a plain description to a PDF (排版): one template, one JSON document, one call of typst.

The standard asked for, PDF/UA-1 with PDF/A-2a, is also the last net under rare characters: typst
refuses to write a file in which a glyph is missing.
"""

from __future__ import annotations

import io
import json
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


def typeset(template: str, document: dict[str, glyphs.Printed], *, at: datetime) -> bytes:
    """
    Typeset a document.

    template: name of a file in templates/, without its ending
    at: the moment written into the file; the same input and moment give the same bytes

    :raises TypesettingFailed: typst refused
    :raises FontsMissing: a font package is not installed
    """
    printed, codes = glyphs.spell_out(document)
    try:
        made = typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            font_paths=fonts.faces(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"document": json.dumps(printed), "codes": json.dumps(codes)},
            pdf_standards=STANDARDS,
            timestamp=at,
        )
    except typst.TypstError:
        raise TypesettingFailed(f"文书排版失败（模板 {template}）") from None
    return made


def qr(text: str) -> str:
    """Draw a QR code (二维码) as SVG, error correction Q: a folded print still reads."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="q").save(drawn, kind="svg", border=2, omitsize=True)
    return drawn.getvalue().decode()
