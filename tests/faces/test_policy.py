"""The pages on parameters and simulations: what an officer reads there, and what is refused."""

import csv
import io
import json
import re

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hedui.batch import trying
from hedui.procedure.record.models import Entry
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db

HOUSEHOLDS = "household_id,division,programme,members,as_of\nh1,310101,dibao,1,2025-08-01\n"
MEMBERS = "household_id,member_key,name,id_number,relation\nh1,a,张三,11010519800805123X,self\n"
DECLARED = "household_id,member_key,class,kind,amount_fen,count\nh1,a,transfer,pension,{},1\n"


def shown(street, name, answer=200, /, query=None, **where):
    got = street.get(reverse(f"workbench:{name}", kwargs=where), query or {})
    assert got.status_code == answer
    return got.content.decode()


def test_a_place_is_found_by_its_name_and_by_its_code(street):
    for text in ("信丰", "360722"):
        found = shown(street, "policy_places", query={"q": text})
        assert "江西省赣州市信丰县" in found
        assert reverse("workbench:policy_place", kwargs={"division": "360722"}) in found
    assert "没有这个地方" in shown(street, "policy_places", query={"q": "乌有县"})


def test_the_pages_on_policy_begin_at_the_place_of_the_officers_agency(street):
    home = reverse("workbench:policy_place", kwargs={"division": "310101"})
    assert f'本机构所在地：<a href="{home}">上海市黄浦区</a>' in shown(street, "policy_places")
    for name in ("policy_compare", "simulation"):
        assert 'value="310101"' in shown(street, name)


@pytest.mark.parametrize(
    ("name", "mark"), [("policy_places", "page"), ("simulation", "true"), ("home", None)]
)
def test_the_main_ways_show_which_room_one_is_in(street, name, mark):
    way = re.search(r'<a href="/policy/"( aria-current="(\w+)")?>政策</a>', shown(street, name))
    assert way
    assert way[2] == mark


def test_a_place_says_what_holds_whose_it_is_and_how_far_it_was_read(street):
    told = shown(street, "policy_place", division="310101", query={"on": "2024-08-01"})
    assert "低于 1595.00元/月" in told
    assert "上海市" in told
    assert "算例，不是公布数" in told
    assert "<svg" in told
    assert 'role="img"' in told


def test_a_parameter_of_a_place_is_found_by_its_name(street):
    def found(text):
        return shown(street, "policy_place", division="310101", query={"q": text})

    way = reverse("workbench:policy_parameter", args=["310101", "standard_monthly"])
    for text in ("最低生活保障标准", "standard_monthly"):
        assert way in found(text)
    assert way not in found("车辆")
    assert "允许的机动车辆数" in found("车辆")
    assert "没有名称里含有“彩票”的参数" in found("彩票")
    assert '<option value="dibao" selected>' in found("车辆")


def test_a_list_with_nothing_in_it_says_so(street):
    told = shown(
        street,
        "policy_compare",
        query={"programme": "dibao", "division": "310101", "and_division": "360722"},
    )
    groups = told[told.index("货币财产限额较高的对象") :]
    assert groups.index("<strong>无</strong>") < groups.index("</tr>")


def test_a_draft_is_marked_as_one(street):
    told = shown(
        street,
        "policy_place",
        division="620000",
        query={"on": "2026-01-01", "programme": "rigid_expenditure"},
    )
    assert told.count("征求意见稿，未生效") > 1


def test_on_a_day_without_rules_the_page_says_so(street):
    told = shown(street, "policy_place", division="310101", query={"on": "1990-01-01"})
    assert "没有收录" in told


@pytest.mark.parametrize("division", ["999999", "31", "abc"])
def test_a_code_of_no_place_is_not_there(street, division):
    shown(street, "policy_place", 404, division=division)


def test_a_parameter_over_time_is_a_chart_and_the_table_behind_it(street):
    told = shown(street, "policy_parameter", division="310101", parameter="standard_monthly")
    drawn = re.search(r"<svg.*</svg>", told, re.DOTALL)
    assert drawn is not None and "1595" in drawn[0]
    assert "2024年7月1日" in told
    shown(street, "policy_parameter", 404, division="310101", parameter="luck")


