"""
Exchange questions and answers as files (批量交换文件): a table and its manifest.

For departments that have no service: a request file goes out, an answer file comes back, by SFTP,
through a shared folder or by hand. The table is CSV or XLSX; the manifest beside it, signed, says
what the table must be. Everything that arrives is judged by the same rules as a message.
"""

from hedui.wire.files.answers import AnswerTable, Group, element_of
from hedui.wire.files.faults import FAULTS, FileFault
from hedui.wire.files.manifest import Manifest, build_manifest, name_of, read_manifest
from hedui.wire.files.requests import (
    ANSWER_COLUMNS,
    REQUEST_COLUMNS,
    asked_in,
    request_row,
    template_columns,
)
from hedui.wire.files.tables import Cell, CsvTable, encoding_of, write_csv
from hedui.wire.files.workbooks import WorkbookTable, write_workbook

__all__ = [
    "ANSWER_COLUMNS",
    "FAULTS",
    "REQUEST_COLUMNS",
    "AnswerTable",
    "Cell",
    "CsvTable",
    "FileFault",
    "Group",
    "Manifest",
    "WorkbookTable",
    "asked_in",
    "build_manifest",
    "element_of",
    "encoding_of",
    "name_of",
    "read_manifest",
    "request_row",
    "template_columns",
    "write_csv",
    "write_workbook",
]
