"""The first page of a file of many documents (批量打印清单): what is in it, on which pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hedui.procedure.reports.documents import wording
from hedui.procedure.reports.documents.typesetting import Document


def pile_document(documents: Sequence[Document], *, printed_by: str, at: datetime) -> Document:
    """List documents that will stand behind this one, in their order; nobody is named."""
    when = wording.long_moment(at.isoformat())
    return Document(
        template="pile",
        given={
            "title": "批量打印清单",
            "number": "",
            "purpose": f"共 {len(documents)} 份",
            "printed": f"{when}由{printed_by}打印，共 {len(documents)} 份。",
            "rows": [{"title": one.title, "number": one.number} for one in documents],
        },
        title="批量打印清单",
        author="",
        number=f"{len(documents)}份",
        at=at,
    )
