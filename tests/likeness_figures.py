"""
Measure how well sheets are told apart: the figures of docs/reference/evidence.md.

Run `python -m tests.likeness_figures 120` from the root; it takes some minutes.
"""

import random
import sys
from itertools import combinations
from multiprocessing import Pool

from PIL import Image

from hedui.procedure.authorizations import likeness
from tests.papers import BY_HAND, PRINTED, altered, jpeg, paper, scanned

QUARTERS = list(Image.Transpose)[2:5]
WAYS = ("turned, cropped, resized, encoded", "lay sideways", "crop 9 %", "turn 4°", "scanned again")


def looks(person: int) -> list[likeness.Fingerprint]:
    """Return the look of a person's sheet, and of what may be made of it, in the order of WAYS."""
    kind = PRINTED if person % 2 else BY_HAND
    sheet = scanned(paper(person, kind), person)
    quarter = QUARTERS[person % 3]
    files = (
        jpeg(sheet),
        altered(sheet, person * 10),
        jpeg(sheet.transpose(quarter)),
        altered(sheet, person * 10 + 1, crop=0.09),
        altered(sheet, person * 10 + 2, turn=4),
        jpeg(scanned(paper(person, kind), person + 5000)),
    )
    return [likeness.fingerprints(file)[0] for file in files]


def apart(pair: tuple[bytes, bytes]) -> float:
    """Return the disagreement of a pair of maps."""
    return likeness.disagreement(*pair)


def main(people: int) -> None:
    """Print what share of sheets is known again, and how near different ones come."""
    with Pool() as pool:
        all_looks = pool.map(looks, range(people), chunksize=2)
        for kind, name in ((0, "by hand"), (1, "printed")):
            mine = all_looks[kind::2]
            for way, said in enumerate(WAYS, start=1):
                found = pool.map(apart, [(one[0].ink, one[way].ink) for one in mine])
                known = sum(each <= likeness.SAME_SHEET for each in found)
                print(f"{name}, {said}: {known} of {len(found)}, worst {max(found):.2f}")
            pairs = [(one[0].ink, other[0].ink) for one, other in combinations(mine, 2)]
            some = random.Random(1).sample(pairs, min(len(pairs), 2000))
            found = sorted(pool.map(apart, some, chunksize=16))
            alike = sum(each <= likeness.SAME_SHEET for each in found)
            print(f"{name}, different: {alike} of {len(found)} alike, nearest {found[0]:.2f}")
    sketches = [one[0].sketch for one in all_looks]
    for way in (1, 2, 5):
        near = [likeness.nearest(one[way].ink, sketches) for one in all_looks]
        first = sum(places[0] == person for person, places in enumerate(near))
        among = sum(person in places for person, places in enumerate(near))
        print(f"sketches, {WAYS[way - 1]}: first {first}, among the nearest {among} of {people}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
