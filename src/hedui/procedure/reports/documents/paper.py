"""
A form or a notice on paper (文书): a description, in blocks, to A4 as a Chinese office sets it.

Two layouts: `letter` 公文, with the title centred, the number beneath, large type and the seal at
the end; `sheet` 表格, for what is filled in. Not here: what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hedui.procedure.reports.documents import wording
from hedui.procedure.reports.documents.glyphs import Printed
from hedui.procedure.reports.documents.typesetting import Document, qr


@dataclass(frozen=True, slots=True)
class Paper:
    """
    What stands on one paper.

    layout: letter or sheet; issuer: whose name stands above; number: of a notice, "" for a form;
    foot: what stands at the foot of every page, such as which text it is printed from; address:
    where it is read on the web, printed as QR code too
    """

    title: str
    layout: str
    issuer: str
    number: str
    ground: str
    foot: str
    blocks: Sequence[Printed]
    address: str = ""


def paper_document(paper: Paper, *, at: datetime) -> Document:
    """Describe a paper to be typeset, alone or with others; at: the moment it is printed."""
    given: dict[str, Printed] = {
        "title": paper.title,
        "layout": paper.layout,
        "issuer": paper.issuer,
        "number": paper.number,
        "purpose": f"依据：{paper.ground}　{paper.foot}" if paper.ground else paper.foot,
        "blocks": list(paper.blocks),
        "address": paper.address,
        "qr": qr(paper.address) if paper.address else "",
    }
    return Document(
        template="paper",
        given=wording.set_in_full_width(given),
        title=paper.title,
        author=paper.issuer or paper.title,
        number=paper.number,
        at=at,
    )
