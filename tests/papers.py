"""
Papers for the tests: forms that were filled in by hand, and what scanners and copiers do to them.

Everybody signs the same printed text; name, number, signature and date are written by hand, drawn
here as strokes that belong to the person. Nobody is real.
"""

import io
import math
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"
A4 = (1240, 1754)  # 150 dpi
TEXT = (
    "本人已知悉并同意：为审核确认社会救助申请，授权民政部门委托的居民家庭经济状况核对机构，"
    "向有关部门和机构查询、核对本人及共同生活的家庭成员的收入、财产等家庭经济状况信息。"
    "核对机构仅在授权的事项和期限内查询，所得信息仅用于本次申请的审核确认，依法予以保密。"
    "本人承诺所填报的家庭成员、收入和财产情况真实、完整；可以随时书面撤回本授权，撤回之前"
    "依授权已经取得的信息不受影响。本授权书自签署之日起生效，有效期至下列日期为止。"
)
ITEMS = (
    "社会保险",
    "机动车登记",
    "不动产登记",
    "个人所得税",
    "银行存款",
    "住房公积金",
    "证券",
    "商业保险",
)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def strokes(
    draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], drawn: random.Random
) -> None:
    """Write one invented character by hand."""
    left, top, right, bottom = box
    for _ in range(drawn.randint(4, 9)):
        x, y = drawn.uniform(left, right), drawn.uniform(top, bottom)
        way, length = drawn.uniform(0, math.tau), drawn.uniform(0.3, 0.9) * (right - left)
        points = []
        for _ in range(8):
            points.append((min(max(x, left), right), min(max(y, top), bottom)))
            x, y = x + math.cos(way) * length / 8, y + math.sin(way) * length / 8
            way += drawn.uniform(-0.5, 0.5)
        draw.line(
            points, fill=drawn.randint(20, 70), width=drawn.choice((2, 3, 3, 4)), joint="curve"
        )


def by_hand(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    count: int,
    size: int,
    drawn: random.Random,
    narrow: float = 1.0,
) -> None:
    x, y = at
    for _ in range(count):
        wide = int(size * narrow)
        strokes(draw, (x, y + drawn.randint(-3, 3), x + wide, y + size), drawn)
        x += int(wide * 1.25)


@dataclass(frozen=True)
class Filled:
    """A form; printed: name and number are printed and only signature and date by hand."""

    printed: bool = False
    stamp: bool = True


BY_HAND, PRINTED = Filled(), Filled(printed=True)


@cache
def _empty() -> Image.Image:
    page = Image.new("L", A4, 255)
    draw = ImageDraw.Draw(page)
    draw.text((330, 110), "居民家庭经济状况核对授权书", font=font(46), fill=0)
    y = 220
    for start in range(0, len(TEXT), 34):
        draw.text((130, y), TEXT[start : start + 34], font=font(29), fill=0)
        y += 48
    y += 20
    for row in range(0, len(ITEMS), 2):
        for column in (0, 1):
            x = 130 + column * 490
            draw.rectangle((x, y, x + 490, y + 58), outline=0, width=2)
            draw.text((x + 60, y + 10), ITEMS[row + column], font=font(28), fill=0)
            draw.rectangle((x + 16, y + 16, x + 42, y + 42), outline=0, width=2)
            draw.line((x + 18, y + 30, x + 28, y + 40, x + 44, y + 12), fill=0, width=3)
        y += 58
    y += 40
    for label in ("姓　　名：", "公民身份号码：", "与申请人关系：", "住　　址：", "联系电话："):
        draw.text((130, y), label, font=font(30), fill=0)
        draw.line((350, y + 44, 1100, y + 44), fill=0, width=2)
        y += 82
    draw.text((130, y + 60), "授权人签名（捺印）：", font=font(30), fill=0)
    draw.text((130, y + 160), "签署日期：　　　　　年　　　月　　　日", font=font(30), fill=0)
    draw.text(
        (130, 1640),
        "文本编号 form-2024-1　　一式两份，本人与受理机构各执一份",
        font=font(22),
        fill=0,
    )
    return page


