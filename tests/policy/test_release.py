"""A rule that means something else has another release number: kept results tell which it was.

`release.json` holds the digest of the whole result of each golden case at a sample place. Whoever
changes one of them raises `RULES_RELEASE` and writes the file anew: `python -m
tests.policy.test_release`. A case that is new or gone changes nothing.
"""

import json
from pathlib import Path

from hedui.policy import compute, lock
from hedui.policy.golden import read_cases
from hedui.policy.parameters import read_files
from hedui.wire import canonical

HERE = Path(__file__).parent
RECORD = HERE / "release.json"
# what tells how it was computed, and not what came out
HOW = ("steps", "notes", "rules", "inputs", "unsettled")


def results() -> dict[str, str]:
    """Digest what the rules say of each golden case at a sample place (99…)."""
    places = lock.place_parameters().with_more(read_files(HERE / "places", lock.all_declared()))
    found = {}
    for path in sorted((HERE / "golden").glob("*.yaml")):
        for case in read_cases(path):
            if str(case["division"]).startswith("99") and "error" not in case["expect"]:
                report = compute(case, parameters=places).report()
                said = {key: value for key, value in report.items() if key not in HOW}
                found[f"{path.stem}: {case['name']}"] = canonical.digest(said)[7:23]
    return found


def test_a_result_that_changed_has_another_release_of_the_rules():
    record, now = json.loads(RECORD.read_text("utf-8")), results()
    changed = [name for name, was in record["results"].items() if now.get(name, was) != was]
    raised = record["release"] != lock.RULES_RELEASE
    assert bool(changed) <= raised, (
        f"raise RULES_RELEASE in hedui/policy/lock.py: {changed[:3]} gives another result"
    )
    assert not raised, "run: python -m tests.policy.test_release"
    assert len(record["results"]) > 100
    assert lock.rules_version().startswith(f"{record['release']}+")


if __name__ == "__main__":
    written = {"release": lock.RULES_RELEASE, "results": results()}
    RECORD.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
