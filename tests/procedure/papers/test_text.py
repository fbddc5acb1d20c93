"""The text of a form: read strictly, every fault told, nothing printed from a wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.procedure.papers import catalogue, pages
from hedui.procedure.papers.checking import faults_in
from hedui.procedure.papers.describing import described
from hedui.procedure.papers.fields import fields
from hedui.procedure.papers.text import Needs, TextError, read_text
from hedui.procedure.reports.documents.glyphs import Printed
from tests.architecture.house import ROOT

PLAIN = Needs()


def faults(text: str, needs: Needs = PLAIN) -> list[str]:
    with pytest.raises(TextError) as told:
        read_text("a.md", text, needs)
    return str(told.value).splitlines()


@pytest.mark.parametrize("name", catalogue.forms())
def test_every_shipped_text_is_one_that_can_be_used(name):
    assert catalogue.shipped(name).blocks


def test_the_eighteen_basic_forms_are_there():
    numbers = {form.number for form in catalogue.forms().values()} | set(catalogue.ELSEWHERE)
    assert numbers == set(range(1, 19))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("标题\n\n一", 1, "第一行应为标题"),
        ("# 一\n版式: 海报\n\n二", 2, "没有“海报”这种版式"),
        ("# 一\n作者: 二\n\n三", 2, "标题下只能写"),
        ("# 一\n\n{{申请人.性名}}", 3, "申请人.姓名"),
        ("# 一\n\n二\n\n{{申请人.姓名", 5, "花括号没有成对"),
        ("# 一\n\n::盖章 某局", 3, "不认识“::盖章”"),
        ("# 一\n\n::留空 很多", 3, "留空的行数不对"),
        ("# 一\n\n::落款", 3, "后面没有内容"),
        ("# 一\n\n{{成员.姓名}}", 3, "只能写在表格或者列表里"),
        ("# 一\n\n| 甲 | 乙 |\n|--|--|\n| {{成员.姓名}} | {{收入.金额}} |", 5, "两组多行"),
        ("# 一\n\n| 甲 | 乙 |\n|--|--|\n| 一 | 二 | 三 |", 5, "这一行有 3 格"),
        ("# 一\n\n| 甲 | 乙 |\n|--|\n| 一 | 二 |", 4, "分隔行的格数"),
        ("# 一\n\n{{填写.别的}}", 3, "没有“填写.别的”这个字段"),
    ],
)
def test_each_fault_is_told_with_its_line_and_what_to_do(text, line, says):
    told = faults(text)
    assert any(one.startswith(f"a.md:{line}:") and says in one for one in told), told


def test_a_text_keeps_what_its_kind_may_not_lack():
    assert "缺少“决定.理由”" in faults("# 一\n\n二", Needs(must=("决定.理由",)))[0]


@pytest.mark.parametrize("name", [n for n, one in fields().items() if not one.is_public])
def test_what_is_private_is_never_put_up_in_public(name):
    row = f"| 甲 |\n|--|\n| {{{{{name}}}}} |"
    assert "公示文书不得写" in faults(f"# 一\n\n{row}", Needs(is_public=True))[0]


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        read = read_text("a.md", f"# 一\n\n{text}", PLAIN)
    except TextError as told:
        assert all(one.startswith("a.md:") for one in str(told).splitlines())
    else:
        described(read, None)


def test_a_place_replaces_a_text_and_a_wrong_one_prints_nothing(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    folder = tmp_path / "papers" / "310100-shanghai-city"
    folder.mkdir(parents=True)
    (folder / "visit.md").write_text("# 家访记录\n版式: 表格\n\n{{案件.编号}}", encoding="utf-8")
    (folder / "relief.yaml").write_text("复议机关: 某区人民政府\n", encoding="utf-8")
    assert catalogue.text_for("visit", "310101").title == "家访记录"
    assert catalogue.text_for("visit", "320102").title == "入户调查表"
    assert catalogue.relief_for("310101") == {"复议机关": "某区人民政府"}
    assert faults_in(tmp_path / "papers") == []
    nearer = tmp_path / "papers" / "310101-huangpu"
    nearer.mkdir()
    (nearer / "visit.md").write_text("# 家访\n\n{{不知.什么}}", encoding="utf-8")
    (nearer / "visits.md").write_text("# 家访\n\n一", encoding="utf-8")
    (nearer / "relief.yaml").write_text("复议期间: 六十日\n", encoding="utf-8")
    with pytest.raises(catalogue.NoSuchText, match=r"310101-huangpu/visit.md:3:没有“不知.什么”"):
        catalogue.text_for("visit", "310101")
    told = [one.partition(":")[0] for one in faults_in(tmp_path / "papers")]
    assert told == [f"310101-huangpu/{name}" for name in ("relief.yaml", "visit.md", "visits.md")]


def runs(blocks: list[Printed]) -> str:
    return str(blocks)


def test_what_is_not_known_is_a_blank_and_an_empty_list_says_none():
    text = read_text("a.md", "# 一\n\n{{申请人.住址}}\n\n| 谁 |\n|--|\n| {{支出.成员}} |", PLAIN)
    assert "blank" in runs(described(text, {"申请人": {}, "支出": []}))
    assert "无" in runs(described(text, {"申请人": {}, "支出": []}))
    assert "无" not in runs(described(text, None))


def test_the_list_of_forms_is_written_from_the_texts():
    written = (ROOT / "docs" / "reference" / "papers-list.md").read_text(encoding="utf-8")
    assert written == pages.page(), "run: hedui papers pages --out docs/reference"
    drawn = {path.stem for path in (ROOT / "docs" / "images" / "papers").iterdir()}
    assert drawn == set(catalogue.forms())
