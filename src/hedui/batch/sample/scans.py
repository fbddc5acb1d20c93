"""
Make the scan of a signed paper (签署件): a PDF of one page with a line of ASCII text, by hand.
"""

_PAGE = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 120]/Contents 4 0 R"
    b"/Resources<</Font<</F 5 0 R>>>>>>",
)
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def scan(text: str) -> bytes:
    """
    Print a line of ASCII text on a page.

    :raises UnicodeEncodeError: the text is not ASCII
    """
    line = text.encode("ascii")
    for special in (b"\\", b"(", b")"):
        line = line.replace(special, b"\\" + special)
    drawn = b"BT/F 10 Tf 20 60 Td(" + line + b")Tj ET"
    stream = b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn)
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate((*_PAGE, stream, _FONT), start=1):
        places.append(len(file))
        file += b"%d 0 obj%s endobj\n" % (number, content)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    return bytes(file)
