"""Marks between Chinese words are written as Chinese is set; all else stays as it is."""

import pytest

from hedui.values.marks import punctuated


@pytest.mark.parametrize(
    ("text", "set_as"),
    [
        ("本部门已暂停答复:升级", "本部门已暂停答复：升级"),
        ("5 行,数据日期 2024-08-01", "5 行，数据日期 2024-08-01"),
        ("请写明原因(2 至 200 个字)。", "请写明原因（2 至 200 个字）。"),
        ("还没有口令?", "还没有口令？"),
        ("12:30 至 1,000 元", "12:30 至 1,000 元"),
        ("hedui department check, then (serve)", "hedui department check, then (serve)"),
        ("HTTPS,成批", "HTTPS，成批"),
        (12, "12"),
    ],
)
def test_marks_beside_chinese_are_full_width(text, set_as):
    assert punctuated(text) == set_as
