"""
Likeness 纸面相似 of scans: whether two files show the same sheet of paper.

Pure functions. A page is taken as a cloud of ink: strokes are found whatever the paper's shade, the
text is turned level, and the cloud is moved and scaled by its own mean and spread, so that the
frame of the scan (margin, resolution, a turn, a dark edge) does not matter. Forms are ninety-five
parts in a hundred the same printed ink; so what decides is not how much of two pages agrees, but
whether any part of them does not.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hedui.procedure.authorizations.pages import pages, pages_without
from hedui.procedure.authorizations.strokes import Gray, ink_cloud

SIDE = 384  # cells of the square map, about 0.9 mm of an A4 sheet each
SPREAD = 3.0  # half the map, in standard deviations of the ink
LEVELS = 15
TILE = 16
AGREES = 0.8  # correlation from which a tile shows the same ink
DIFFERS = 4.0  # squared ink from which a tile counts in full: a hairline may fade, a name does not
SAME_SHEET = 0.4  # most disagreement of the same sheet; docs/reference/evidence.md has the figures
REACH = 2  # cells that a tile may be off after the whole was moved
MARGIN = 4  # cells at the edge of a scan that are not compared
INKED = 4.0  # ink from which a tile counts
LEAST_TILES = 60  # a page with less ink has no look of its own
LEAST_SHARE = 0.6  # of the inked tiles that both scans must show

SKETCH_TILE = 24
SKETCH_BITS = 16
SKETCH_LENGTH = (SIDE // SKETCH_TILE) ** 2 * SKETCH_BITS // 8
LOOKED_AT_TWICE = 5000
KEPT_CLOSE = 24


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """
    What is kept of one page: two things of a few hundred and some thousand bytes.

    sketch: two bytes for each of 256 tiles, signs of random projections: enough to find the few
    papers worth a closer look. ink: the map of the ink, packed; it shows about as much as a very
    small picture, and is to be kept sealed.
    """

    sketch: bytes
    ink: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """The ink of one page in its own frame; seen: left, right, top, bottom of the scan in it."""

    ink: Gray
    seen: tuple[int, int, int, int]


def fingerprints(scan: bytes) -> list[Fingerprint]:
    """
    Take the fingerprints of the first pages of a scan; pages with little ink have none.

    :raises NotReadable: it cannot be opened
    """
    return _looks(pages(scan))


def looks_without(document: bytes, words: str) -> list[bytes]:
    """Return the packed maps of the pages of a document of our own on which words do not stand."""
    return [look.ink for look in _looks(pages_without(document, words))]


def _looks(found: Iterable[Gray]) -> list[Fingerprint]:
    taken = (_framed(page) for page in found)
    return [
        Fingerprint(_sketch(page.ink), _packed(page))
        for page in taken
        if page is not None and (_tiles(page.ink) > INKED).sum() >= LEAST_TILES
    ]


def same_sheet(one: bytes, other: bytes) -> bool:
    """Tell whether two packed maps are of the same sheet, whichever way up each was scanned."""
    return disagreement(one, other) <= SAME_SHEET


def disagreement(one: bytes, other: bytes) -> float:
    """
    Return how much ink one page shows where the other shows other ink: near 0 for the same sheet.

    Where one of the scans does not reach, nothing is compared; if that leaves too little, it is
    infinite.
    """
    mine, theirs = _opened(one), _opened(other)
    upright = max((_turned(theirs, k) for k in range(4)), key=lambda p: _likeness(mine, p))
    missing, compared, inked = _missing(mine, upright)
    if compared.sum() < max(LEAST_TILES, LEAST_SHARE * inked.sum()):
        return float("inf")
    return float(missing[compared].sum())


def nearest(ink: bytes, sketches: Sequence[bytes]) -> list[int]:
    """Return which of many sketches are worth a closer look at, for a packed map; nearest first."""
    if not sketches:
        return []
    held = np.frombuffer(b"".join(sketches), dtype=np.uint16).reshape(len(sketches), -1)
    found: dict[int, int] = {}
    for turn in range(4):
        page = _turned(_opened(ink), turn)
        apart = _apart(held, [page.ink])
        some = np.argsort(apart, kind="stable")[:LOOKED_AT_TWICE]
        moved = [np.roll(page.ink, (y, x), (0, 1)) for y in range(-2, 3) for x in range(-2, 3)]
        for index, distance in zip(some, _apart(held[some], moved), strict=True):
            found[int(index)] = min(int(distance), found.get(int(index), 1 << 30))
    return sorted(found, key=found.__getitem__)[:KEPT_CLOSE]


# ------------------------------------------------------------------ the frame


def _framed(page: Gray) -> Page | None:
    """Return the page's ink in the square frame of its own mean and spread."""
    cloud = ink_cloud(page)
    if cloud is None:
        return None
    scale = SIDE / 2 / (SPREAD * cloud.spread)
    left, right, top, bottom = (
        int(np.clip(edge * scale + SIDE / 2, 0, SIDE)) for edge in cloud.edges
    )
    places = cloud.points * scale + SIDE / 2 - 0.5
    return Page(_spread_over(places, cloud.weight), (left, right, top, bottom))


