"""The task list and the search."""

import re

import pytest

from hedui.procedure.cases import acts as cases
from hedui.procedure.record.moment import today
from hedui.procedure.reports import acts as reports
from tests import cast
from tests.faces.desks import at_desk, of_one_person, page

pytestmark = pytest.mark.django_db


def test_the_list_masks_names(county, street):
    cast.declared(county)
    listed = page(street, "home")
    assert "张*" in listed
    assert "张三" not in listed


@pytest.mark.parametrize("text", ["张三", cast.LI_SI, cast.LI_SI.lower(), "{number}"])
def test_a_case_is_found_by_name_by_id_number_and_by_its_own(county, street, text):
    case = cast.declared(county)
    other = of_one_person(county)
    found = street.post("/", {"text": text.format(number=case.number)}).content.decode()
    assert f"/cases/{case.number}/" in found
    assert f"/cases/{other.number}/" not in found


@pytest.mark.parametrize("text", ["张", "三", cast.LI_SI[:17], "%", "_"])
def test_a_part_of_a_name_or_number_finds_nothing(county, street, text):
    case = cast.declared(county)
    assert f"/cases/{case.number}/" not in street.post("/", {"text": text}).content.decode()


def test_a_search_leaves_nothing_in_the_address(county, street):
    case = cast.declared(county)
    listed = street.get(f"/?stage=all&text={cast.ZHANG_SAN}").content.decode()
    assert f"/cases/{case.number}/" in listed  # the words in the address were not looked at
    assert re.search(r'<form class="search" method="post"', listed)


def test_each_post_finds_what_is_its_own_to_do(county, drafted):
    number = drafted.commission.case.number
    report = drafted
    assert number not in page(at_desk(county, "wang"), "home")
    assert number in page(at_desk(county, "liu"), "home")
    assert number not in page(at_desk(county, "zhao"), "home")
    reports.submit(report=report, officer=county.officers["liu"], by=county.prepares)
    assert number not in page(at_desk(county, "liu"), "home")
    assert number in page(at_desk(county, "zhao"), "home")


def test_a_long_list_comes_in_pages(county, street):
    opened = [
        cases.open_case(
            programme="dibao", division=cast.DIVISION, applied_on=today(), by=county.intake
        )
        for _ in range(21)
    ]
    first, second = (street.get(f"/?stage=draft&page={n}").content.decode() for n in (1, 2))
    assert opened[20].number in first and opened[0].number not in first
    assert opened[0].number in second and opened[20].number not in second
    assert street.get("/?page=99999&stage=nonsense").status_code == 200
