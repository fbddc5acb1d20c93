"""Parameters: dated, inherited, referenced; a mistake in a file is named when it is read."""

import re
import textwrap
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from hedui.faces.cli.policy import policy
from hedui.policy import compute
from hedui.policy.lock import all_declared, parameters_digest, place_parameters
from hedui.policy.parameters import (
    Declared,
    ParameterError,
    PolicyError,
    division_chain,
    read_declared,
    read_files,
)
from hedui.policy.programme import programme
from hedui.policy.truth import UNKNOWN, Truth

DECLARED = {
    "line": Declared("line", "标准", "fen_monthly", True),
    "extra": Declared("extra", "附加", "count", False),
    "open": Declared("open", "是否", "truth", False),
    "parts": Declared("parts", "份数", "count", False, least=1, most=12),
}
ON = date(2024, 8, 1)


KNOWN = 'values:\n  2000-01-01: {value: 1, reference: "649", seen: text}\n'


def write(root: Path, place: str, chapter: str, text: str) -> None:
    """Write a parameter as a file of its own; 110000 is a place that has something of its own."""
    name, _, body = text.partition(":")
    for folder, file, content in (
        ("110000-known/dibao", "extra", KNOWN),
        (f"{place}/{chapter}", name, textwrap.dedent(body.lstrip("\n"))),
    ):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / f"{file}.yaml").write_text(content, encoding="utf-8")


def value(amount: str, day: str = "2024-07-01", more: str = "") -> str:
    return f'line:\n  values:\n    {day}: {{value: {amount}, reference: "649", seen: text{more}}}\n'


def held(root: Path, division: str, on: date = ON):
    files = read_files(root, DECLARED)
    return files.resolve(DECLARED, division=division, folders=("dibao",), on=on)["line"].use


def test_a_county_inherits_city_inherits_province_inherits_nation(tmp_path):
    for place, amount in (
        ("000000-nation", '"1.00"'),
        ("330000-province", '"2.00"'),
        ("330100-city", '"3.00"'),
        ("330102-county", '"4.00"'),
    ):
        write(tmp_path, place, "dibao", value(amount))
    found = {d: held(tmp_path, d).value for d in ("110101", "330201", "330105", "330102")}
    assert found == {"110101": 100, "330201": 200, "330105": 300, "330102": 400}
    assert held(tmp_path, "330105").division == "330100"


def test_a_value_holds_from_its_day_until_the_next(tmp_path):
    write(
        tmp_path,
        "000000-nation",
        "dibao",
        "line:\n  values:\n"
        '    2023-07-01: {value: "1.00", reference: "649", seen: text}\n'
        '    2024-07-01: {value: "2.00", reference: "649", seen: text}\n',
    )
    days = (date(2023, 7, 1), date(2024, 6, 30), date(2024, 7, 1))
    assert [held(tmp_path, "110101", day).value for day in days] == [100, 100, 200]


def test_before_the_first_value_there_is_no_rule_set(tmp_path):
    write(tmp_path, "000000-nation", "dibao", value('"1.00"'))
    with pytest.raises(PolicyError, match="110101.*2024-06-30.*标准"):
        held(tmp_path, "110101", date(2024, 6, 30))


def test_a_value_that_ended_does_not_come_back_to_life(tmp_path):
    write(
        tmp_path,
        "000000-nation",
        "dibao",
        "line:\n  values:\n"
        '    2022-07-01: {value: "1.00", reference: "649", seen: text}\n'
        '    2023-07-01: {value: "2.00", reference: "649", seen: text, until: 2024-06-30}\n',
    )
    assert held(tmp_path, "110101", date(2024, 6, 30)).value == 200
    with pytest.raises(PolicyError, match=r"“标准”的取值到 2024-06-30 为止.*补上.*line\.yaml:3。"):
        held(tmp_path, "110101", date(2024, 7, 1))


