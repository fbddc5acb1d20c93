"""Files by SFTP, against OpenSSH's own server: the same exchange, over a pinned connection."""

import os
import socket
import time
from dataclasses import replace

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import exchange
from hedui.procedure.inquiries.breaker import FAULTS_TO_REST
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.connectors import Unreachable, Withheld, sftp
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import AnswerFile, Fact, Reply, RequestFile
from hedui.procedure.record.actor import Role
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.reports import sources
from tests import cast
from tests import clerk_by_files as clerk
from tests.sshd import sshd

RECEIVER = "310101-bank"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with sshd(tmp_path_factory.mktemp("sshd") / "server") as running:
        yield running


@pytest.fixture
def share(tmp_path, settings, server):
    settings.DATA_DIR = tmp_path / "data"
    for name in ("requests", "answers"):
        (tmp_path / name).mkdir()
    path_of(RECEIVER).parent.mkdir(parents=True)
    write(tmp_path, server)
    return tmp_path


def write(share, server, **changes):
    path_of(RECEIVER).write_text(server.written(share / "requests", share / "answers", **changes))


@pytest.fixture
def agreement(county, share, settings):
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    agreed = cast.agreed(Department.objects.get(source="bank"), channel="sftp")
    dispatch(cast.commissioned(county))
    return agreed


def turn(agreement):
    assert exchange.exchange(agreement, lambda _: None)


def test_questions_leave_and_answers_come(agreement, share):
    turn(agreement)
    ((said, rows),) = clerk.requested(share / "requests")
    assert not list((share / "requests").glob(".*"))
    clerk.answer(share / "answers", said, [clerk.account(row) for row in rows])
    (share / "answers" / "别的.doc").write_bytes(b"x")
    os.utime(share / "answers" / "别的.doc", (0, 0))
    turn(agreement)
    assert AnswerFile.objects.exclude(request=None).get().counts == {"kept": 3}
    assert AnswerFile.objects.get(request=None).code == "name"
    assert (Fact.objects.count(), Reply.objects.filter(outcome="FOUND").count()) == (3, 3)
    assert sorted(p.name for p in (share / "answers").iterdir()) == ["processed", "refused"]
    assert (share / "answers" / "refused" / "别的.doc").exists()
    assert len(list((share / "answers" / "processed").iterdir())) == 3
    turn(agreement)
    assert RequestFile.objects.count() == 1


def test_what_was_cut_off_is_known_by_where_it_lies(agreement, share, monkeypatch):
    """The connection breaks while the file is renamed; it had its name by then."""
    renamed = sftp.Sftp.release

    def breaks(line, name):
        renamed(line, name)
        raise Unreachable("连接中断")

    monkeypatch.setattr(sftp.Sftp, "release", breaks)
    with pytest.raises(Unreachable):
        exchange.exchange(agreement, lambda _: None)
    held = RequestFile.objects.get()
    assert (held.left_at, held.ended_at) == (None, None)
    monkeypatch.setattr(sftp.Sftp, "release", renamed)
    turn(agreement)
    held.refresh_from_db()
    assert held.found_at is not None
    assert len(clerk.requested(share / "requests")) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"host_key": "another"}, "主机密钥与 host_key 不符"),
        ({"user": "nobody-here"}, "不接受这个用户名或这把密钥"),
        ({"requests": "/nowhere/at/all"}, "没有所写的文件夹 /nowhere/at/all"),
        ({"host_key": "no key"}, "host_key 不是可以使用的 SSH 公钥"),
        ({"key": "/nowhere"}, "打不开"),
        ({"key": ""}, "缺少 key"),
    ],
)
def test_no_connection_is_made_that_is_not_the_one_written(
    agreement, share, server, tmp_path, changes, message
):
    if changes.get("host_key") == "another":
        changes = {"host_key": server.key.with_suffix(".pub").read_text().strip()}
    write(share, server, **changes)
    with pytest.raises(Trouble, match=message):
        exchange.exchange(agreement, lambda _: None)
    assert not RequestFile.objects.exists()
    assert not list((share / "requests").iterdir())


def test_a_folder_of_answers_that_is_not_there_is_named(agreement, share, server):
    write(share, server, answers="/nowhere/else")
    with pytest.raises(Trouble, match="没有所写的文件夹 /nowhere/else"):
        exchange.tried(agreement)


