"""What a department keeps beside its record: whole lines, or none."""

import os

import pytest

from hedui.gateway.appending import append_line, lines_of

FIRST, SECOND = {"reason": "系统\u2028升级"}, {"reason": "升级完毕"}


def test_a_line_that_was_cut_within_a_letter_is_passed_over(tmp_path):
    path = tmp_path / "pauses"
    append_line(path, FIRST)
    path.write_bytes(path.read_bytes() + '{"reason": "维'.encode()[:-1])
    assert list(lines_of(path)) == [FIRST]
    append_line(path, SECOND)
    assert list(lines_of(path)) == [FIRST, SECOND]


def test_what_is_not_written_whole_is_not_told_as_kept(tmp_path, monkeypatch):
    path = tmp_path / "pauses"
    append_line(path, FIRST)
    kept = path.read_bytes()
    whole = os.write
    monkeypatch.setattr(os, "write", lambda file, text: whole(file, text[:5]))  # a full disk
    with pytest.raises(OSError, match="未能写全"):
        append_line(path, SECOND)
    assert path.read_bytes() == kept
