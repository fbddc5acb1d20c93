"""How a paper's look is computed 纸面相似: step by step against plain arithmetic, and for ever."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hedui.procedure.authorizations import likeness, strokes
from hedui.procedure.authorizations.likeness import SIDE, TILE, Page

KEPT = Path(__file__).with_name("prints.json")
WHOLE = (0, SIDE, 0, SIDE)
DRAWN = [-0.1732, -0.0456, -0.1356, 0.0169, -0.1179, 0.3049]


def drawn(seed: int) -> np.random.RandomState:
    return np.random.RandomState(seed)  # NumPy promises that its streams stay


def ink(seed: int) -> np.ndarray:
    """Return a map with patches of ink, none of it at the edge."""
    numbers = drawn(seed)
    cells = np.zeros((SIDE, SIDE), dtype=np.float32)
    for y, x in numbers.randint(30, SIDE - 40, (400, 2)):
        cells[y : y + 3, x : x + int(numbers.randint(2, 8))] = numbers.random_sample()
    return cells


def written(seed: int, tilt: float = 0.0) -> np.ndarray:
    """Return a page of 1200 by 850 pixels: rows of dashes, which two pages share but for a few."""
    page = np.full((1200, 850), 245, dtype=np.float32)
    for of, rows in ((0, range(120, 900, 34)), (seed, range(920, 1080, 40))):
        numbers = drawn(of)
        for row in rows:
            at = numbers.randint(90, 740, 40)
            points = np.array([[x, row + numbers.randint(0, 9)] for x in at], dtype=np.float32)
            middle = np.array([[425], [600]], dtype=np.float32)
            for x, y in (strokes.turned(points.T - middle, tilt) + middle).T.astype(int):
                page[y : y + 3, x : x + 14] = 30
                page[y : y + 12, x : x + 3] = 60
    return page


# ------------------------------------------------------------------ strokes


@pytest.mark.parametrize("width", [1, 3, 9, 13])
def test_the_widest_within_a_square_is_found_at_every_pixel(width):
    page = drawn(1).random_sample((23, 31)).astype(np.float32)
    half = width // 2
    expected = [
        [
            page[max(0, y - half) : y + half + 1, max(0, x - half) : x + half + 1].max()
            for x in range(31)
        ]
        for y in range(23)
    ]
    assert np.array_equal(strokes._wide_max(page, width), np.array(expected))


def test_the_bed_of_the_scanner_reaches_from_each_edge_and_a_little_further():
    dark = np.zeros((40, 40), dtype=bool)
    dark[:5] = dark[20, 20:] = True  # a dark edge above, and a bar from the right
    dark[30, 18:22] = True  # a stroke in the middle
    bed = strokes._bed(dark)
    assert bed[:8].all()
    assert not bed[12:14, :16].any()
    assert bed[20, 17:].all()
    assert not bed[30, 18:22].any()
    assert not strokes._bed(np.zeros((9, 9), dtype=bool)).any()


@pytest.mark.parametrize("side", ["left", "right", "above", "below"])
def test_each_edge_of_the_bed_counts(side):
    dark = np.zeros((60, 60), dtype=bool)
    part = {"left": np.s_[25:35, :9], "right": np.s_[25:35, 51:], "above": np.s_[:9, 25:35],
            "below": np.s_[51:, 25:35]}[side]  # fmt: skip
    dark[part] = True
    bed = strokes._bed(dark)
    assert bed[part].all()
    assert bed.sum() == (9 + 6 + 6) * (10 + 6 + 6)  # six further, over the edge too


def test_points_are_turned_about_the_origin():
    points = np.array([[1, 0, 2], [0, 1, 0]], dtype=np.float32)
    assert np.allclose(strokes.turned(points, 90), [[0, -1, 0], [1, 0, 2]], atol=1e-6)
    assert np.allclose(strokes.turned(points, 30)[:, 0], [3**0.5 / 2, 0.5])


def test_rows_of_text_have_more_contrast_than_the_same_spread_out():
    places = np.array([0, 0, 2, 2], dtype=np.float32)
    ones = np.ones(4, dtype=np.float32)
    assert strokes._contrast(places + 7, ones) == 8.0  # 2, 0, 2
    assert strokes._contrast(places + 7, 2 * ones) == 32.0
    assert strokes._contrast(np.arange(4, dtype=np.float32), ones) == 0.0


@pytest.mark.parametrize("tilt", [-5.5, -1.27, 0.0, 0.64, 3.0, 5.5])
def test_the_tilt_of_the_text_is_found_to_a_thirtieth_of_a_degree(tilt):
    rows, columns = np.meshgrid(np.arange(-400, 401, 50), np.arange(-300, 301, 3))
    points = np.stack([columns.ravel(), rows.ravel()]).astype(np.float32)
    weight = np.ones(points.shape[1], dtype=np.float32)
    assert strokes._tilt(strokes.turned(points, tilt), weight) == pytest.approx(tilt, abs=0.05)
    upright = strokes.turned(points[::-1], tilt)
    assert strokes._tilt(upright, weight) == pytest.approx(tilt, abs=0.05)


def test_a_page_has_a_cloud_from_five_hundred_points_on():
    page = np.full((900, 700), 240, dtype=np.float32)
    page[100:150:2, 100:120] = 20  # 25 by 20
    assert strokes.ink_cloud(page) is not None
    page[148, 119] = 240
    assert strokes.ink_cloud(page) is None


@pytest.mark.parametrize("tilt", [0.0, 4.0, -4.0])
def test_a_cloud_is_about_its_own_middle_and_knows_how_far_the_scan_reaches(monkeypatch, tilt):
    monkeypatch.setattr(strokes, "_tilt", lambda *_: tilt)
    page = np.full((900, 700), 240, dtype=np.float32)
    page[100:300:4, 200:600] = 20
    cloud = strokes.ink_cloud(page)
    assert np.allclose(np.average(cloud.points, axis=1, weights=cloud.weight), 0, atol=0.01)
    assert np.all(cloud.weight == 1)
    assert cloud.points.shape == (2, 50 * 400)
    square = (cloud.points.astype(float) ** 2).sum() / (50 * 400) / 2
    assert cloud.spread == pytest.approx(square**0.5)
    a = np.deg2rad(-tilt)
    corners = [
        (x * np.cos(a) - y * np.sin(a), x * np.sin(a) + y * np.cos(a))
        for x, y in ((-399.5, -198), (300.5, -198), (300.5, 702), (-399.5, 702))
    ]
    across, down = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    # of each edge, the corner that reaches less far
    assert cloud.edges == pytest.approx((across[1], across[2], down[1], down[2]), abs=0.01)


def test_faint_ink_counts_in_part_and_shade_not_at_all():
    page = np.tile(np.linspace(250, 180, 900, dtype=np.float32)[:, None], (1, 700))
    assert strokes._strokes(page).max() == 0
    for row, depth in ((200, 45), (400, 20), (500, 15), (600, 9.5)):
        page[row : row + 2, 100:600] -= depth
    found = strokes._strokes(page)  # little ink: measured by 40, black enough to be ink
    assert [found[row, 300] for row in (200, 400, 500, 600)] == pytest.approx(
        [1, 0.5, 0.25, 0], abs=0.01
    )
    page[700:720:4, 50:650] -= 100
    page[720:740:4, 50:650] -= 100
    found = strokes._strokes(page)  # much: by the darkest
    assert [found[row, 300] for row in (700, 200, 400)] == pytest.approx([1, 0.4, 0], abs=0.02)
    assert found.dtype == np.float32
    assert np.count_nonzero(found[:190]) == 0


# ------------------------------------------------------------------ maps


def test_a_point_is_shared_among_the_four_cells_it_lies_between():
    places = np.array([[10.25, 3.0], [20.5, 3.0]])
    made = likeness._spread_over(places, np.array([1.0, 1.0]))
    full = np.percentile([0.375, 0.375, 0.125, 0.125, 1.0], 98)
    for (y, x), share in {(20, 10): 0.375, (21, 10): 0.375, (20, 11): 0.125, (3, 3): 1}.items():
        assert made[y, x] == pytest.approx(min(share / full, 1))
    assert np.count_nonzero(made) == 5
    assert made.dtype == np.float32


def test_what_lies_outside_the_map_is_left_out():
    places = np.array([[-0.5, SIDE - 0.5, 50.0, 50.0], [50.0, 50.0, -0.5, SIDE - 0.5]])
    made = likeness._spread_over(places, np.ones(4))
    assert {tuple(at) for at in np.argwhere(made)} == {
        (50, 0),
        (50, SIDE - 1),
        (0, 50),
        (SIDE - 1, 50),
    }  # noqa: E501
    nothing = likeness._spread_over(np.full((2, 1), -9.0), np.ones(1))
    assert (nothing.shape, nothing.max()) == ((SIDE, SIDE), 0)


def test_a_map_is_packed_in_sixteen_levels_with_what_was_seen():
    page = Page(ink(1), (3, 380, -2, 384))
    opened = likeness._opened(likeness._packed(page))
    assert opened.seen == page.seen
    assert np.abs(opened.ink - page.ink).max() <= 0.5 / 15 + 1e-6
    assert set(np.unique(np.round(opened.ink * 15))) == set(range(16))


@pytest.mark.parametrize("quarters", range(5))
def test_a_page_is_turned_with_what_was_seen_of_it(quarters):
    cells = np.zeros((SIDE, SIDE), dtype=np.float32)
    cells[200:300, 20:90] = 1  # top, bottom; left, right
    left, right, top, bottom = likeness._turned(Page(cells, (20, 90, 200, 300)), quarters).seen
    turned = likeness._turned(Page(cells, WHOLE), quarters).ink
    assert turned[top:bottom, left:right].all()
    assert turned.sum() == 7_000
    assert np.array_equal(turned, np.rot90(cells, quarters))


def test_tiles_boxes_and_blur_are_what_plain_sums_say():
    cells = ink(2)
    tiles, boxes, blurred = likeness._tiles(cells), likeness._boxes(cells), likeness._blurred(cells)
    assert tiles.shape == (SIDE // TILE,) * 2
    assert boxes.shape == (SIDE - TILE + 1,) * 2
    for y, x in drawn(3).randint(0, SIDE // TILE, (40, 2)):
        part = cells[y * TILE : (y + 1) * TILE, x * TILE : (x + 1) * TILE]
        assert tiles[y, x] == pytest.approx(part.sum(), abs=1e-3)
    for y, x in drawn(4).randint(1, SIDE - TILE, (60, 2)):
        assert boxes[y, x] == pytest.approx(cells[y : y + TILE, x : x + TILE].sum(), abs=1e-3)
        near = (
            np.array([1, 2, 1]) / 4 @ cells[y - 1 : y + 2, x - 1 : x + 2] @ np.array([1, 2, 1]) / 4
        )
        assert blurred[y, x] == pytest.approx(near, abs=1e-5)


def test_the_shift_that_lies_best_is_found_within_the_reach():
    cells = ink(5)
    down, right, best = likeness._shift(cells, np.roll(cells, (7, -11), (0, 1)), within=40)
    assert (down, right) == (-7, 11)
    assert best == pytest.approx((cells.astype(float) ** 2).sum(), rel=1e-4)
    for at, found in ((6, 6), (-6, -6)):
        assert likeness._shift(cells, np.roll(cells, -at, 0), within=6)[:2] == (found, 0)
        assert likeness._shift(cells, np.roll(cells, -at, 1), within=6)[:2] == (0, found)


def test_only_tiles_that_lie_well_within_what_was_seen_are_compared():
    seen = (TILE - 4, 3 * TILE + 4, 2 * TILE - 3, 5 * TILE + 3)
    inside = likeness._inside(seen)
    assert [tuple(map(int, at)) for at in np.argwhere(inside)] == [(3, 1), (3, 2)]
    assert likeness._inside((-4, SIDE + 4, -4, SIDE + 4)).all()


def test_a_tile_correlates_with_the_same_ink_within_two_cells_and_not_beyond():
    cells = ink(6)
    inked = likeness._tiles(cells) > likeness.INKED
    for shift in ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2), (2, -2)):
        best = likeness._best(cells, np.roll(cells, shift, (0, 1)))[0]
        assert best[inked].min() > 0.999
        assert best.max() < 1.001
    for shift in ((4, 0), (0, -4)):
        best = likeness._best(cells, np.roll(cells, shift, (0, 1)))[0]
        assert np.median(best[inked]) < 0.9
    y, x = np.argwhere(inked)[9] * TILE
    other = ink(8)
    around = [
        np.corrcoef(cells[y : y + 16, x : x + 16].ravel(), part.ravel())[0, 1]
        for dy in range(-2, 3)
        for dx in range(-2, 3)
        if (part := other[y + dy : y + dy + 16, x + dx : x + dx + 16]).any()
    ]
    best, least = (found[y // 16, x // 16] for found in likeness._best(cells, other))
    assert best == pytest.approx(max(0, *around), abs=1e-4)
    squared = [
        (
            (cells[y : y + 16, x : x + 16] - other[y + dy : y + dy + 16, x + dx : x + dx + 16]) ** 2
        ).sum()
        for dy in range(-2, 3)
        for dx in range(-2, 3)
    ]
    assert least == pytest.approx(min(squared), rel=1e-3)


def test_a_map_that_is_a_little_larger_is_brought_to_the_same_size():
    cells = ink(7)
    middle = np.arange(SIDE) - SIDE / 2
    places = np.clip(np.round(middle / 1.02 + SIDE / 2), 0, SIDE - 1).astype(int)
    larger = cells[places][:, places]
    back = likeness._stretched(cells, larger)

    def alike(other: np.ndarray) -> float:
        return float(np.corrcoef(cells.ravel(), other.ravel())[0, 1])

    assert alike(larger) < 0.5
    assert alike(back) > 0.7
    assert likeness._stretched(cells, cells) is cells


# ------------------------------------------------------------------ what is kept once


def prints(page: np.ndarray) -> tuple[bytes, bytes]:
    framed = likeness._framed(page)
    return likeness._sketch(framed.ink), likeness._packed(framed)


def figures() -> dict[str, object]:
    """Compute what lies in `prints.json` anew."""
    made = {name: prints(written(*how)) for name, how in {
        "one": (1,), "tilted": (1, 1.5), "other": (2,)}.items()}  # fmt: skip
    opened = likeness._opened(made["one"][1])
    missing = likeness._missing(opened, likeness._opened(made["other"][1]))
    return {
        "sketch": made["one"][0].hex(),
        "seen": opened.seen,
        "tiles": [round(float(one), 1) for one in likeness._tiles(opened.ink).ravel()],
        "missing": [round(float(one), 2) for one in missing[0].ravel()],
        "compared": [int(missing[1].sum()), int(missing[2].sum())],
        "apart": [
            round(likeness.disagreement(made["one"][1], made[name][1]), 3)
            for name in ("one", "tilted", "other")
        ],
        "bits": [
            int(likeness._apart(
                np.frombuffer(made["one"][0], np.uint16)[None, :],
                [likeness._opened(made[name][1]).ink],
            )[0])
            for name in ("one", "tilted", "other")
        ],
    }  # fmt: skip


def test_what_was_kept_of_a_paper_is_what_is_computed_today():
    """Prints lie in databases for years: with other figures, no paper would be known again."""
    kept, now = json.loads(KEPT.read_text()), figures()
    off = int.from_bytes(bytes.fromhex(kept.pop("sketch"))) ^ int.from_bytes(
        bytes.fromhex(now.pop("sketch"))
    )
    assert off.bit_count() <= 12
    for name, figure in kept.items():
        assert now[name] == pytest.approx(figure, abs=0.06), name


def test_the_patterns_are_those_with_which_sketches_were_drawn():
    found = likeness._directions()
    assert found.shape == (24 * 24, 16)
    assert np.abs(found.sum(axis=0)).max() < 1e-3
    assert found[::97, 3] == pytest.approx(DRAWN, abs=1e-4)


def test_the_same_paper_is_near_and_another_far():
    apart: Any = figures()["apart"]
    assert apart[1] <= likeness.SAME_SHEET < apart[2]
