"""Every row of the published decision table holds."""

import re
from pathlib import Path

import pytest

from hedui.comparison import Status
from hedui.comparison.classify import Seen, classify

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "comparison.md"
HEAD = "| answer | fresh | declared | found | status |"
DECLARED = {"nothing": 0, "something": 500, "unclear": None}
OPEN = "是否领取不明"
GAP = "口径不同"


def rows() -> list[tuple[str, ...]]:
    after = PAGE.read_text(encoding="utf-8").split(HEAD)[1].split("\n\n")[0]
    return [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in after.strip().splitlines()[1:]
    ]


def seen(found: str, declared: int | None) -> Seen:
    said = declared or 0
    return {
        "nothing": Seen(0, present=False),
        "same": Seen(said, present=True),
        "more": Seen(said + 1, present=True),
        "less": Seen(said - 1, present=True),
        "no figure": Seen(None, present=True, obstacle=GAP),
        "question": Seen(None, present=True, question=OPEN),
    }[found]


def expanded() -> list[tuple[str, bool, str, str, str]]:
    """Write out `any`; a combination that an earlier row decides belongs to that row."""
    out, taken = [], set()
    for answers, fresh, declared, found, status in rows():
        for answer in answers.split(", "):
            for is_fresh in {"yes": [True], "no": [False]}.get(fresh, [True, False]):
                for said in DECLARED if declared == "any" else [declared]:
                    for what in (
                        ["nothing", "same", "more", "less", "no figure", "question"]
                        if found == "any"
                        else [found]
                    ):
                        key = (answer, is_fresh, said, what)
                        if what == "less" and said == "nothing" or key in taken:
                            continue
                        taken.add(key)
                        out.append((*key, status))
    return out


def test_the_table_is_there_in_full():
    assert len(rows()) == 14
    assert len(expanded()) > 100
    assert {row[-1] for row in rows()} == {status.value for status in Status}


@pytest.mark.parametrize(("answer", "fresh", "declared", "found", "status"), expanded())
def test_the_row_of_the_decision_table_holds(answer, fresh, declared, found, status):
    said = DECLARED[declared]
    got, note = classify(answer, match="exact", fresh=fresh, declared=said, seen=seen(found, said))
    assert got.value == status
    assert re.search(r"[\u4e00-\u9fff]", note)


@pytest.mark.parametrize("answer", ["FOUND", "NOT_FOUND", "PARTIAL"])
def test_another_name_under_the_same_number_is_never_counted(answer):
    got, note = classify(
        answer, match="name_conflict", fresh=True, declared=0, seen=Seen(9, present=True)
    )
    assert got is Status.AWAITING_EXPLANATION
    assert "没有计入" in note


def test_an_outcome_nobody_foresaw_counts_for_nothing():
    got, _ = classify("SURPRISE", match="exact", fresh=True, declared=0, seen=Seen(9, True))
    assert got is Status.NO_REPLY


def test_a_variant_of_the_name_is_compared_and_mentioned():
    got, note = classify("FOUND", match="name_variant", fresh=True, declared=5, seen=Seen(5, True))
    assert got is Status.CONSISTENT
    assert "姓名写法" in note


def test_old_records_are_mentioned_beside_a_figure():
    _, note = classify("FOUND", match="exact", fresh=False, declared=5, seen=Seen(6, True))
    assert "{as_of}" in note


def test_no_note_accuses():
    words = ("隐瞒", "骗", "虚报", "嫌疑", "违规")
    for answer, fresh, declared, found, _ in expanded():
        said = DECLARED[declared]
        _, note = classify(answer, match=None, fresh=fresh, declared=said, seen=seen(found, said))
        assert not [word for word in words if word in note]


def test_each_status_has_the_word_of_the_report():
    assert [status.label for status in Status] == [
        "一致",
        "不一致",
        "未核到",
        "未反馈",
        "待说明",
        "不可比",
    ]
