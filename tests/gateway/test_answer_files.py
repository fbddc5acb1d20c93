"""An office without a gateway: its table is looked through, signed, and laid down whole."""

import csv
import io
import json
from hashlib import sha256

import pytest

from hedui.faces.cli.commands import cli
from hedui.gateway.answer_files import sign_answer
from hedui.wire.files import (
    REQUEST_COLUMNS,
    FileFault,
    Manifest,
    build_manifest,
    read_manifest,
    write_workbook,
)
from hedui.wire.moments import new_message_id
from hedui.wire.seals import Verifier, generate_key, load_signer, public_path, read_publics
from tests import cast
from tests.wire.made import NOW

HEAD = [
    "查询编号", "姓名", "公民身份号码", "结果", "第几条", "共几条",
    "数据截至", "答复单位", "答复编号", "开户银行", "账户类型", "账户余额(元)",
]  # fmt: skip
WHO = ["01904f3a-6c1e-7000-8000-00000000000a", "张三", "11010519491231002X"]
HELD = [*WHO, "有记录", "1", "1", "2024-07-31", "某银行", "B-1", "工行", "活期", "30000.50"]
NOT_HELD = [f"{WHO[0][:-1]}b", *WHO[1:], "无记录", "", "", "2024-07-31", "某银行", "B-2", *[""] * 3]


class Office:
    """The office's desk: its key, the platform's, a request, and where answers go."""

    def __init__(self, folder):
        self.folder = folder
        self.platform = generate_key(folder / "platform.pem")
        self.signer = generate_key(folder / "bank.pem")
        self.answers = folder / "answers"
        self.answers.mkdir()
        self.request = folder / "asked.request.json"
        self.asks(self.platform)

    def asks(self, signer, **changes):
        told = {
            "kind": "request", "message_id": new_message_id(NOW), "sender_id": "310101-hedui",
            "receiver_id": "310101-bank", "source": "bank", "made_at": NOW,
            "file": "asked.request.csv", "encoding": "utf-8", "columns": ("查询编号",),
            "count": 2, "sha256": "0" * 64,
        }  # fmt: skip
        self.said = Manifest(**(told | changes))
        self.request.write_bytes(build_manifest(self.said, signer))

    def asks_of(self, *people, items="bank.bank bank.account_type bank.balance_fen"):
        """Lay the table of questions beside its manifest: about these people."""
        asked = [[*who, items, "2023-08-01", "2024-07-31", "2024-07-31", "dibao", "x.y.z"]
                 for who in people]  # fmt: skip
        out = io.StringIO()
        csv.writer(out).writerows([list(REQUEST_COLUMNS.values()), *asked])
        content = out.getvalue().encode()
        (self.folder / "asked.request.csv").write_bytes(content)
        columns = tuple(REQUEST_COLUMNS.values())
        self.asks(self.platform, sha256=sha256(content).hexdigest(), columns=columns)

    def table(self, *rows, encoding="utf-8"):
        path = self.folder / "answers.table"
        if encoding == "xlsx":
            with path.open("wb") as out:
                write_workbook(HEAD, rows, out)
        else:
            out = io.StringIO()
            csv.writer(out).writerows([HEAD, *rows])
            path.write_bytes(out.getvalue().encode(encoding))
        return path

    def signs(self, table):
        return sign_answer(
            table, request=self.request, to=self.answers, signer=self.signer,
            platform=Verifier.of(self.platform.public()), now=NOW,
        )  # fmt: skip


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "xlsx"])
def test_the_manifest_says_what_the_table_is_and_whose_questions_it_answers(office, encoding):
    table = office.table(HELD, NOT_HELD, encoding=encoding)
    signed = office.signs(table)
    verifier = Verifier.of(office.signer.public())
    said = read_manifest(signed.manifest.read_bytes(), verifier=verifier, now=NOW)
    assert (said.kind, said.correlation_id) == ("answer", office.said.message_id)
    assert (said.sender_id, said.receiver_id) == ("310101-bank", "310101-hedui")
    assert (said.encoding, said.columns, said.count) == (encoding, tuple(HEAD), 2)
    laid = office.answers / said.file
    assert laid.suffix == (".xlsx" if encoding == "xlsx" else ".csv")
    assert laid.read_bytes() == table.read_bytes()
    assert said.sha256 == sha256(laid.read_bytes()).hexdigest()
    assert (signed.table.answered, signed.table.faults) == (2, {})
    assert sorted(p.name for p in office.answers.iterdir()) == sorted(
        [said.file, signed.manifest.name]
    )


def test_rows_that_will_not_be_taken_are_told_by_their_number(office):
    damaged = [*HELD[:2], "1.1E+17", *HELD[3:]]
    signed = office.signs(office.table(NOT_HELD, damaged))
    assert signed.table.answered == 1
    assert list(signed.table.faults.values()) == [(3,)]


