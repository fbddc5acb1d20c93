"""What the printed report and the authorization form guarantee."""

from __future__ import annotations

import io
import re
import statistics
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import DictionaryObject

from hedui.procedure.reports import documents
from hedui.procedure.reports.documents import fonts, glyphs, summary, typesetting
from hedui.wire import canonical
from tests.procedure.reports import bodies
from tests.procedure.reports.bodies import ABSENT, RARE, URL


def printed(body: dict[str, Any]) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(documents.report_pdf(body, verify_url=URL)))


def pages(reader: pypdf.PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def said(reader: pypdf.PdfReader) -> str:
    """Give the whole text without line breaks, as copied out of the file."""
    return re.sub(r"\s", "", "".join(pages(reader)))


def tags(reader: pypdf.PdfReader) -> Iterator[DictionaryObject]:
    waiting: list[Any] = [reader.root_object["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                yield node
            if "/K" in node:
                waiting.append(node["/K"])


@pytest.fixture(scope="module")
def issued() -> pypdf.PdfReader:
    return printed(bodies.family_of_three())


@pytest.fixture(scope="module")
def draft() -> pypdf.PdfReader:
    return printed(bodies.family_of_eight())


def test_every_figure_of_the_body_is_on_paper_with_thousands_separators(issued):
    text = said(issued)
    body = bodies.family_of_three()
    for finding in body["findings"]:
        for amount in (finding["declared"], finding["found"]):
            if isinstance(amount, str):
                assert f"{int(amount[:-3]):,}{amount[-3:]}" in text
    assert "+19,580.46" in text and "−788.65" in text and "50400.00" not in text


def test_it_names_purpose_members_sources_rights_and_signatures(issued):
    text = said(issued)
    body = bodies.family_of_three()
    wanted = [body["commission"]["purpose"], "HD-310101-2024-000001-1", "2024年8月7日09:05"]
    wanted += [member["name"] for member in body["members"]]
    wanted += [member["authorization"]["number"] for member in body["members"]]
    wanted += [one["serial"] for one in body["sources"] if one["serial"]]
    wanted += [re.sub(r"\s", "", right) for right in body["rights"]]
    wanted += ["经办陈经办", "签发周复核", "监护人代签：父亲张立新", "授权书未包括此项，未作查询"]
    assert [piece for piece in wanted if piece not in text] == []


def test_a_member_is_told_with_what_registers_say_of_them():
    body = bodies.family_of_three()
    body["findings"][0] |= {"part": "members.marital_status", "label": "婚姻状况"}
    first = body["findings"][0]
    wanted = {
        "consistent": "申报与登记：一致",
        "inconsistent": "申报与登记：婚姻状况不一致（见对照）",
    }
    for status, words in wanted.items():
        first |= {"status": status, "status_label": "不一致" if status != "consistent" else "一致"}
        assert words in said(printed(body))


@pytest.mark.parametrize(
    ("status", "mark"), [("draft", "草稿 · 未签发"), ("submitted", "待签发"), ("issued", None)]
)
def test_an_unsigned_report_is_marked_on_every_page_and_a_signed_one_on_none(status, mark):
    found = pages(printed({**bodies.family_of_three(), "status": status}))
    for page in found:
        assert [m for m in ("草稿 · 未签发", "待签发") if m in page] == ([mark] if mark else [])


def test_whose_copy_it_is_stands_behind_every_page():
    body = bodies.family_of_three()
    copy = "王小兰 2024年8月7日 09:06 打印"
    made = documents.report_pdf(body, verify_url=URL, copy=copy)
    for page in pages(pypdf.PdfReader(io.BytesIO(made))):
        assert page.count(copy) == 3
    assert not any("打印" in page for page in pages(printed(body)))


def test_each_page_has_its_number_of_all_pages_the_report_number_and_the_purpose(draft):
    found = pages(draft)
    assert len(found) > 3
    for at, page in enumerate(found, 1):
        assert f"第{at}页共{len(found)}页" in re.sub(r"\s", "", page)
        assert "HD-310101-2024-000002-1" in page and "仅供黄浦区民政局" in page


def test_a_long_table_repeats_its_header_on_the_next_page(draft):
    rows = [re.sub(r"\s", "", page) for page in pages(draft)]
    header, name = "项目来源申报核到差额数据截至结果", r"(\w+)（(?:申请人|配偶|子女|父母)）"
    first, broken = (page for page in rows if header in page)
    assert "四、申报与核对对照" in first and "四、申报与核对对照" not in broken
    under_way = re.findall(name, first.partition(header)[2])[-1]
    repeated = re.match(name, broken.partition(header)[2])
    assert repeated and repeated[1] == under_way  # the member's name is repeated as well


@pytest.mark.parametrize("without", range(6))
def test_no_page_break_comes_between_a_line_and_its_note(without):
    body = bodies.family_of_eight()
    for at, one in enumerate(body["findings"]):
        one.update(status="inconsistent", status_label="不一致")
        one.update(declared=f"{at + 1000}000.00", note="" if at < without else f"{at}号说明。")
    reader = printed(body)
    assert len(reader.pages) >= 5
    for page in pages(reader):
        table = re.sub(r"\s", "", page).partition("项目来源申报")[2]
        lines = {int(one) for one in re.findall(r"1,0(\d\d),000[.]00", table)}
        notes = {int(one) for one in re.findall(r"说明：(\d+)号说明", table)}
        assert notes == {one for one in lines if one >= without}


def test_page_one_says_first_what_does_not_agree(issued):
    first = re.sub(r"\s", "", pages(issued)[0])
    overview = first.partition("二、核对结果摘要")[2].partition("各项说明见")[0]
    assert "共对照8项：≠不一致3项?待说明1项○未核到1项…未反馈1项✓一致2项" in overview
    assert "另有6项未查询，不在其内" in overview
    rows = [
        "张立新存款余额银行存款12,000.0031,580.46+19,580.462024-07-31≠不一致",
        "王䶮工资薪金（年）个人所得税0.00———…未反馈",
    ]
    assert [row for row in rows if row not in overview] == []
    signs = re.findall("[≠?○…](?=不一致|待说明|未核到|未反馈)", overview.partition("结果")[2])
    assert signs == ["≠", "≠", "≠", "?", "○", "…"]  # the most urgent first


def test_a_household_where_all_agrees_is_told_so_and_what_was_not_asked_is_beside_it(draft):
    first = re.sub(r"\s", "", pages(draft)[0])
    assert "共对照42项：✓申报与核到全部一致。另有6项未查询，不在其内" in first
    assert "未查询李秀英：全部来源。本人未签署授权书，不予查询。" in first
    assert "未授权，未作查询" in first


def test_a_silent_source_is_told_as_such_and_said_to_mean_nothing(issued):
    text = said(issued)
    assert "…未反馈" in text and "不表示有，也不表示无" in text
    answered = bodies.family_of_three()
    answered["sources"] = [one for one in answered["sources"] if one["serial"]]
    assert said(printed(answered)).count("…未反馈") == text.count("…未反馈") - 1
    assert "已查询5次" in text


@pytest.mark.parametrize("status", sorted(summary.SIGNS))
def test_a_status_has_a_word_and_a_sign_and_not_only_a_colour(status):
    body = bodies.family_of_three()
    body["findings"] = [bodies.finding(1, "m1", "bank", "存款余额", status)]
    body["sources"] = [one for one in body["sources"] if one["serial"]]
    told = summary.SIGNS[status] + body["findings"][0]["status_label"]
    text = said(printed(body)).partition("二、核对结果摘要")[2]
    wanted = 1 if status == "consistent" else 3  # the tally, the summary, the comparison
    assert text.partition("金额单位为元")[0].count(told) == wanted
    assert len(set(summary.SIGNS.values())) == len(summary.SIGNS)


def test_a_step_whose_clause_was_not_read_says_so(issued):
    text = said(issued)
    assert text.count("※依据待核") == 2 and "不是审批决定" in text
    body = bodies.family_of_three()
    for basis in ("declared", "found"):
        for step in body["assessment"][basis]["steps"]:
            step["seen"] = "text"
    assert said(printed(body)).count("※依据待核") == 1  # the legend alone


def test_a_step_about_a_member_says_the_name_and_not_the_key():
    body = bodies.family_of_three()
    for basis in ("declared", "found"):
        step = body["assessment"][basis]["steps"][0]
        step.update(subject="m1", value="39960.00元/年")
        step["inputs"] = [{"label": "m1:成员计入收入", "value": "39960.00元/年"}]
        body["assessment"][basis].update(notes=["m2 未反馈"], possible=["dibao_edge"])
    text = said(printed(body))
    for words in ("就业人员收入豁免（张立新）", "成员计入收入：张立新39,960.00元/年", "王䶮未反馈"):
        assert words in text
    assert "m1" not in text and "m2" not in text and "最低生活保障边缘家庭" in text


def test_inputs_that_differ_are_told_for_each_basis_and_others_once(issued):
    text = said(issued)
    assert text.count("每人限额38,280.00") == 2  # deposits differ between the bases
    assert "申报数：货币财产27,000.00；每人限额38,280.00核到数：货币财产39,791.81；" in text
    assert text.count("豁免额870.00") == 1  # alike, told once


def test_a_place_without_rules_says_why():
    body = {**bodies.family_of_three(), "assessment": None, "assessment_note": "没有收录规则参数。"}
    assert "没有收录规则参数。" in said(printed(body))


def test_a_step_only_one_basis_took_keeps_its_place_and_is_a_dash_on_the_other():
    body = bodies.family_of_three()
    del body["assessment"]["found"]["steps"][1], body["assessment"]["declared"]["steps"][0]
    text = said(printed(body)).partition("附录一")[2]
    assert text.count("步骤与取数") == 1 and "豁免额870.00—3,330.00" in text
    order = [text.index(one) for one in ("家庭月人均收入", "就业人员收入豁免", "货币财产限额")]
    assert "人数31,110.00—" in text and max(order) == order[2]


def test_a_long_serial_stays_in_its_column_and_is_copied_whole():
    body = bodies.family_of_three()
    serial = "0123456789ABCDEF" * 10
    body["sources"][0]["serial"] = serial
    reader = printed(body)
    assert serial in said(reader) and "\u200b" not in said(reader)
    assert not any(serial in page for page in pages(reader))  # it was broken over lines
    body["sources"][0].update(serial="SO-1", attempts=3)
    assert "社会保险SO-1（查询3次）" in said(printed(body))


def test_the_code_the_address_and_the_digest_of_the_body_are_printed(issued):
    body = bodies.family_of_three()
    digest = canonical.digest(body)
    text = said(issued)
    assert body["code"] in text and URL in text and digest in text
    other = said(printed({**body, "version": 2}))
    assert digest not in other and canonical.digest({**body, "version": 2}) in other


def test_the_file_is_tagged_titled_in_chinese_and_claims_the_accessible_standard(issued):
    root = issued.root_object
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert issued.metadata.title == "居民家庭经济状况核对报告 HD-310101-2024-000001-1"
    claims = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1<" in claims and "<pdfaid:part>2<" in claims
    kinds = {str(tag["/S"]) for tag in tags(issued)}
    assert {"/H1", "/Table", "/TH", "/TD", "/Figure", "/Link"} <= kinds
    (figure,) = (tag for tag in tags(issued) if str(tag["/S"]) == "/Figure")
    assert URL in str(figure["/Alt"])


def test_every_face_is_embedded_as_a_subset(issued, draft):
    for reader in (issued, draft):
        used = {
            str(face.get_object()["/BaseFont"]): face.get_object()
            for page in reader.pages
            for face in page["/Resources"]["/Font"].values()
        }
        assert any("NotoSerifSC" in name for name in used)
        for name, face in used.items():
            assert re.match(r"/[A-Z]{6}\+", name)
            (inner,) = face["/DescendantFonts"]
            descriptor = inner.get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            assert "/ToUnicode" in face


def test_rare_characters_are_shown_and_can_be_copied(draft):
    text = said(draft) + said(printed(bodies.family_of_three()))
    assert [c for c in RARE if c not in text] == []
    assert not re.search("U[+](4DAE|2CB5A|20BB7|36C3|9FB4)", text)


def test_a_character_no_face_has_is_spelled_out_with_a_note_and_never_lost(draft):
    text = said(draft)
    assert "李〔U+2A6A5〕" in text and ABSENT not in text
    assert all("注：〔U+〕" in page for page in pages(draft))
    assert "本文书中〔U+2A6A5〕" in text
    assert "〔U+" not in said(printed(bodies.family_of_three()))


def test_the_engine_refuses_the_same_character_when_it_is_not_spelled_out(monkeypatch):
    monkeypatch.setattr(glyphs, "_shown", lambda character: character)
    with pytest.raises(documents.TypesettingFailed) as refused:
        documents.report_pdf(bodies.family_of_eight(), verify_url=URL)
    assert ABSENT not in str(refused.value) and refused.value.__cause__ is None


def shows(text: str) -> bool:
    """Ask the engine whether each face of the house can show a text."""
    source = '#import "house.typ": *\n#set document(title: "t")\n#set text(fallback: false)\n'
    source += "#for face in (song, hei, mono) [#text(font: face, sys.inputs.probe)]"
    inputs = {"probe": text, "codes": "[]", "document": "{}"}
    try:
        typst.compile(  # type: ignore[type-var]
            source.encode(),
            root=typesetting.TEMPLATES,
            font_paths=fonts.faces(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=typesetting.STANDARDS[:1],
        )
    except typst.TypstError as refused:
        if "could not be displayed" not in refused.message:
            raise
        return False
    return True


@settings(max_examples=40, deadline=None)
@given(st.integers(0x4E00, 0x9FFF) | st.integers(0x3400, 0x4DBF) | st.integers(0x20000, 0x323AF))
def test_what_we_call_covered_is_what_the_engine_can_show(code_point):
    character = chr(code_point)
    if unicodedata.decomposition(character) and not fonts.covers(code_point):
        return  # the engine would silently show its unified form; ours is spelled out instead
    assert fonts.covers(code_point) == shows(character)


def test_a_compatibility_ideograph_is_spelled_out_and_not_silently_exchanged():
    assert shows("\U0002f841") and glyphs.spell_out("李\U0002f841")[0] == "李〔U+2F841〕"


@pytest.mark.parametrize(
    "character", ["\u200b", "\u202e", "\ue863", "\x07", "\ud800", "\ufe0f", "\xad"]
)
def test_invisible_and_private_characters_are_spelled_out(character):
    told, codes = glyphs.spell_out(f"李{character}明")
    assert told == f"李〔U+{ord(character):04X}〕明" and codes == [f"〔U+{ord(character):04X}〕"]


def test_every_ordinary_character_of_the_templates_and_signs_is_covered():
    sources = "".join(path.read_text(encoding="utf-8") for path in typesetting.TEMPLATES.iterdir())
    told, codes = glyphs.spell_out(sources + "".join(summary.SIGNS.values()) + RARE)
    assert codes == []


def test_text_is_never_read_as_markup():
    body = bodies.family_of_three()
    hostile = '*x* #panic("a") $y$ <z> @w _v_ // u `t` \\ = s'
    body["findings"][1]["note"] = hostile
    assert re.sub(r"\s", "", hostile) in said(printed(body))


def test_the_same_body_gives_the_same_bytes_also_from_many_threads():
    body = bodies.family_of_three()
    once = documents.report_pdf(body, verify_url=URL)
    with ThreadPoolExecutor(4) as workers:
        made = list(workers.map(lambda _: documents.report_pdf(body, verify_url=URL), range(8)))
    assert set(made) == {once}


def test_the_file_is_dated_by_the_body_and_not_by_the_clock(issued, draft):
    assert issued.metadata.creation_date == datetime.fromisoformat("2024-08-07T09:05:00+08:00")
    assert draft.metadata.creation_date == datetime.fromisoformat("2024-08-06T16:20:00+08:00")


def test_a_warm_report_takes_a_fraction_of_a_second():
    took = []
    for version in range(5):
        body = {**bodies.family_of_three(), "version": version}
        start = time.perf_counter()
        documents.report_pdf(body, verify_url=URL)
        took.append(time.perf_counter() - start)
    assert statistics.median(took) < 1  # 0.1 s here; the machine may be shared


def test_a_single_person_with_nothing_to_tell_still_gets_a_whole_report():
    body = bodies.family_of_three()
    body.update(members=body["members"][:1], sources=[], findings=[], not_asked=[], rights=[])
    body.update(assessment=None, prepared_by=None, countersigned_by=None)
    text = said(printed(body))
    for words in ("未向任何部门查询", "本人无对照项目", "不作测算", "（尚未签发）"):
        assert words in text


@pytest.mark.parametrize(
    "broken", [{"format": "other"}, {"status": "approved"}, {"valid_until": "秘密"}]
)
def test_it_refuses_a_body_it_cannot_print_without_repeating_it(broken):
    with pytest.raises(documents.Unprintable) as refused:
        documents.report_pdf({**bodies.family_of_three(), **broken}, verify_url=URL)
    assert "秘密" not in str(refused.value)


def test_it_prints_nothing_when_a_font_package_is_missing(monkeypatch):
    monkeypatch.setitem(fonts.PACKAGES, "no_such_font_package", "no-such-font-package")
    fonts.faces.cache_clear()
    try:
        with pytest.raises(documents.FontsMissing, match="no-such-font-package"):
            documents.report_pdf(bodies.family_of_three(), verify_url=URL)
    finally:
        fonts.faces.cache_clear()


def test_it_prints_nothing_when_a_package_has_lost_its_faces(monkeypatch):
    monkeypatch.setattr(fonts, "PACKAGES", {"segno": "segno"})
    fonts.faces.cache_clear()
    try:
        with pytest.raises(documents.FontsMissing, match="Noto Serif SC"):
            documents.report_pdf(bodies.family_of_three(), verify_url=URL)
    finally:
        fonts.faces.cache_clear()
