"""The strokes 笔迹 on a scanned page, as a cloud of weighted points with the text lying level."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.float32]
LEAST_POINTS = 500
SAMPLED = 15_000


@dataclass(frozen=True, slots=True)
class Cloud:
    """
    Ink about its own middle, in pixels.

    points: two rows, x and y; spread: standard deviation in one direction; edges: how far the
    scan reaches, left, right, top, bottom.
    """

    points: Gray
    weight: Gray
    spread: float
    edges: tuple[float, float, float, float]


def ink_cloud(page: Gray) -> Cloud | None:
    """Return the ink of a page (0 black, 255 white), text level or upright; None if hardly any."""
    inked = _strokes(page)
    y, x = np.nonzero(inked)
    if len(x) < LEAST_POINTS:
        return None
    weight = inked[y, x]
    points = np.stack([x, y]).astype(np.float32)
    middle = np.average(points, axis=1, weights=weight)[:, None].astype(np.float32)
    tilt = _tilt(points - middle, weight)
    points = turned(points - middle, -tilt)
    spread = float(np.sqrt(np.average((points**2).sum(axis=0), weights=weight) / 2))
    height, width = page.shape
    corners = np.array([[0, width, width, 0], [0, 0, height, height]], dtype=np.float32)
    across, down = turned(corners - middle, -tilt).tolist()
    edges = (
        max(across[0], across[3]),
        min(across[1], across[2]),
        max(down[0], down[1]),
        min(down[2], down[3]),
    )
    return Cloud(points, weight, spread, edges)


def turned(points: Gray, degrees: float) -> Gray:
    """Turn points about the origin."""
    a = np.deg2rad(degrees)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]], dtype=np.float32)
    rotated: Gray = turn @ points
    return rotated


def _strokes(page: Gray) -> Gray:
    """Return what is thin and darker than what lies round it, 0 to 1: no shade, no black edge."""
    width = max(9, max(page.shape) // 90) | 1
    closed = -_wide_max(-_wide_max(page, width), width)
    depth = closed - page
    strong = max(float(np.percentile(depth, 99.5)), 40.0)
    strokes = np.clip((depth - 0.25 * strong) / (0.5 * strong), 0, 1)
    inked: Gray = (strokes * ~_bed(page < closed.max() * 0.6)).astype(np.float32)
    return inked


def _bed(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what is dark without a gap from an edge of the picture on: the scanner's bed."""
    bed = np.zeros_like(dark)
    for axis in (0, 1):
        bed |= np.logical_and.accumulate(dark, axis)
        bed |= np.flip(np.logical_and.accumulate(np.flip(dark, axis), axis), axis)
    for axis in (0, 1):
        for near in (1, 2, 3):
            bed |= np.roll(bed, near, axis) | np.roll(bed, -near, axis)
    return bed


def _wide_max(page: Gray, width: int) -> Gray:
    """Return the greatest value within a square about each pixel."""
    for axis in (0, 1):
        half = width // 2
        around = [(half, half) if axis == other else (0, 0) for other in (0, 1)]
        run, length = np.pad(page, around, mode="edge"), 1
        while length < width:
            step = min(length, width - length)
            count = run.shape[axis] - step
            first = run[:count] if axis == 0 else run[:, :count]
            second = run[step:] if axis == 0 else run[:, step:]
            run = np.maximum(first, second)
            length += step
        page = run
    return page


def _tilt(points: Gray, weight: Gray) -> float:
    """Return by how many degrees the text is off level or off upright, within ±6."""
    thin = slice(None, None, max(1, len(weight) // SAMPLED))
    points, weight = points[:, thin], weight[thin]

    def sharpness(angle: float) -> float:
        leveled = turned(points, -angle)
        return max(_contrast(leveled[0], weight), _contrast(leveled[1], weight))

    best = 0.0
    for reach, step in ((6.0, 0.5), (0.4, 0.1), (0.06, 0.03)):
        angles = best + np.arange(-reach, reach + step / 2, step)
        best = float(max(angles, key=sharpness))
    return best


def _contrast(places: Gray, weight: Gray) -> float:
    rows = np.bincount(np.round(places - places.min()).astype(int), weights=weight)
    return float((np.diff(rows) ** 2).sum())