def test_a_table_that_cannot_be_taken_is_not_signed(office):
    headless = office.folder / "headless"
    headless.write_bytes("姓名,结果\n张三,有记录\n".encode())
    for table in (headless, office.table()):
        with pytest.raises(FileFault):
            office.signs(table)
    assert not list(office.answers.iterdir())


def test_nothing_is_answered_to_a_request_that_is_not_the_platforms(office):
    table = office.table(HELD)
    office.asks(generate_key(office.folder / "other.pem"))
    with pytest.raises(FileFault):
        office.signs(table)
    office.asks(office.platform, kind="answer", correlation_id=new_message_id(NOW))
    with pytest.raises(FileFault):
        office.signs(table)
    assert not list(office.answers.iterdir())


def changed(row, **cells):
    return [cells.get(name, cell) for name, cell in zip(HEAD, row, strict=True)]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({}, ""),
        ({"数据截至": "2024年7月31日"}, ""),
        ({"数据截至": "2024.7.31"}, ""),
        ({"数据截至": "七月底"}, "数据截至不是可以识读的日期"),
        ({"数据截至": "2024-08-02"}, "答复不能识读"),
        ({"公民身份号码": cast.number("19491231", "003")}, "答复的是另一人的信息"),
        ({"查询编号": NOT_HELD[0]}, "这个请求文件没有问过的查询编号"),
        ({"答复编号": "编号1"}, "答复不能识读"),
        ({"账户类型": "别的"}, "有的值不符合目录的规定:账户类型"),
        ({"账户余额(元)": "三万"}, "金额不是至多两位小数的元:账户余额(元)"),
    ],
)
def test_answers_are_held_against_the_questions_as_the_platform_does(office, cells, fault):
    office.asks_of(WHO)
    signed = office.signs(office.table(changed(HELD, **cells)))
    assert signed.judged
    assert signed.table.faults == ({fault: (2,)} if fault else {})
    assert signed.table.answered == (not fault)


def test_a_column_of_another_unit_and_questions_left_out_are_told(office, capsys):
    """The amount stands in 万元: it is no column of ours, is dropped, and the answer has none."""
    office.asks_of(WHO, [NOT_HELD[0], *WHO[1:]], items="bank.bank bank.balance_fen")
    table = office.table(HELD)
    table.write_text(table.read_text().replace("账户余额(元)", "账户余额(万元)"))
    found = office.signs(table).table
    assert (found.beyond, found.without) == (("账户余额(万元)",), ("账户余额(元)",))
    assert found.unanswered == 1
    words = ["--key", office.folder / "bank.pem", "--request", office.request, "--table", table]
    words += ["--to", office.answers, "--partner-key", public_path(office.folder / "platform.pem")]
    _, said = run(capsys, *words)
    assert "还有 1 项查询没有答复" in said.out
    assert "表中没有的列:账户余额(元)" in said.out
    assert "内容不采用的列:账户余额(万元)" in said.out
    assert "30000" not in said.out


def test_a_department_that_cannot_answer_now_is_told_that_the_question_stays_open(office):
    office.asks_of(WHO)
    row = [*WHO, "暂不能答复", *NOT_HELD[4:]]
    assert list(office.signs(office.table(row)).table.faults) == ["部门暂不能答复"]


def test_questions_that_are_not_those_of_the_manifest_are_not_believed(office):
    office.asks_of(WHO)
    with (office.folder / "asked.request.csv").open("ab") as file:
        file.write(b"\r\n")
    with pytest.raises(FileFault, match="digest"):
        office.signs(office.table(HELD))


def run(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        cli.main(["department", "sign", *map(str, words)])
    return ended.value.code, capsys.readouterr()


def test_the_command_makes_the_key_and_says_its_thumbprint(tmp_path, capsys):
    key = tmp_path / "office.pem"
    code, said = run(capsys, "--key", key)
    (public,) = read_publics(public_path(key).read_text())
    assert code == 0 and public.kid in said.out
    code, said = run(capsys, "--key", key, "--json")
    assert json.loads(said.out)["kid"] == public.kid == load_signer(key).public().kid


def test_the_command_signs_and_tells_what_is_wrong(office, capsys):
    words = ["--key", office.folder / "bank.pem", "--request", office.request]
    words += ["--to", office.answers, "--partner-key", public_path(office.folder / "platform.pem")]
    damaged = [*HELD[:2], "1.1E+17", *HELD[3:]]
    code, said = run(capsys, *words, "--table", office.table(NOT_HELD, damaged))
    assert code == 0
    assert "只核对了写法" in said.err
    assert "其中 1 项查询可以采用" in said.out and "第 3 行" in said.out
    assert "张三" not in said.out and "1.1E" not in said.out
    code, said = run(capsys, "--key", office.folder / "bank.pem", "--table", office.table(HELD))
    assert code == 2
