"""Rows without a usable number: candidates for a person to confirm, never counted."""

from importlib.util import find_spec

import duckdb
import pytest

from hedui.batch import sample
from hedui.batch.recheck import recheck
from hedui.batch.sample.registry import write_registry
from tests.batch.made import GOLDEN
from tests.batch.test_recheck import results, rows, write, written

pytestmark = pytest.mark.linkage


@pytest.fixture(autouse=True)
def extra():
    if find_spec("splink") is None:
        pytest.skip("没有 Splink:请运行 make linkage-setup")


@pytest.fixture
def papers(tmp_path):
    """Forty households; of the housing papers every third has no number, or a mistyped one."""
    made = sample.many(40, 7, **GOLDEN)
    write_registry(made, tmp_path / "registry")
    sample.write_sources(made, tmp_path / "sources")
    path = tmp_path / "sources/real_estate.csv"
    lines = written(path)
    for place, line in enumerate(lines):
        line["born_on"] = line["id_number"][6:14]
        if place % 3 == 0:
            line["id_number"] = ""
        if place % 3 == 1 and place % 2:
            last = line["id_number"][16]
            line["id_number"] = line["id_number"][:16] + str((int(last) + 1) % 10) + "0"
    write(path, lines)
    return tmp_path


def run(folder, out, **options):
    return recheck(folder / "registry", folder / "sources", folder / out, **options)


def test_candidates_change_no_finding(papers):
    run(papers, "without")
    outcome = run(papers, "with", suggest=True)
    assert outcome.summary["candidates"]["real_estate"] > 0
    one, other = results(papers / "without"), results(papers / "with")
    assert other.keys() - one.keys() == {"candidates.parquet"}
    same = [name for name in one if name.startswith(("facts.", "findings.", "households."))]
    assert same and all(one[name] == other[name] for name in same)


def test_the_person_the_paper_names_is_among_them_with_the_reasons(papers):
    run(papers, "out", suggest=True)
    members = {
        (m["household_id"], m["member_key"]): m for m in written(papers / "registry/members.csv")
    }
    held = written(papers / "sources/real_estate.csv")
    found = [c for c in rows(papers / "out/candidates.parquet") if c["source"] == "real_estate"]
    assert found
    for one in found:
        member = members[one["household_id"], one["member_key"]]
        assert 0.05 <= one["probability"] < 1
        if one["probability"] > 0.9:
            assert member["id_number"][6:14] == held[one["source_row"]]["born_on"]
            assert "出生日期相同" in one["reasons"]


def test_on_a_sampled_registry_they_are_who_it_truly_is(tmp_path):
    from tests.linkage_figures import judged, sampled  # noqa: PLC0415 - it reads the extra

    [(_, count, precision, recall), *_] = judged(*sampled(tmp_path / "made", 4_000, 5))
    assert count > 50
    assert precision > 0.95
    assert recall > 0.4  # of half of the rows the address is not known, or is an old one


def test_who_did_not_sign_is_nobodys_candidate(papers):
    lines = written(papers / "registry/members.csv")
    for line in lines:
        line["authorized_items"] = "bank"
    write(papers / "registry/members.csv", lines)
    assert run(papers, "out", suggest=True).summary["candidates"]["real_estate"] == 0


def test_a_run_without_them_leaves_none_of_an_earlier_one(papers):
    run(papers, "out", suggest=True)
    run(papers, "out")
    assert not (papers / "out/candidates.parquet").exists()


def test_the_same_input_gives_the_same_candidates(papers):
    run(papers, "one", suggest=True, threads=1)
    run(papers, "two", suggest=True, threads=2)
    both = (f"read_parquet('{papers / out}/candidates.parquet')" for out in ("one", "two"))
    query = " EXCEPT ALL SELECT * FROM ".join(both)
    assert duckdb.sql(f"SELECT * FROM {query}").fetchall() == []


def test_probabilities_say_how_often_they_are_right():
    from tests.linkage_figures import calibrated, judged, linked, made

    members, lines, truth = made(2000, 3)
    found = linked(members, lines)
    (precision, recall), *_ = [f[2:] for f in judged(found, lines, truth) if f[0] == 0.95]
    assert precision > 0.97
    assert recall > 0.5
    for _, count, said, so in calibrated(found, truth):
        assert count < 30 or abs(said - so) < 0.25
