"""
Read and write a table as CSV (UTF-8 or GB18030), a row at a time.

A table that cannot be read in exactly one way is refused as a whole; a row that does not fit its
head is one fault, and the others are read.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256
from typing import IO

from hedui.wire.files.faults import FileFault
from hedui.wire.strict_json import UNSEEN

Cell = str | int | float | bool | date | None
"""Text, as in CSV, or what a workbook holds."""

MOST_ROWS = 500_000
MOST_BYTES = 512 * 1024 * 1024
LONGEST_ROW = 64 * 1024
"""Bytes of one row: a quoted cell may go over many lines."""
CHUNK = 1024 * 1024

BOM = codecs.BOM_UTF8


class CsvTable:
    """One CSV table 数据文件: its head, then its rows with the number of their line."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        """
        Read the head.

        :raises FileFault: it is empty, not text in this encoding, or no CSV
        """
        self._stream, self._encoding = stream, encoding
        try:
            self.columns = tuple(cell.strip() for cell in next(self._rows()))
        except StopIteration:
            raise FileFault("empty") from None
        except csv.Error:
            raise FileFault("csv", "第 1 行") from None

    def _rows(self) -> Iterator[list[str]]:
        self._stream.seek(0)
        lines = _Lines(self._stream, self._encoding)
        for cells in csv.reader(lines, strict=True):
            lines.begin_row()
            yield cells

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        """
        Yield each row with its number, the head being row 1; rows without any text are skipped.

        It may be read through again.

        :raises FileFault: it ends within a quoted cell, or is not text in its encoding
        """
        number, rows = 1, self._rows()
        try:
            next(rows)
            for cells in rows:
                number += 1
                if number > MOST_ROWS:
                    raise FileFault("too_large")
                if any(cells):
                    yield number, list(cells)
        except csv.Error:
            raise FileFault("csv", f"第 {number + 1} 行") from None


class _Lines:
    """Decodes line by line, strictly; a byte order mark is no part of the text."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream, self._encoding = stream, encoding
        self._is_first, self._row = True, 0

    def begin_row(self) -> None:
        """Take in that the lines until now are whole rows."""
        self._row = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self._row += len(line)
        if self._row > LONGEST_ROW:
            raise FileFault("csv", "有一行过长")
        if self._is_first:
            line, self._is_first = line.removeprefix(BOM), False
        try:
            text = line.decode(self._encoding)
        except UnicodeDecodeError:
            raise FileFault("encoding") from None
        if UNSEEN.search(text.rstrip("\r\n").replace("\t", " ")):
            raise FileFault("csv", "文字中有控制字符")
        return text


def encoding_of(stream: IO[bytes], said: str = "") -> str:
    """
    Tell in which encoding a table is, reading all of it; `said` is what its manifest says.

    Text that is not ASCII and reads as UTF-8 is UTF-8: in GB18030 that would be a wonder. Where
    the manifest says GB18030 and it reads as UTF-8 nobody knows, and a wrong guess would turn one
    name into another.

    :raises FileFault: neither, or both
    """
    utf8 = codecs.getincrementaldecoder("utf-8")()
    gb = codecs.getincrementaldecoder("gb18030")()
    is_utf8, is_gb, is_ascii = True, True, True
    while chunk := stream.read(CHUNK):
        is_ascii = is_ascii and chunk.isascii()
        is_utf8 = is_utf8 and _decodes(utf8, chunk)
        is_gb = is_gb and (said != "utf-8") and _decodes(gb, chunk)
        if not (is_utf8 or is_gb):
            raise FileFault("encoding")
    is_utf8 = is_utf8 and _decodes(utf8, b"", final=True)
    if said == "utf-8" and not is_utf8:
        raise FileFault("encoding")
    if said == "gb18030" and is_utf8 and not is_ascii:
        raise FileFault("encoding_ambiguous")
    return "utf-8" if is_utf8 else "gb18030"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def write_csv(
    columns: Iterable[str], rows: Iterable[Iterable[str]], encoding: str, out: IO[bytes]
) -> tuple[int, str]:
    """
    Write a table and return the number of its rows and the SHA-256 of its bytes.

    UTF-8 begins with a byte order mark, so that a spreadsheet opens it as what it is.
    """
    sink = _Sink(out, encoding)
    if encoding == "utf-8":
        sink.raw(BOM)
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    return count, sink.finish()


class _Sink:
    """Takes text, writes bytes, and digests them."""

    def __init__(self, out: IO[bytes], encoding: str) -> None:
        self._out, self._encoding, self._hash = out, encoding, sha256()
        self._held: list[str] = []
        self._length = 0

    def write(self, text: str) -> None:
        self._held.append(text)
        self._length += len(text)
        if self._length > CHUNK // 2:
            self._flush()

    def raw(self, content: bytes) -> None:
        self._hash.update(content)
        self._out.write(content)

    def _flush(self) -> None:
        self.raw("".join(self._held).encode(self._encoding))
        self._held, self._length = [], 0

    def finish(self) -> str:
        self._flush()
        return self._hash.hexdigest()