def test_nor_does_that_of_the_place_above_and_what_rests_on_it_is_unknown_by_name(tmp_path):
    write(tmp_path, "000000-nation", "dibao", value('"1.00"'))
    write(tmp_path, "000000-nation", "property", value("9").replace("line", "extra"))
    ending = value("5", more=", until: 2024-07-31").replace("line", "extra")
    write(tmp_path, "110101-district", "dibao", ending)
    files = read_files(tmp_path, DECLARED)
    before, after = (
        files.resolve(DECLARED, division="110101", folders=("dibao",), on=on)["extra"]
        for on in (date(2024, 7, 31), date(2024, 8, 1))
    )
    assert before.use.value == 5
    assert after.use.value is UNKNOWN
    assert re.search(r"^“.+”的取值到 2024-07-31 为止.*extra\.yaml:2。", after.note)


def test_a_result_names_the_value_that_ended():
    line = {"class": "transfer", "kind": "basic_resident_pension", "amount": "2400.00"}
    notes = [
        compute(
            {
                "programme": "dibao",
                "division": "360700",
                "as_of": on,
                "members": [{"key": "a", "birth_date": "1950-01-01", "incomes": [line]}],
            }
        ).notes
        for on in ("2025-12-31", "2026-01-01")
    ]
    told = [[note for note in some if "为止" in note] for some in notes]
    assert told[0] == []
    assert "basic_pension_excluded.yaml:" in told[1][0] and "到 2025-12-31 为止" in told[1][0]


def test_a_parameter_the_place_does_not_set_is_unknown_and_never_zero(tmp_path):
    write(tmp_path, "330000-province", "dibao", value('"1.00"'))
    found = read_files(tmp_path, DECLARED).resolve(
        DECLARED, division="330101", folders=("dibao",), on=ON
    )
    assert found["extra"].use.value is UNKNOWN
    assert found["open"].use.value is Truth.UNKNOWN


def test_the_file_of_the_programme_comes_before_the_chapters(tmp_path):
    write(tmp_path, "000000-nation", "dibao", value('"1.00"'))
    write(tmp_path, "000000-nation", "property", value('"2.00"'))
    assert held(tmp_path, "110101").value == 100


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (value("1595.00"), "line.*文字"),
        (value('"1595.00"', day='"2024-07-01"'), "yaml:2:日期 2024-07-01 加了引号;请去掉"),
        (value('"1595.005"'), "两位小数"),
        (value('"1.00"', more=", surplus: 1"), "多余的键"),
        ('line:\n  values:\n    2024-07-01: {value: "1.00", seen: text}\n', "reference"),
        (
            'line:\n  values:\n    2024-07-01: {value: "1.00", reference: nowhere, seen: text}\n',
            "nowhere",
        ),
        (
            'line:\n  values:\n    2024-07-01: {value: "1.00", reference: "649", seen: hearsay}\n',
            "hearsay",
        ),
        ("unheard_of:\n  values: {}\n", "unheard_of"),
        ("line: 5\n", "values"),
        (
            'extra:\n  values:\n    2024-07-01: {value: 1.5, reference: "649", seen: text}\n',
            "非负整数",
        ),
        (
            'open:\n  values:\n    2024-07-01: {value: 1, reference: "649", seen: text}\n',
            "true 或 false",
        ),
        (
            "line:\n  values:\n"
            '    2024-07-01: {value: "1.00", reference: "649", seen: text}\n'
            '    2024-07-01: {value: "2.00", reference: "649", seen: text}\n',
            "yaml:3:“2024-07-01”写了两次",
        ),
        (
            "line:\n  values:\n    2024-07-01:\n"
            '      value: "1.00"\n      value: "2.00"\n      reference: "649"\n      seen: text\n',
            "yaml:4:“value”写了两次",
        ),
        (value('"1.00"', day="2024-02-30"), "yaml:2:“2024-02-30”不是有效的日期"),
        (value('"1.00"', more=", until: 2024-06-31"), "yaml:2:“2024-06-31”不是有效的日期"),
        (value('"1.00"', more=", until: 2024-06-30"), "until 2024-06-30 早于"),
        (value('"1.00"', more=", article: 十"), "article"),
        (value('"1.00"', more=", article: true"), "article"),
        (value('"1.00"', more=", note: [1]"), "note"),
        (value('"1.00"').replace('"649"', "[649]"), r"\[649\]"),
        (value("{a: 1}"), "文字"),
        ("line:\n  values: {}\n", "values"),
        (value('"1.00"', more=", 5: 1, a: 2"), "多余的键“5”"),
        ("parts:\n  values:\n    2024-07-01: {value: 0, reference: '649', seen: text}\n", "小于 1"),
        (
            "parts:\n  values:\n    2024-07-01: {value: 13, reference: '649', seen: text}\n",
            "大于 12",
        ),
        ("line:\n  values: [\n", "不是可读的 YAML"),
        ("line:\n  values: !!python/name:os.system x\n", "不是可读的 YAML"),
    ],
)
def test_it_refuses_a_file_that_is_not_well_written_and_says_where(tmp_path, text, words):
    write(tmp_path, "000000-nation", "dibao", text)
    with pytest.raises(ParameterError, match=words) as caught:
        read_files(tmp_path, DECLARED)
    assert re.search(r"000000-nation/dibao/\w+\.yaml:\d+:.*;请", str(caught.value))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('operator: "<="\nvalues:\n  2000-01-01: {value: "1.00", %s}\n', ":1:financial_limit"),
        ('values:\n  2000-01-01: {value: "1.00", operator: "<", %s}\n', ":2:financial_limit"),
    ],
)
def test_a_word_beside_the_wrong_parameter_is_refused_and_the_right_ones_named(
    tmp_path, text, words
):
    folder = tmp_path / "990101-sample" / "property"
    folder.mkdir(parents=True)
    path = folder / "financial_limit.yaml"
    path.write_text(text % 'reference: "649", seen: text', "utf-8")
    told = rf"{words} 不带 operator.*financial_cap_method\(货币财产限额的算法\)"
    with pytest.raises(ParameterError, match=told):
        read_files(tmp_path, all_declared())