def test_a_key_that_is_none_is_told_from_a_host_key_that_is_none(
    agreement, share, server, tmp_path
):
    no_key = tmp_path / "key"
    no_key.write_text("no key")
    no_key.chmod(0o600)
    write(share, server, key=str(no_key))
    with pytest.raises(Trouble, match="key 所指的文件不是可以使用的 SSH 私钥"):
        exchange.tried(agreement)


def test_a_key_that_others_can_read_is_not_used(agreement, share, server, tmp_path):
    open_to_all = tmp_path / "key"
    open_to_all.write_bytes(server.key.read_bytes())
    open_to_all.chmod(0o644)
    write(share, server, key=str(open_to_all))
    with pytest.raises(Trouble, match="chmod 600"):
        exchange.exchange(agreement, lambda _: None)


def test_a_server_that_is_not_there_is_said(agreement, share, server):
    path_of(RECEIVER).write_text(
        server.written(share / "requests", share / "answers").replace(
            f"port = {server.port}", "port = 9"
        )
    )
    with pytest.raises(Trouble, match="没有在这个 port 上接受连接"):
        exchange.exchange(agreement, lambda _: None)


def test_a_name_that_nobody_has_is_said(agreement, share, server):
    write(share, server, host="nosuch.invalid")
    with pytest.raises(Trouble, match="找不到 host 所写的主机名"):
        exchange.tried(agreement)


def test_a_folder_that_may_not_be_written_to_is_named(agreement, share, tmp_path):
    with sshd(tmp_path / "strict", denied="open") as strict:
        write(share, strict)
        with pytest.raises(Trouble, match=f"不许这个用户读写 {share / 'requests'}。"):
            exchange.tried(agreement)


def test_an_answer_that_may_not_be_read_keeps_no_other_waiting(agreement, share, monkeypatch):
    turn(agreement)
    ((said, rows),) = clerk.requested(share / "requests")
    first, second, third = (clerk.nothing(row) for row in rows)
    names = sorted(
        clerk.answer(share / "answers", said, part).name for part in ([first], [second, third])
    )
    real = sftp.Sftp.open

    def withheld(line, name):
        if name == names[0]:
            raise Withheld(f"对方不许这个用户读写 {name}。")
        return real(line, name)

    monkeypatch.setattr(sftp.Sftp, "open", withheld)
    with pytest.raises(Unreachable, match=names[0]):
        exchange.exchange(agreement, lambda _: None)
    assert AnswerFile.objects.count() == 1
    assert [name for name in names if (share / "answers" / name).exists()] == names[:1]


def test_one_who_is_not_reached_again_and_again_is_left_alone_and_an_administrator_told(
    agreement, share, server, county
):
    """As with every other channel: a rest, one who tries, and an entry in the work list."""
    guan = replace(county.prepares, roles=frozenset({Role.SYSTEM_ADMIN}))

    def listed():
        return [
            (department.source, failing.count, failing.stands)
            for department, failing in sources.to_mend(guan)
            if failing.kind.name == "no_exchange"
        ]

    write(share, server, user="nobody-here")
    for _ in range(FAULTS_TO_REST):
        assert listed() == []
        with pytest.raises(Unreachable):
            exchange.exchange(agreement, lambda _: None, waits=True)
    assert not exchange.exchange(agreement, lambda _: None, waits=True)
    assert listed() == [("bank", FAULTS_TO_REST, True)]
    (bank,) = [one for one in sources.sources(guan) if one.department.source == "bank"]
    assert (bank.state, bank.failures[0].kind.name) == ("open", "no_exchange")
    write(share, server)
    turn(agreement)  # by hand, without waiting
    assert listed() == []
    assert exchange.exchange(agreement, lambda _: None, waits=True)