def paper(person: int, kind: Filled = BY_HAND) -> Image.Image:
    """Return the sheet that one person filled in and signed."""
    drawn = random.Random(f"paper {person}")
    page = _empty().copy()
    draw = ImageDraw.Draw(page)
    y = 220 + 48 * math.ceil(len(TEXT) / 34) + 20 + 58 * 4 + 40
    lines = [
        (drawn.choice((2, 3, 3)), 1.0),
        (18, 0.5),
        (2, 1.0),
        (drawn.randint(8, 14), 1.0),
        (11, 0.5),
    ]
    for number, (count, narrow) in enumerate(lines):
        if kind.printed and number < 2:
            name = "".join(chr(drawn.randint(0x4E00, 0x8000)) for _ in range(count))
            text = name if number == 0 else f"990101{drawn.randint(10**11, 10**12 - 1)}"
            draw.text((370, y), text, font=font(30), fill=0)
        elif kind.printed and number > 2:
            pass
        else:
            by_hand(draw, (370, y - 2), count, 38, drawn, narrow)
        y += 82
    by_hand(draw, (460, y + 40), drawn.choice((2, 3, 3)), 62, drawn)
    # the day is much the same for everybody who comes in that week
    by_hand(draw, (310, y + 162), 4, 36, drawn, 0.5)
    by_hand(draw, (500, y + 162), 2, 36, drawn, 0.5)
    by_hand(draw, (620, y + 162), 2, 36, drawn, 0.5)
    if kind.stamp:
        x, up = 860 + drawn.randint(-40, 40), y + 20 + drawn.randint(-30, 30)
        draw.ellipse((x, up, x + 220, up + 220), outline=110, width=5)
        draw.text((x + 36, up + 90), "受理专用章", font=font(30), fill=110)
    return page


def scanned(page: Image.Image, seed: int) -> Image.Image:
    """Scan a sheet: paper is not white, the sensor makes noise, and it lies not quite level."""
    drawn = np.random.Generator(np.random.PCG64(seed))
    turned = page.rotate(float(drawn.uniform(-0.7, 0.7)), Image.Resampling.BICUBIC, fillcolor=255)
    turned = turned.filter(ImageFilter.GaussianBlur(0.6))
    pixels = np.asarray(turned, dtype=np.float32) * drawn.uniform(0.88, 0.98)
    pixels += drawn.normal(0, drawn.uniform(2, 6), pixels.shape)
    pixels += np.linspace(0, drawn.uniform(-18, 0), pixels.shape[1])[None, :]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def jpeg(page: Image.Image, quality: int = 80) -> bytes:
    file = io.BytesIO()
    page.save(file, "JPEG", quality=quality)
    return file.getvalue()


def png(page: Image.Image) -> bytes:
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def pdf(*pages: Image.Image, quality: int = 75) -> bytes:
    file = io.BytesIO()
    pages[0].save(
        file, "PDF", save_all=True, append_images=pages[1:], resolution=150, quality=quality
    )
    return file.getvalue()


def altered(page: Image.Image, seed: int, *, crop: float = 0.05, turn: float = 2.0) -> bytes:
    """Hand the same scan in again as somebody would: turned, cropped, resized, another format."""
    drawn = random.Random(f"altered {seed}")
    fill = drawn.choice((255, 240, 0))
    page = page.rotate(
        drawn.uniform(-turn, turn),
        Image.Resampling.BICUBIC,
        expand=drawn.random() < 0.5,
        fillcolor=fill,
    )
    w, h = page.size
    sides = [drawn.uniform(0, crop) for _ in range(4)]
    page = page.crop(
        (int(w * sides[0]), int(h * sides[1]), int(w * (1 - sides[2])), int(h * (1 - sides[3])))
    )
    scale = drawn.choice((0.5, 0.6, 0.75, 1.0, 1.5, 2.0))
    page = page.resize(
        (int(page.width * scale), int(page.height * scale)), Image.Resampling.BILINEAR
    )
    kind = drawn.choice(("jpeg", "jpeg", "png", "pdf"))
    if kind == "png":
        return png(page)
    quality = drawn.choice((30, 40, 50, 60, 75, 85, 95))
    return jpeg(page, quality) if kind == "jpeg" else pdf(page, quality=quality)
