"""
Paper for the family and the file (纸质文书): the verification report and the authorization form.

Both are typeset by typst with fonts that come with the Python dependencies, as PDF/UA-1 and
PDF/A-2a: tagged, titled, in Chinese, every glyph embedded. The same input gives the same bytes.
No Django here: what is printed depends on the signed body alone, so an auditor can print it again.

Deliberately not here: deciding what a report says (the body comes finished and signed) and
masking (names and numbers are printed as given).
"""

from hedui.procedure.reports.documents.authorization_form import authorization_form_pdf
from hedui.procedure.reports.documents.fonts import FontsMissing
from hedui.procedure.reports.documents.paper import Paper, paper_document
from hedui.procedure.reports.documents.pile import pile_document
from hedui.procedure.reports.documents.report import report_document, report_pdf
from hedui.procedure.reports.documents.typesetting import (
    Document,
    TypesettingFailed,
    pictured,
    typeset,
)
from hedui.procedure.reports.documents.wording import Unprintable

__all__ = [
    "Document",
    "FontsMissing",
    "Paper",
    "TypesettingFailed",
    "Unprintable",
    "authorization_form_pdf",
    "paper_document",
    "pictured",
    "pile_document",
    "report_document",
    "report_pdf",
    "typeset",
]