def test_a_server_that_never_speaks_is_not_waited_for(share, server, monkeypatch):
    monkeypatch.setattr(sftp, "CONNECT_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        told = server.written(share / "requests", share / "answers")
        path_of(RECEIVER).write_text(told.replace(f"port = {server.port}", f"port = {port}"))
        with pytest.raises(Unreachable, match="没有在时限内应答"), sftp.opened(RECEIVER):
            pytest.fail("nobody answered")


def test_a_server_of_old_renames_in_its_own_way(share, tmp_path):
    """Without the extensions of OpenSSH, for a rename in one step and for writing to the disk."""
    with sshd(tmp_path / "old", denied="posix-rename,fsync") as old:
        write(share, old)
        with sftp.opened(RECEIVER) as line:
            line.place("one.csv", lambda out: out.write(b"x"))
            assert line.lying() == {"one.csv"}
            line.release("one.csv")
    assert [(p.name, p.read_bytes()) for p in (share / "requests").iterdir()] == [("one.csv", b"x")]


def test_a_large_file_goes_and_comes_in_pieces(share, monkeypatch):
    content = os.urandom(1000)
    monkeypatch.setattr(sftp, "PIECE", 64)
    there = share / "requests" / ".large.part"

    def written(out):
        for start in range(0, 1000, 50):
            out.write(content[start : start + 50])
            assert there.stat().st_size > start - 64  # no more than a piece is held back

    with sftp.opened(RECEIVER) as line:
        line.place("large", written)
        line.release("large")
        (share / "requests" / "large").rename(share / "answers" / "large")
        with line.open("large") as came:
            assert came.read() == content


def test_a_file_of_which_each_piece_comes_in_time_does_not_hold_a_turn_for_hours(
    share, monkeypatch
):
    monkeypatch.setattr(sftp, "PIECE", 64)
    monkeypatch.setattr(sftp, "TURN_WITHIN", 3.0)
    (share / "answers" / "slow").write_bytes(b"x" * 64 * 200_000)
    began = time.monotonic()
    with sftp.opened(RECEIVER) as line:
        with pytest.raises(Unreachable, match="一次交换等了"):
            line.open("slow")
        with pytest.raises(Unreachable):  # the turn is over, whatever else there would be to do
            line.arrived()
    assert time.monotonic() - began < 10


def test_the_time_that_we_take_ourselves_is_not_the_servers(share, monkeypatch):
    (share / "answers" / "one").write_bytes(b"x")
    with sftp.opened(RECEIVER) as line:
        monkeypatch.setattr(line._steps, "_left", 1.0)
        time.sleep(1.1)
        assert line.open("one").read() == b"x"


def test_a_folder_with_more_names_than_are_read_is_named_and_nothing_is_concluded(
    agreement, share, monkeypatch
):
    monkeypatch.setattr(sftp, "MOST_NAMES", 3)
    for number in range(4):
        (share / "answers" / f"{number}.txt").touch()
    with pytest.raises(Unreachable, match=f"{share / 'answers'} 里超过 3 个文件"):
        exchange.tried(agreement)
    (share / "answers" / "0.txt").unlink()
    assert exchange.tried(agreement) == {"waiting": 3}


def test_of_an_answer_beyond_all_bounds_no_more_is_fetched_than_shows_it(share, monkeypatch):
    monkeypatch.setattr(sftp, "PIECE", 64)
    monkeypatch.setattr(sftp, "MOST_BYTES", 100)
    (share / "answers" / "endless").write_bytes(b"x" * 1000)
    with sftp.opened(RECEIVER) as line, line.open("endless") as came:
        assert len(came.read()) == 128


def test_what_breaks_off_otherwise_is_named():
    assert "连接中断(OSError)" in sftp._broken_off(OSError())


def test_an_answer_that_is_gone_is_said_and_leaves_nothing_open(share):
    before = len(os.listdir("/proc/self/fd"))
    with sftp.opened(RECEIVER) as line:
        during = len(os.listdir("/proc/self/fd"))
        with pytest.raises(Unreachable, match="已被取走"):
            line.open("gone")
        assert len(os.listdir("/proc/self/fd")) == during
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_was_moved_aside_before_a_cut_may_be_moved_again(share):
    (share / "answers" / "read.csv").write_bytes(b"x")
    with sftp.opened(RECEIVER) as line:
        assert 0 <= line.arrived()["read.csv"] < 60
        line.set_aside("read.csv", "processed", "收到")
        line.set_aside("read.csv", "processed", "收到")
        assert line.arrived() == {}
    aside = share / "answers" / "processed"
    assert (aside / "read.csv").read_bytes() == b"x"
    assert (aside / "read.csv.result.txt").read_text("utf-8-sig") == "收到"


def test_a_file_that_was_never_placed_may_be_dropped(share):
    (share / "requests" / ".half.csv.part").write_bytes(b"x")
    with sftp.opened(RECEIVER) as line:
        line.drop("half.csv")
        line.drop("half.csv")
    assert not list((share / "requests").iterdir())