def _spread_over(places: Gray, weight: Gray) -> Gray:
    """Share each point among the four cells it lies between."""
    corner = np.floor(places).astype(int)
    part = places - corner
    total = np.zeros(SIDE * SIDE)
    for dx in (0, 1):
        for dy in (0, 1):
            x, y = corner[0] + dx, corner[1] + dy
            share = np.abs(1 - dx - part[0]) * np.abs(1 - dy - part[1]) * weight
            inside = (x >= 0) & (x < SIDE) & (y >= 0) & (y < SIDE)
            cell = y[inside] * SIDE + x[inside]
            total += np.bincount(cell, weights=share[inside], minlength=SIDE * SIDE)
    made = total.reshape(SIDE, SIDE)
    full = max(float(np.percentile(made[made > 0], 98)), 1e-9) if made.any() else 1.0
    return np.clip(made / full, 0, 1).astype(np.float32)


def _packed(page: Page) -> bytes:
    levels = np.round(page.ink * LEVELS).astype(np.uint8).ravel()
    seen = np.array(page.seen, dtype="<i2").tobytes()
    return seen + zlib.compress((levels[::2] << 4 | levels[1::2]).tobytes(), 9)


def _opened(packed: bytes) -> Page:
    pairs = np.frombuffer(zlib.decompress(packed[8:]), dtype=np.uint8)
    levels = np.stack([pairs >> 4, pairs & 15], axis=1).ravel()
    left, right, top, bottom = (int(edge) for edge in np.frombuffer(packed[:8], dtype="<i2"))
    return Page(
        (levels.reshape(SIDE, SIDE) / LEVELS).astype(np.float32), (left, right, top, bottom)
    )


def _turned(page: Page, quarters: int) -> Page:
    """Turn a page by quarters, against the clock."""
    left, right, top, bottom = page.seen
    for _ in range(quarters):
        left, right, top, bottom = top, bottom, SIDE - right, SIDE - left
    return Page(np.rot90(page.ink, quarters), (left, right, top, bottom))


# ------------------------------------------------------------------ two pages side by side


