"""
Look a workbook through before a library builds it in memory (工作簿预检).

What is packed into thirty kilobytes may unpack to gigabytes of elements. Each part is unpacked a
piece at a time and read event by event; what no office's spreadsheet has is refused, with nothing
of it kept: a document type, parts of one name, rows of thousands of cells, masses of anything.

Which part is read as what is told by other parts, not by its name: so every part is looked through.
"""

import zipfile
from typing import IO, NoReturn
from xml.parsers.expat import ExpatError, ParserCreate, errors

from hedui.wire.files.faults import FileFault

MOST_PARTS = 200
MOST_UNPACKED = 256 * 1024 * 1024
MOST_ROWS = 50_000
MOST_IN_A_ROW = 1_000
"""Elements in one row of a sheet: two hundred cells, each with what a cell may hold."""
MOST_STRINGS = 300_000
MOST_OF_STRINGS = 24 * 1024 * 1024
"""Letters in the table of strings, which is held whole."""
MOST_OTHER = 50_000
"""Elements of any other kind in one part: styles, widths, merged cells."""
LONGEST_TEXT = 64 * 1024
LONGEST_TOKEN = 1024 * 1024
"""Bytes of one tag, comment or the like, which is held until its end is seen."""
CHUNK = 256 * 1024
_XML = (".xml", ".rels", ".vml")
_UNKNOWN_ENCODING = errors.codes[errors.XML_ERROR_UNKNOWN_ENCODING]


def look_through(stream: IO[bytes], *, most: int = MOST_UNPACKED) -> None:
    """
    Make sure that a workbook can be opened within bounds; the stream is at its beginning then.

    most: bytes of all parts, unpacked

    :raises FileFault: it is no workbook, has macros, or holds more than one may
    """
    try:
        with zipfile.ZipFile(stream) as packed:
            parts = packed.infolist()
            if len({part.filename.lower() for part in parts}) < len(parts):
                raise FileFault("workbook", "有重名的部分")
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most:
                raise FileFault("too_large")
            if any("vbaProject" in part.filename for part in parts):
                raise FileFault("workbook", "带宏")
            for part in parts:
                with packed.open(part) as content:
                    _Part().read(content, is_xml=part.filename.lower().endswith(_XML))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        raise FileFault("workbook") from None
    stream.seek(0)


class _Part:
    """One part, counted as it is read."""

    def __init__(self) -> None:
        self._depth = self._rows = self._in_row = self._strings = self._other = 0
        self._row_at = self._text = self._letters = 0
        self._begun = False

    def read(self, content: IO[bytes], *, is_xml: bool) -> None:
        """
        Read it to its end; what is not XML by its name may be none, as pictures are.

        :raises FileFault: there is too much of something, or it is no XML and should be
        """
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = _refused
        fed = seen = 0
        try:
            while chunk := content.read(CHUNK):
                parser.Parse(chunk)
                fed += len(chunk)
                seen = max(seen, parser.CurrentByteIndex)  # below zero while nothing was seen
                _within(fed - seen, LONGEST_TOKEN)
            parser.Parse(b"", True)
        except ExpatError as error:
            # in an encoding that is unknown here another reader may see an element
            if is_xml or self._begun or error.code == _UNKNOWN_ENCODING:
                raise FileFault("workbook") from None

    def _begin(self, tag: str, _: dict[str, str]) -> None:
        self._depth, self._text, self._begun = self._depth + 1, 0, True
        name = tag.rpartition(" ")[2]
        if self._row_at:
            self._in_row += 1
            _within(self._in_row, MOST_IN_A_ROW)
        elif name == "row":
            self._row_at, self._rows, self._in_row = self._depth, self._rows + 1, 0
            _within(self._rows, MOST_ROWS + 1)
        elif name in {"si", "t", "r", "rPr"}:
            self._strings += 1
            _within(self._strings, MOST_STRINGS * 2)
        else:
            self._other += 1
            _within(self._other, MOST_OTHER)

    def _end(self, _: str) -> None:
        if self._depth == self._row_at:
            self._row_at = 0
        self._depth -= 1

    def _say(self, text: str) -> None:
        self._text += len(text)
        _within(self._text, LONGEST_TEXT)
        if not self._row_at:
            self._letters += len(text)
            _within(self._letters, MOST_OF_STRINGS)


def _within(count: int, most: int) -> None:
    if count > most:
        raise FileFault("too_large")


def _refused(*_: object) -> NoReturn:
    raise FileFault("workbook", "带文档类型声明")
