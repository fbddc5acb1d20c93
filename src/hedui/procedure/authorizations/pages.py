"""The pages of a scan 扫描页, whatever kind of file it is, as gray pictures of one size."""

import io
import struct
import zlib
from collections.abc import Iterator
from threading import Lock

import numpy as np
import pypdfium2
from PIL import Image, ImageOps

from hedui.procedure.authorizations.strokes import Gray

MOST_PAGES = 4
MOST_PIXELS = 60_000_000  # an A3 sheet at 600 dpi is 70 million; nobody needs that
LONG_SIDE = 1200
ONE_AT_A_TIME = Lock()  # PDFium does not bear two threads
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    ArithmeticError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    pypdfium2.PdfiumError,
)


class NotReadable(Exception):
    """The file cannot be opened as a picture or a PDF, or is far too large."""


def pages(scan: bytes) -> Iterator[Gray]:
    """
    Yield the first pages, 0 black to 255 white, LONG_SIDE pixels on the long side.

    :raises NotReadable: it cannot be opened
    """
    try:
        if scan.startswith(b"%PDF-"):
            with ONE_AT_A_TIME:
                rendered = list(_rendered(scan))
            yield from rendered
        else:
            with Image.open(io.BytesIO(scan), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise NotReadable
                image.draft("L", (LONG_SIDE, LONG_SIDE))
                yield _gray(ImageOps.exif_transpose(image))
    except BROKEN as error:
        raise NotReadable from error


def pages_without(document: bytes, words: str) -> list[Gray]:
    """Return the first pages of a document of our own, but for those on which these words stand."""
    with ONE_AT_A_TIME:
        return list(_rendered(document, words))


def _rendered(scan: bytes, without: str = "") -> Iterator[Gray]:
    document = pypdfium2.PdfDocument(scan)
    try:
        if len(document) == 0:  # pragma: no cover - the PDFium of today opens no such file
            raise NotReadable
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            if without and without in page.get_textpage().get_text_range():
                continue
            scale = LONG_SIDE / max(page.get_size())
            yield _gray(page.render(scale=scale, grayscale=True).to_pil())
    finally:
        document.close()


def _gray(image: Image.Image) -> Gray:
    gray = image.convert("L")
    scale = LONG_SIDE / max(gray.size)
    size = (max(1, round(gray.width * scale)), max(1, round(gray.height * scale)))
    kind = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
    return np.asarray(gray.resize(size, kind), dtype=np.float32)