def test_a_file_that_is_not_utf_8_is_refused_with_what_to_do(tmp_path):
    write(tmp_path, "000000-nation", "dibao", value('"1.00"', more=", note: 说明"))
    path = tmp_path / "000000-nation" / "dibao" / "line.yaml"
    path.write_bytes(path.read_text("utf-8").encode("gbk"))
    with pytest.raises(ParameterError, match=r"dibao/line\.yaml:2:文件不是 UTF-8.*另存为 UTF-8"):
        read_files(tmp_path, DECLARED)


LAW = (
    "x: {title: 通知, number: 一号, issued: 2025-01-01, in_force: null, seen: text, source: 原件}\n"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x:\n  title: [\n", "law.yaml:3:不是可读的 YAML"),
        ("- x\n", "law.yaml:1:写法不对"),
        ("x: 通知\n", "law.yaml:1:x 的写法不对"),
        (LAW.replace("number: 一号, ", ""), "law.yaml:1:x 缺少 number;请补上 number"),
        (LAW.replace("number", "nr"), "缺少 number"),
        ("\n" + LAW.replace("}", ", nr: 1}"), "law.yaml:2:x 有多余的键“nr”"),
        (LAW.replace("2025-01-01", "某日"), "issued 不是日期"),
        (LAW.replace("2025-01-01", "2025-02-29"), "“2025-02-29”不是有效的日期"),
        (LAW.replace("一号", "12"), "number 不是文字"),
        (LAW.replace("seen: text", "seen: seen"), "seen 不对"),
        (LAW + LAW, "law.yaml:2:“x”写了两次"),
        (LAW.replace("x:", '"649":'), "law.yaml:1:“649”已是另一份文件的键"),
    ],
)
def test_instruments_that_are_not_well_written_are_refused_with_their_line(tmp_path, text, words):
    folder = tmp_path / "110000-known"
    folder.mkdir()
    (folder / "law.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match=words) as caught:
        read_files(tmp_path, DECLARED)
    assert "请" in str(caught.value)


def test_it_refuses_a_declared_parameter_of_an_unknown_unit():
    with pytest.raises(ParameterError, match="rate"):
        read_declared({"rate": {"label": "比例", "unit": "float"}})


def test_it_refuses_a_division_that_is_no_six_digits():
    assert division_chain("310101") == ("310101", "310100", "310000", "000000")
    for wrong in ("31", "31010a", "３１０１０１", ""):
        with pytest.raises(PolicyError, match="六位"):
            division_chain(wrong)


def test_published_tables_of_shanghai_agree_with_their_multiples_except_where_published_otherwise():
    found = place_parameters().resolve(
        programme("dibao").parameters, division="310000", folders=("dibao",), on=ON
    )
    amounts = {name: resolved.use.value for name, resolved in found.items()}
    standard = amounts["standard_monthly"]
    assert amounts["financial_limit"] == 24 * standard
    assert amounts["financial_limit_small_household"] * 10 == 11 * 24 * standard
    assert amounts["financial_limit_special"] * 10 == 12 * 24 * standard
    # 1.3 × 1595 is 2073.50; the table says 2075 and the table wins
    assert amounts["standard_minor_monthly"] == 207_500 != standard * 13 // 10


def test_the_digest_changes_with_any_number(tmp_path):
    write(tmp_path, "000000-nation", "dibao", value('"1.00"'))
    before = parameters_digest(read_files(tmp_path, DECLARED))
    write(tmp_path, "000000-nation", "dibao", value('"1.01"'))
    after = parameters_digest(read_files(tmp_path, DECLARED))
    assert before.startswith("sha256:")
    assert before != after
    assert parameters_digest(place_parameters()) == parameters_digest(place_parameters())


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("520502/standards", "520502:文件夹的名称不对"),
        ("520502_qxg/standards", "520502-qixingguan"),
        ("520502-qxg/dibao-edge", "没有这个项目或篇章"),
        ("qixingguan/standards", "qixingguan:文件夹的名称不对"),
        ("520502-qxg/standards/2025", "不能再有文件夹"),
        ("420599-nowhere/standards", "没有代码为 420599 的行政区划.*99 开头"),
    ],
)
def test_a_folder_that_would_be_passed_over_in_silence_is_an_error(tmp_path, folder, words):
    (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(ParameterError, match=words):
        read_files(tmp_path, all_declared())


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("standards/standard_monthly.yml", r"改为 \.yaml 结尾"),
        ("standards/standard_monthly.YAML", r"改为 \.yaml 结尾"),
        ("standard_monthly.yaml", "standards"),
        ("law.yml", "law.yaml"),
    ],
)
def test_a_file_that_would_be_passed_over_in_silence_is_an_error(tmp_path, file, words):
    path = tmp_path / "520502-qxg" / file
    path.parent.mkdir(parents=True)
    path.write_text(KNOWN, encoding="utf-8")
    with pytest.raises(ParameterError, match=f"520502-qxg/{file}.*{words}"):
        read_files(tmp_path, all_declared())