def test_two_places_are_compared_and_equal_parameters_left_out(street):
    query = {
        "programme": "dibao", "division": "310101", "on": "2025-08-01", "and_division": "442000",
    }  # fmt: skip
    told = shown(street, "policy_compare", query=query)
    assert "1595.00元/月" in told
    assert "1100.00元/月" in told
    assert "minor_age" not in told
    assert 'data-label="黄浦区"' in told and 'data-label="中山市"' in told
    later = query | {"and_division": "310101", "and_on": "2026-02-01"}
    assert 'data-label="2026-02-01"' in shown(street, "policy_compare", query=later)
    refused = street.get(reverse("workbench:policy_compare"), {"division": "310101"})
    assert refused.status_code == 422
    assert "请填写另一地方或另一日期" in refused.content.decode()


def simulate(street, answer=200, **more):
    given = {
        "division": "310101",
        "on": "2025-08-01",
        "count": "1",
        "s0-title": "提高",
        "s0-of": "",
        "s0-name0": "standard_monthly",
        "s0-value0": "1700.00",
        "source": "sample",
        "size": "200",
        "run": "1",
    } | more
    got = street.post(reverse("workbench:simulation"), given)
    assert got.status_code == answer, got.content.decode()
    return got.content.decode()


def files(fen="1", **more):
    """Upload the tables of a registry; None leaves one out."""
    tables = {"households": HOUSEHOLDS, "members": MEMBERS, "declared": DECLARED.format(fen)}
    return {
        "registry": [
            SimpleUploadedFile(name if "." in name else f"{name}.csv", as_bytes(text))
            for name, text in (tables | more).items()
            if text is not None
        ],
        "source": "files",
    }


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def parquet(text):
    """Write the rows of a CSV as Parquet."""
    made = io.BytesIO()
    pq.write_table(pa_csv.read_csv(io.BytesIO(text.encode())), made)
    return made.getvalue()


def test_the_form_shows_what_holds_now(street):
    told = shown(street, "simulation", query={"division": "310101", "on": "2025-08-01"})
    assert "最低生活保障标准（现 低于 1595.00元/月）" in told


def test_a_sample_registry_is_simulated_in_two_scenarios_side_by_side(street):
    told = simulate(
        street,
        **{
            "count": "2",
            "s1-title": "降低",
            "s1-name0": "standard_monthly",
            "s1-value0": "1,500.00",
        },
    )
    assert "最低生活保障标准改为 1700.00元/月" in told
    assert "最低生活保障标准改为 1500.00元/月" in told
    assert told.count("<svg") == 2
    assert "都是60周岁以上的人" in told