def _missing(one: Page, other: Page) -> tuple[Gray, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return what each tile lacks of the same ink, which were compared, and which have ink."""
    mine, theirs = _blurred(one.ink), _blurred(other.ink)
    down, right, _ = _shift(mine, theirs, within=40)
    theirs = _stretched(mine, np.roll(theirs, (down, right), axis=(0, 1)))
    a, b, c, d = other.seen
    both_seen = _inside(one.seen) & _inside((a + right, b + right, c + down, d + down))
    inked = np.maximum(_tiles(mine), _tiles(theirs)) > INKED
    correlation, apart = _best(mine, theirs)
    lacks: Gray = np.maximum(0, AGREES - correlation) * np.clip(apart / DIFFERS, 0, 1)
    return lacks, both_seen & inked, inked


def _best(mine: Gray, theirs: Gray) -> tuple[Gray, Gray]:
    """Return for each tile the best correlation and the least squared difference within REACH."""
    area, tiles = TILE * TILE, SIDE // TILE
    my_sum, my_squares = _tiles(mine), _tiles(mine * mine)
    my_spread = my_squares - my_sum**2 / area
    wide = np.pad(theirs, REACH)
    sums, squares = _boxes(wide), _boxes(wide * wide)
    best = np.zeros((tiles, tiles), dtype=np.float32)
    least = np.full((tiles, tiles), np.inf, dtype=np.float32)
    for dy in range(2 * REACH + 1):
        for dx in range(2 * REACH + 1):
            at = slice(dy, dy + SIDE, TILE), slice(dx, dx + SIDE, TILE)
            their_sum = sums[at][:tiles, :tiles]
            their_squares = squares[at][:tiles, :tiles]
            spread = (their_squares - their_sum**2 / area) * my_spread
            product = _tiles(mine * wide[dy : dy + SIDE, dx : dx + SIDE])
            both = product - my_sum * their_sum / area
            np.maximum(best, both / np.sqrt(np.maximum(spread, 1e-4)), out=best)
            np.minimum(least, my_squares - 2 * product + their_squares, out=least)
    return best, least


def _stretched(mine: Gray, theirs: Gray) -> Gray:
    """Take out what the scale of the other is off, which a cut line of text changes a little."""
    for axis in (0, 1):
        places = np.arange(SIDE)
        halves = np.split(mine, 2, axis), np.split(theirs, 2, axis)
        shifts = [_shift(a, b, within=6)[axis] for a, b in zip(*halves, strict=True)]
        if shifts[0] == shifts[1] == 0:
            continue
        ink = mine.sum(axis=1 - axis)
        first, second = (
            np.average(p, weights=w + 1e-6)
            for p, w in zip(np.split(places, 2), np.split(ink, 2), strict=True)
        )
        slope = (shifts[1] - shifts[0]) / (second - first)
        off = shifts[0] + slope * (places - first)
        came_from = np.clip(np.round(places - off), 0, SIDE - 1).astype(int)
        theirs = np.take(theirs, came_from, axis)
    return theirs


def _likeness(one: Page, other: Page) -> float:
    return _shift(one.ink, other.ink, within=40)[2]


def _shift(one: Gray, other: Gray, within: int) -> tuple[int, int, float]:
    """Return by how many cells the other has to go down and right to lie best, and how well."""
    spectrum = np.fft.rfft2(one) * np.conj(np.fft.rfft2(other))
    alike = np.roll(np.fft.irfft2(spectrum, one.shape), (within, within), axis=(0, 1))
    window = alike[: 2 * within + 1, : 2 * within + 1]
    down, right = divmod(int(np.argmax(window)), 2 * within + 1)
    return down - within, right - within, float(window.max())


def _inside(seen: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    left, right, top, bottom = seen
    start = np.arange(0, SIDE, TILE)
    across = (start >= left + MARGIN) & (start + TILE <= right - MARGIN)
    down = (start >= top + MARGIN) & (start + TILE <= bottom - MARGIN)
    inside: NDArray[np.bool_] = down[:, None] & across[None, :]
    return inside


def _tiles(cells: Gray) -> Gray:
    n = SIDE // TILE
    summed: Gray = cells.reshape(n, TILE, n, TILE).sum(axis=(1, 3))
    return summed


def _boxes(cells: Gray) -> Gray:
    """Return the sum over a tile that begins at each cell."""
    total = np.pad(cells.astype(np.float64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    t = TILE
    boxes = total[t:, t:] - total[:-t, t:] - total[t:, :-t] + total[:-t, :-t]
    summed: Gray = boxes.astype(np.float32)
    return summed


def _blurred(cells: Gray) -> Gray:
    for axis in (0, 1):
        both: Gray = np.roll(cells, 1, axis) + np.roll(cells, -1, axis)
        cells = both * np.float32(0.25) + cells * np.float32(0.5)
    return cells


# ------------------------------------------------------------------ sketches


@cache
def _directions() -> Gray:
    """Draw the smooth patterns that tiles are projected on, the same everywhere and for ever."""
    drawn = np.random.RandomState(365)  # NumPy promises that this stream stays as it is
    patterns = drawn.standard_normal((SKETCH_BITS, SKETCH_TILE, SKETCH_TILE))
    for _ in range(4):
        for axis in (1, 2):
            patterns = (np.roll(patterns, 1, axis) + 2 * patterns + np.roll(patterns, -1, axis)) / 4
    flat = patterns.reshape(SKETCH_BITS, -1).T
    directions: Gray = (flat - flat.mean(axis=0)).astype(np.float32)
    return directions


def _sketch(ink: Gray) -> bytes:
    n, t = SIDE // SKETCH_TILE, SKETCH_TILE
    tiles = _blurred(_blurred(ink)).reshape(n, t, n, t).transpose(0, 2, 1, 3).reshape(n * n, t * t)
    bits = (tiles - tiles.mean(axis=1, keepdims=True)) @ _directions() > 0
    bits[tiles.mean(axis=1) < 0.016] = False
    return np.packbits(bits, axis=1).tobytes()


def _apart(held: NDArray[np.uint16], moved: list[Gray]) -> NDArray[np.int64]:
    """Return how many bits too many each held sketch is off, each tile where it fits best."""
    least = np.full(held.shape, SKETCH_BITS, dtype=np.uint8)
    for ink in moved:
        mine = np.frombuffer(_sketch(ink), dtype=np.uint16)
        np.minimum(least, np.bitwise_count(held ^ mine), out=least)
    apart: NDArray[np.int64] = np.maximum(least.astype(np.int8) - 2, 0).sum(axis=1, dtype=np.int64)
    return apart