def test_two_folders_of_one_division_are_an_error(tmp_path):
    for name in ("420500-yichang", "420500-yichang-b"):
        (tmp_path / name / "standards").mkdir(parents=True)
    with pytest.raises(ParameterError, match="420500-yichang-b.*420500-yichang 也是"):
        read_files(tmp_path, all_declared())


def test_a_level_above_the_districts_of_a_municipality_may_have_a_folder(tmp_path):
    for name in ("310100-districts", "000000-nation", "330183-fuyang", "990101-sample"):
        (tmp_path / name / "standards").mkdir(parents=True)
    assert len(read_files(tmp_path, all_declared()).places) == 4


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("maintenance_divisor", 0),
        ("look_back_months_wage", 0),
        ("look_back_months_transfer", 0),
        ("casual_months", 13),
        ("vehicle_yearly_loss", '"1.00"'),
    ],
)
def test_a_value_that_no_rule_can_reckon_with_is_refused(tmp_path, name, wrong):
    folder = tmp_path / "990101-sample" / "income"
    folder.mkdir(parents=True)
    (folder / f"{name}.yaml").write_text(
        f'values:\n  2000-01-01: {{value: {wrong}, reference: "649", seen: text}}\n', "utf-8"
    )
    with pytest.raises(ParameterError, match=rf"income/{name}\.yaml:2:.*不能[小大]于.*请写作"):
        read_files(tmp_path, all_declared())


