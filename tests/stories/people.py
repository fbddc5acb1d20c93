"""Who lives in the town, and how far those who submit them have come."""

import json
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hedui.batch import sample
from hedui.batch.sample import SampleHousehold
from hedui.wire.moments import CHINA
from tests.stories.town import ACKNOWLEDGED, ALLOWED, SPEC

NARROW = ("bank.balance_fen", "real_estate", "social_insurance", "tax", "vehicle.vehicle_class")
"""What every ninth applicant signs for: single items of two sources, and no provident fund."""


def spec(folder: Path) -> dict[str, Any]:
    """Return what the town is like."""
    written: dict[str, Any] = json.loads((folder / SPEC).read_text(encoding="utf-8"))
    return written


def households(folder: Path) -> list[SampleHousehold]:
    """Draw the households of the town; always the same on the same day."""
    town = spec(folder)
    count, today = town["households"], datetime.now(CHINA).date()
    drawn = sample.many(
        count + 30,
        town["seed"],
        applied_on=date.fromisoformat(town["applied_on"]),
        as_of=date.fromisoformat(town["as_of"]),
    )
    steady = [household for household in drawn if not _comes_of_age(household, today)][:count]
    for household in steady[::9]:
        _narrow(household)
    return steady


def _comes_of_age(household: SampleHousehold, today: date) -> bool:
    """Tell whether a guardian's signature has ended by now, with the eighteenth birthday."""
    return any(
        "guardian" in member.get("authorization", {})
        and int(member["birth_date"][:4]) + 18 <= today.year
        and f"{today:%m-%d}" >= member["birth_date"][5:]
        for member in household.case["members"]
    )


def _narrow(household: SampleHousehold) -> None:
    signed = household.case["members"][0]["authorization"]
    if signed["items"] == ["*"]:
        signed["items"] = list(NARROW)
        expected = household.expected
        expected["findings"] = [
            line
            for line in expected["findings"]
            if (line["member"], line["source"]) != ("a", "provident_fund")
        ]
        expected["not_asked"].append({"member": "a", "source": "provident_fund"})


def to_submit(folder: Path, remainder: int) -> Iterator[SampleHousehold]:
    """
    Yield every other household that is not acknowledged yet, as soon as it is allowed.

    Each is acknowledged when the next is asked for, that is, when it has been taken in.
    """
    file = folder / ACKNOWLEDGED
    done = {int(line) for line in file.read_text().split()} if file.exists() else set()
    for number, household in enumerate(households(folder)):
        if number in done or number % 2 != remainder:
            continue
        while int((folder / ALLOWED).read_text() or 0) <= number:
            time.sleep(0.02)
        yield household
        with file.open("a", encoding="ascii") as acknowledged:
            acknowledged.write(f"{number}\n")
