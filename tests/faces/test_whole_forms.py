"""A whole form of ours 整份授权书, scanned with all its pages, for one person after the other."""

import random
from importlib.resources import files

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from PIL import Image, ImageDraw

from hedui.procedure.authorizations.models import Authorization, PagePrint, Sheet
from hedui.procedure.authorizations.presented import SIGNED_HERE
from hedui.procedure.authorizations.texts import publish
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.moment import today
from tests import cast, papers

pytestmark = pytest.mark.django_db
ANOTHERS = "的签署件是同一张纸"
DPI = 150


@pytest.fixture
def case(county):
    """Return a declared case; people sign the text that is shipped, which takes its pages."""
    text = files("hedui.procedure.authorizations").joinpath("forms", "form-2024-1.zh.md")
    publish(
        form="shipped",
        title="居民家庭经济状况核对授权书",
        text=text.read_text(encoding="utf-8"),
        programmes=["dibao"],
        first_day=today(),
        by=INSTALLER,
    )
    return cast.declared(county)


def signed_form(street, case, key: str) -> list[Image.Image]:
    """Print the form for a member, sign where it is to be signed, and scan every page."""
    where = {"number": case.number, "key": key}
    printed = street.get(reverse("workbench:form_pdf", kwargs=where)).content
    document = pypdfium2.PdfDocument(printed)
    found = []
    for number, page in enumerate(document):
        picture = page.render(scale=DPI / 72, grayscale=True).to_pil()
        words = page.get_textpage()
        if SIGNED_HERE in words.get_text_range():
            match = words.search(SIGNED_HERE).get_next()
            left, bottom, right, top = words.get_charbox(match[0])
            at = (int(right * DPI / 72) + 160, int((page.get_height() - top) * DPI / 72) - 40)
            by_hand = random.Random(f"{key} signs")
            papers.by_hand(ImageDraw.Draw(picture), at, 3, 60, by_hand)
        found.append(papers.scanned(picture, ord(key) + number))
    assert len(found) > 2
    return found


def hand_in(street, case, key: str, scan: bytes) -> HttpResponse:
    """Register a scan on the form that was printed for a member."""
    sheet = Sheet.objects.get(member__key=key, authorization=None)
    name = "scan.pdf" if scan.startswith(b"%PDF") else "scan.jpg"
    where = {"number": case.number, "key": key}
    return street.post(
        reverse("workbench:authorization", kwargs=where),
        {
            "items": sheet.items,
            "signed_on": today().isoformat(),
            "valid_until": sheet.valid_until.isoformat(),
            "number": sheet.number,
            "scan": SimpleUploadedFile(name, scan),
        },
    )


def test_each_member_hands_in_the_whole_form(street, case):
    for key in ("a", "b"):
        answer = hand_in(street, case, key, papers.pdf(*signed_form(street, case, key)))
        assert answer.status_code == 302, answer.content.decode()
    assert Authorization.objects.count() == 2
    assert PagePrint.objects.count() == 2  # of each what was signed, and nothing else


@pytest.fixture
def signed_by_a(street, case) -> list[Image.Image]:
    pages = signed_form(street, case, "a")
    assert hand_in(street, case, "a", papers.pdf(*pages)).status_code == 302
    return pages


def is_refused(street, case, scan: bytes) -> None:
    answer = hand_in(street, case, "b", scan)
    assert answer.status_code == 422
    assert ANOTHERS in answer.content.decode()
    assert Authorization.objects.count() == 1


def halved(page: Image.Image) -> Image.Image:
    return page.resize((page.width // 2, page.height // 2), Image.Resampling.BILINEAR)


def turned(page: Image.Image) -> Image.Image:
    return page.rotate(2.0, Image.Resampling.BICUBIC, fillcolor=255)


def cropped(page: Image.Image) -> Image.Image:
    w, h = page.size
    return page.crop((int(w * 0.04), int(h * 0.03), int(w * 0.97), int(h * 0.96)))


def again(page: Image.Image) -> Image.Image:
    return papers.scanned(page, 7)


@pytest.mark.parametrize("change", [halved, turned, cropped, again], ids=lambda c: c.__name__)
def test_the_same_signed_form_does_not_serve_another(street, case, signed_by_a, change):
    signed_form(street, case, "b")
    is_refused(street, case, papers.pdf(*map(change, signed_by_a), quality=50))


def test_nor_does_its_signed_page_among_pages_of_ones_own(street, case, signed_by_a):
    mine = signed_form(street, case, "b")
    is_refused(street, case, papers.pdf(mine[0], signed_by_a[1], mine[2]))
    is_refused(street, case, papers.pdf(mine[1], signed_by_a[1]))
    is_refused(street, case, papers.jpeg(signed_by_a[1]))


def test_all_pages_but_the_signed_one_are_no_evidence(street, case):
    pages = signed_form(street, case, "a")
    answer = hand_in(street, case, "a", papers.pdf(pages[0], *pages[2:]))
    assert answer.status_code == 422
    assert "没有签名的那一页" in answer.content.decode()
