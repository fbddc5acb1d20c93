"""The pages of a scan: of one size, level of gray, the right way up, and nothing else is opened."""

import io

import numpy as np
import pytest
from PIL import Image

from hedui.procedure.authorizations import pages
from hedui.procedure.authorizations.pages import NotReadable
from tests.papers import pdf, png


def sheet(size: tuple[int, int], mode: str = "L") -> Image.Image:
    """Return a white sheet whose upper left quarter is black."""
    page = Image.new(mode, size, "white")
    page.paste("black", (0, 0, size[0] // 2, size[1] // 2))
    return page


@pytest.mark.parametrize(
    ("size", "shape"),
    [((300, 600), (1200, 600)), ((2400, 1600), (800, 1200)), ((1200, 1), (1, 1200)),
     ((1, 5000), (1200, 1)), ((601, 1202), (1200, 600))],
)  # fmt: skip
def test_every_page_has_the_same_long_side(size, shape):
    (page,) = pages.pages(png(sheet(size)))
    assert page.shape == shape
    assert page.dtype == np.float32


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("size", [(600, 800), (2400, 3200)])
def test_black_stays_black_and_white_white_where_they_were(mode, size):
    for scan in (png(sheet(size, mode)), pdf(sheet(size, mode), quality=95)):
        (page,) = pages.pages(scan)
        assert page.shape == (1200, 900)
        assert page[:590, :440].max() < 20
        assert page[610:].min() > 235
        assert page[:, 460:].min() > 235


def test_what_is_enlarged_has_soft_edges():
    (page,) = pages.pages(png(sheet((600, 800))))  # by half as much again
    assert len(np.unique(page)) > 2


def test_colour_is_taken_for_the_gray_that_it_is():
    (page,) = pages.pages(png(Image.new("RGB", (60, 80), (200, 30, 30))))
    assert page.mean() == pytest.approx(0.299 * 200 + 0.701 * 30, abs=1)


def test_a_photograph_that_lay_on_its_side_is_turned_upright():
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    sheet((800, 600)).save(file, "JPEG", exif=exif)
    (page,) = pages.pages(file.getvalue())
    assert page.shape == (1200, 900)
    assert page[:590, 460:].max() < 30


def test_of_many_pages_the_first_four_are_looked_at():
    many = [sheet((150, 200)), *(Image.new("L", (150, 200), 40 * n) for n in range(1, 6))]
    found = list(pages.pages(pdf(*many)))
    assert [page.shape for page in found] == [(1200, 900)] * 4
    assert [round(float(page.mean()) / 40) for page in found[1:]] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP"])
def test_a_picture_of_another_kind_is_not_opened_whole_as_it_is(kind):
    file = io.BytesIO()
    sheet((30, 40)).save(file, kind)
    with pytest.raises(NotReadable):
        list(pages.pages(file.getvalue()))


def test_a_picture_may_have_so_many_pixels_and_not_one_more(monkeypatch):
    monkeypatch.setattr(pages, "MOST_PIXELS", 30 * 40)
    assert len(list(pages.pages(png(sheet((30, 40)))))) == 1
    for size in ((30, 41), (31, 40)):
        with pytest.raises(NotReadable):
            list(pages.pages(png(sheet(size))))