def test_what_comes_down_is_what_the_page_shows(street):
    told = simulate(street)
    carried = re.search(r'name="result" value="([^"]+)"', told)
    assert carried is not None
    result = carried[1]
    path = reverse("workbench:simulation_file")
    body = json.loads(street.post(path, {"result": result, "format": "json"}).content)
    (scenario,) = body["scenarios"]
    dibao = next(row for row in scenario["programmes"] if row["programme"] == "dibao")
    assert dibao["in"] > 0
    assert f'data-label="变动后">{dibao["after"]} 户' in told
    text = street.post(path, {"result": result, "format": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    total = next(r for r in rows if (r["项目"], r["分类"]) == ("最低生活保障", "合计"))
    assert (total["新进"], total["变动后户数"]) == (str(dibao["in"]), str(dibao["after"]))
    spread = [r for r in rows if r["分类"] == "人均收入与低保标准之比"]
    assert sum(int(r["现行户数"]) for r in spread) == sum(scenario["income"]["before"]["counts"])


def test_a_result_that_the_page_did_not_make_is_not_given(street):
    answer = street.post(reverse("workbench:simulation_file"), {"result": "x"}, follow=True)
    assert "结果已失效" in answer.content.decode()


def test_an_uploaded_registry_is_simulated_and_leaves_nothing(street, monkeypatch, tmp_path):
    kept = []
    real = trying.TemporaryDirectory

    def noted(**options):
        made = real(dir=tmp_path, **options)
        kept.append(made.name)
        return made

    monkeypatch.setattr(trying, "TemporaryDirectory", noted)
    entries = Entry.objects.count()
    told = simulate(street, **files(str(12 * 159_600)))
    assert "1 户，1 人" in told
    assert "张三" not in told
    assert "11010519800805123X" not in told
    assert len(kept) == 1
    assert list(tmp_path.iterdir()) == []
    assert Entry.objects.count() == entries


def test_a_registry_in_parquet_with_expenses_and_obligors_is_simulated(street):
    households, members = HOUSEHOLDS.splitlines(), MEMBERS.splitlines()
    whose = f"{households[1].split(',')[0]},{members[1].split(',')[1]}"
    expenses = f"household_id,member_key,kind,amount_fen\n{whose},medical,100\n"
    obligors = (
        "household_id,member_key,obligor,relation,exempt,household_size,household_income_fen,"
        f"children_of_supported,agreed_amount_fen\n{whose},o,child,,1,0,1,\n"
    )
    more = {
        "households": None,
        "Households.parquet": parquet(HOUSEHOLDS),
        "expenses.csv": expenses,
        "obligors": obligors,
    }
    assert "1 户，1 人" in simulate(street, **files(str(12 * 159_600), **more))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"s0-value0": "许多"}, "金额写法不对"),
        ({"s0-value0": ""}, "请同时选择参数并填写"),
        ({"s0-name0": "", "s0-value0": ""}, "请至少改动一个参数"),
        ({"s0-of": "tekun", "s0-name0": "rigid_ratio", "s0-value0": "0.5"}, "没有这个参数"),
        ({"s0-title": ""}, "请填写方案名称"),
        ({"source": "files"}, "请选择名册文件"),
    ],
)
def test_what_cannot_be_simulated_is_said_beside_its_field(street, more, words):
    assert words in simulate(street, 422, **more)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"declared": "household_id\n"}, "缺少列"),
        ({"declared": DECLARED.format("很多")}, "amount_fen"),
        ({"declared": DECLARED.format("1").replace("pension,1,1", "pension,1,x")}, None),
        ({"members": "\x00\x01"}, "members"),
        ({"households": HOUSEHOLDS.replace("310101", "110101")}, None),
        ({"households": HOUSEHOLDS.partition("\n")[0] + "\n" + "h,1,1,1,1\n" * 3002}, "3000"),
        ({"households": None, "members": None}, "还缺 households、members"),
        ({"familes": "a\n"}, "不认识文件“familes.csv”"),
        ({"declared.xlsx": "a\n"}, "不认识文件“declared.xlsx”"),
        ({"declared.parquet": parquet(DECLARED.format("1"))}, "declared 有不止一份"),
        ({"declared": None, "declared.parquet": b"PAR1"}, "declared.parquet"),
        ({"expenses": "household_id,member_key,kind,amount_fen\nh1,x,rent,1\n"}, "不在 members 中"),
        ({"declared": DECLARED.format("1").replace("pension", "p" * 2_000)}, "一格过长"),
    ],
)
def test_an_unreadable_registry_is_refused_in_a_sentence(street, given, words):
    told = simulate(street, 200 if words is None else 422, **files(**given))
    if words is not None:
        assert words in told
        assert "/tmp" not in told


def test_adding_a_scenario_keeps_what_was_typed_and_finds_no_fault(street):
    told = simulate(street, **{"add": "1", "s0-value0": "许多"})
    assert 'value="许多"' in told
    assert "方案 2" in told
    assert "is-invalid" not in told


def test_no_more_than_ten_scenarios_are_offered(street):
    told = simulate(street, add="1", count="10")
    assert "方案 10" in told
    assert "方案 11" not in told
    assert "再加一个方案" not in told


def test_a_report_is_explained_in_sentences_and_as_a_tree(county, drafted):
    body = at_desk(county, "liu")
    for basis in ("found", "declared"):
        told = body.get(
            reverse("workbench:explanation", kwargs={"number": drafted.number}), {"basis": basis}
        ).content.decode()
        assert "全家计入的收入" in told
        assert "<details>" in told
        assert "家庭年计入收入" in told
    assert "张三" in told
    looks = Entry.objects.filter(act="reports.consult")
    assert [json.loads(one.content)["detail"]["manner"] for one in looks] == ["explanation"] * 2
    unfolded = body.get(
        reverse("workbench:explanation", kwargs={"number": drafted.number}), {"unfold": ""}
    ).content.decode()
    assert "<details>" not in unfolded
    assert "<details open>" in unfolded


def test_the_report_leads_to_its_explanation(county, drafted):
    assert reverse("workbench:explanation", kwargs={"number": drafted.number}) in page(
        at_desk(county, "liu"), "report", number=drafted.number
    )