def test_a_folder_that_is_no_place_is_left_alone(tmp_path):
    (tmp_path / "cases" / "more").mkdir(parents=True)
    assert read_files(tmp_path, all_declared()).places == {}


@pytest.mark.parametrize(("days", "warned"), [(["2025-07-01"], True), ([], False)])
def test_a_file_that_takes_the_place_of_another_says_which_values_are_gone(tmp_path, days, warned):
    own = place_parameters().places["310000"]["standards"]["standard_monthly"]
    days = days or [str(dated.valid_from) for dated in own]
    folder = tmp_path / "310000-shanghai" / "standards"
    folder.mkdir(parents=True)
    lines = [f'  {day}: {{value: "1700.00", reference: "649", seen: text}}\n' for day in days]
    (folder / "standard_monthly.yaml").write_text("values:\n" + "".join(lines), encoding="utf-8")
    words = ["show", "310101", "--on", "2026-08-01", "--parameters", str(tmp_path)]
    told = CliRunner().invoke(policy, words)
    assert "低于 1700.00元/月" in told.stdout
    gone = "310000-shanghai/standards/standard_monthly.yaml(" in told.stderr
    assert gone == warned == ("请抄进新文件" in told.stderr)
    assert (str(own[-1].valid_from) in told.stderr) == warned


MORE = ("--parameters", str(Path(__file__).parent / "places"))


def refusal(*words: str) -> str:
    return str(CliRunner().invoke(policy, words).exception)


def test_a_place_without_rules_says_since_when_it_has_some_or_how_to_enter_them():
    early = refusal("show", "990130", "--on", "2020-01-01", *MORE)
    assert "当地收录的参数最早自 2021-07-01 起" in early
    assert "写入 511528-地名 目录" in refusal("show", "511528", "--on", "2025-08-01")


def test_the_first_notice_of_a_place_is_compared_with_what_was_before():
    asked = ("compare", "990130", "--on", "2020-01-01", "--and-on", "2025-08-01", *MORE)
    told = CliRunner().invoke(policy, asked).output
    assert "最低生活保障标准(standard_monthly):未收录 → 低于 800.00元/月" in told
    again = ("compare", "990130", "--on", "2025-08-01", "--and-on", "2020-01-01", *MORE)
    assert "没有收录 990130 在 2020-01-01" in refusal(*again)


def test_a_misnamed_parameter_is_answered_with_the_nearest(tmp_path):
    folder = tmp_path / "410225-lankao"
    (folder / "standards").mkdir(parents=True)
    file = folder / "standards" / "standard_montly.yaml"
    file.write_text('values:\n  2026-01-01: {value: "680.00"}\n', encoding="utf-8")
    with pytest.raises(PolicyError, match=r"把文件名改为 standard_monthly。"):
        read_files(tmp_path, all_declared())
    hidden = file.rename(file.with_name("standard_monthly.yaml.txt"))
    with pytest.raises(PolicyError, match=r"standard_monthly.yaml.txt:这个文件不会被读"):
        read_files(tmp_path, all_declared())
    hidden.unlink()


def test_a_place_whose_files_lie_in_no_folder_that_counts_is_told_where_the_standard_goes(tmp_path):
    folder = tmp_path / "410225-lankao" / "property"
    folder.mkdir(parents=True)
    (folder / "financial_months.yaml").write_text(
        "values:\n  2026-01-01: {value: 24, reference: hedui-reading, seen: excerpt}\n", "utf-8"
    )
    places = place_parameters().with_more(read_files(tmp_path, all_declared()))
    case = {"programme": "dibao", "division": "410225", "as_of": date(2026, 2, 1)}
    with pytest.raises(PolicyError, match=r"请把标准写入 standards/standard_monthly.yaml。"):
        compute(case | {"members": [{"key": "a"}]}, parameters=places)
