"""Likeness 纸面相似: the same sheet is known again, and nobody's paper is taken for another's."""

import random
from contextlib import suppress
from functools import cache
from itertools import combinations

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from hedui.procedure.authorizations import likeness
from hedui.procedure.authorizations.pages import NotReadable
from hedui.procedure.reports.documents import authorization_form_pdf
from tests import papers
from tests.papers import BY_HAND, PRINTED, by_hand, jpeg, paper, pdf, png, scanned
from tests.procedure.reports import bodies

PEOPLE = range(3)
KINDS = [pytest.param(BY_HAND, id="by_hand"), pytest.param(PRINTED, id="printed")]


def look(scan: bytes) -> bytes:
    """Return the map of the one page of a scan."""
    (found,) = likeness.fingerprints(scan)
    return found.ink


@pytest.mark.parametrize("kind", KINDS)
def test_different_people_on_the_same_form_are_different_papers(kind):
    looks = [look(jpeg(scanned(paper(person, kind), person))) for person in PEOPLE]
    for one, other in combinations(looks, 2):
        assert not likeness.same_sheet(one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_a_scan_that_was_turned_cropped_resized_and_encoded_anew_is_the_same_sheet(kind):
    for person in PEOPLE:
        sheet = scanned(paper(person, kind), person)
        kept = look(jpeg(sheet))
        assert likeness.same_sheet(kept, look(papers.altered(sheet, person))), person


@cache
def form_of_ours() -> Image.Image:
    """Return a page of the form that Hedui prints: small print, hairlines, a fine table."""
    filled = bodies.form()
    filled["paragraphs"] = [line * 2 for line in filled["paragraphs"] * 2]
    page = pypdfium2.PdfDocument(authorization_form_pdf(filled))[0]
    return page.render(scale=150 / 72, grayscale=True).to_pil()


def signed(person: int) -> Image.Image:
    """Return that page with a name and a day on it by hand."""
    page = form_of_ours().copy()
    for top, count, size in ((800, 3, 60), (870, 8, 32)):
        by_hand(ImageDraw.Draw(page), (270, top), count, size, random.Random(f"{person} {top}"))
    return page


@pytest.mark.parametrize("turn", [0.3, -1.1, 2.0])
def test_a_form_that_hedui_printed_is_known_again_when_it_is_turned(turn):
    page = signed(1)
    again = page.rotate(turn, Image.Resampling.BICUBIC, fillcolor=255)
    assert likeness.same_sheet(look(png(page)), look(jpeg(again)))


def test_and_in_half_the_size_and_not_taken_for_another_persons():
    mine = look(png(signed(1)))
    assert likeness.same_sheet(mine, look(jpeg(signed(1).resize((620, 877)))))
    for person in (2, 3):
        assert not likeness.same_sheet(mine, look(jpeg(scanned(signed(person), person))))


@pytest.mark.parametrize("quality", [30, 95])
def test_the_quality_of_a_jpeg_does_not_matter(quality):
    sheet = scanned(paper(1), 1)
    assert likeness.same_sheet(look(png(sheet)), look(jpeg(sheet, quality)))


@pytest.mark.parametrize("quarter", list(Image.Transpose)[2:5])
def test_a_sheet_that_lay_sideways_or_upside_down_is_the_same(quarter):
    sheet = scanned(paper(1), 1)
    turned = scanned(paper(1).transpose(quarter), 2)
    assert likeness.same_sheet(look(jpeg(sheet)), look(jpeg(turned)))


def test_a_sheet_that_is_scanned_a_second_time_is_the_same():
    first, second = (jpeg(scanned(paper(1, PRINTED), seed)) for seed in (1, 2))
    assert likeness.same_sheet(look(first), look(second))


def test_each_page_of_a_pdf_is_looked_at_and_an_empty_one_has_no_look():
    sheets = [scanned(paper(person), person) for person in (1, 2)]
    empty = Image.new("L", sheets[0].size, 250)
    first, second = likeness.fingerprints(pdf(sheets[0], empty, sheets[1]))
    assert likeness.same_sheet(look(jpeg(sheets[0])), first.ink)
    assert likeness.same_sheet(look(jpeg(sheets[1])), second.ink)
    assert not likeness.same_sheet(first.ink, second.ink)


def test_the_nearest_sketch_is_that_of_the_same_sheet():
    sheets = [scanned(paper(person), person) for person in range(6)]
    sketches = [likeness.fingerprints(jpeg(sheet))[0].sketch for sheet in sheets]
    assert {len(sketch) for sketch in sketches} == {likeness.SKETCH_LENGTH}
    again = likeness.fingerprints(jpeg(sheets[5].rotate(90, expand=True), 40))[0]
    assert likeness.nearest(again.ink, sketches)[0] == 5


@pytest.mark.parametrize(
    "broken", [b"%PDF-1.4 signed", b"\x89PNG\r\n\x1a\n...", b"\xff\xd8\xff\xe0...", b"GIF89a"]
)
def test_what_cannot_be_opened_is_said_to_be_so(broken):
    with pytest.raises(NotReadable):
        likeness.fingerprints(broken)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [9_000, 14_000])
def test_a_picture_far_too_large_is_not_unfolded(side):
    flood = png(Image.new("1", (side, side)))
    assert len(flood) < 100_000
    with pytest.raises(NotReadable):
        likeness.fingerprints(flood)


@pytest.mark.parametrize("made", [png, jpeg, pdf])
def test_a_damaged_file_is_read_or_said_to_be_unreadable_and_nothing_else(made):
    whole = made(paper(1).resize((248, 351)))
    drawn = random.Random(1)
    for _ in range(60):
        damaged = bytearray(whole[: drawn.randint(20, len(whole))])
        for _ in range(drawn.randint(0, 6)):
            damaged[drawn.randrange(8, len(damaged))] = drawn.randrange(256)
        with suppress(NotReadable):
            likeness.fingerprints(bytes(damaged))
