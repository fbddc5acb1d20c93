"""
Draw where people live (住址), for papers without a number: what else may tell one from another.

Drawn apart from everything else, so that a registry with addresses is the same registry otherwise.
"""

from typing import Any

import numpy as np

from hedui.batch.sample.population.people import People
from hedui.batch.sample.population.plan import Plan


def draw_homes(rng: Any, people: People) -> Any:
    """Draw an address for everybody: one for each household, one for each stranger."""
    households = int(people.household[-1]) + 1
    strangers = len(people) - people.members
    home = np.concatenate([people.household, households + np.arange(strangers)])
    return addresses(rng, households + strangers)[home]


def on_papers(rng: Any, plan: Plan, homes: Any) -> Any:
    """Write the address of each row's owner: some moved since, of some it is not known."""
    drawn = rng.random(len(homes)) * 1000
    moved, none = plan.rows["moved_since"], plan.rows["address_not_written"]
    written = np.where(drawn < moved, addresses(rng, len(homes)), homes)
    written[drawn >= 1000 - none] = None
    return written


def addresses(rng: Any, count: int) -> Any:
    """Draw addresses of streets that are nowhere."""
    parts = rng.integers((1, 1, 101), (400, 60, 606), (count, 3))
    return np.array([f"样例路{a}弄{b}号{c}室" for a, b, c in parts.tolist()], dtype=object)
