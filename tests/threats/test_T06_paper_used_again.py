"""T06 and T07: a paper that was signed by one person is handed in as that of another."""

from typing import Any
from uuid import uuid4

import pytest

from hedui.procedure.authorizations.evidence import EvidenceNotUsable
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.presented import AnothersPaper
from hedui.procedure.cases import acts as cases
from hedui.procedure.record.models import Entry
from tests import cast
from tests.faces.desks import of_one_person
from tests.papers import PRINTED, altered, jpeg, paper, pdf, scanned
from tests.procedure import raw

SHEET = scanned(paper(1, PRINTED), 1)
SCAN = jpeg(SHEET)
ANOTHER_SHEET = scanned(paper(2, PRINTED), 2)
ANOTHER = jpeg(ANOTHER_SHEET)
ALIKE = paper(9)  # a page that is the same in two scans


@pytest.fixture
def case(county) -> Any:
    """张家, of whom 张三 has handed in the sheet."""
    case = cast.declared(county)
    cast.authorize(county, case.members.get(key="a"), scan=SCAN)
    return case


def refused(place: cast.County, member: Any, scan: bytes, said: str) -> None:
    """See that a paper is refused in that sentence, and that nothing of it is left."""
    before = Authorization.objects.count(), Entry.objects.count()
    with pytest.raises(AnothersPaper, match=said) as refusal:
        cast.authorize(place, member, scan=scan)
    assert refusal.value.field == "evidence"
    assert (Authorization.objects.count(), Entry.objects.count()) == before


def test_the_same_file_for_a_second_person_is_refused(county, case):
    refused(county, case.members.get(key="b"), SCAN, "与本案中另一人的签署件是同一张纸")


@pytest.mark.parametrize("seed", range(3))
def test_so_is_the_same_sheet_in_another_file(county, case, seed):
    refused(county, case.members.get(key="b"), altered(SHEET, seed), "同一张纸")


def test_so_is_a_pdf_with_the_sheet_behind_another(county, case):
    both = pdf(scanned(paper(2, PRINTED), 2), SHEET)
    refused(county, case.members.get(key="b"), both, "同一张纸")


def test_who_scans_pages_that_are_alike_for_all_is_told_to_scan_the_signed_one(county, case):
    cast.authorize(county, case.members.get(key="c"), guardian="a", scan=pdf(ANOTHER_SHEET, ALIKE))
    whole = pdf(scanned(paper(3, PRINTED), 3), scanned(ALIKE, 5))
    refused(county, case.members.get(key="b"), whole, "只上传本人签名的那一页")
    with pytest.raises(AnothersPaper) as refusal:
        cast.authorize(county, case.members.get(key="b"), scan=jpeg(SHEET, 60))
    assert "那一页" not in refusal.value.message


def test_the_paper_of_each_on_the_same_form_is_taken(county, case):
    cast.authorize(county, case.members.get(key="b"), scan=ANOTHER)
    assert Authorization.objects.count() == 2


def test_the_same_person_may_hand_it_in_again_also_in_another_case(county, case):
    cast.authorize(county, case.members.get(key="a"), scan=SCAN)
    cast.authorize(county, cast.declared(county).members.get(key="a"), scan=jpeg(SHEET, 50))
    assert Authorization.objects.count() == 3


def test_who_was_entered_with_a_wrong_number_is_the_same_person(county, case):
    content = cast.zhang_family(case.applied_on)
    content["members"][0]["id_number"] = cast.number("19840301", "007")
    cases.declare(case=case, content=content, by=county.intake)
    cast.authorize(county, case.members.get(key="a", replaced=False), scan=SCAN)


def test_a_paper_of_another_case_is_named_to_whom_may_see_that_case(county, case):
    other = of_one_person(county)
    refused(county, other.members.get(), altered(SHEET, 3), f"与案件 {case.number} 中另一人")


def test_and_to_nobody_else(county, case):
    day = case.applied_on
    other = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=day, by=county.stranger
    )
    cases.declare(case=other, content=cast.zhang_family(day), by=county.stranger)
    from hedui.procedure.authorizations.acts import Signature, authorize

    for scan in (SCAN, altered(SHEET, 4)):
        with pytest.raises(AnothersPaper, match="与其他案件中另一人") as refusal:
            authorize(
                member=other.members.get(key="b"),
                signature=Signature(cast.FORM, ("*",), day, day.replace(year=day.year + 1), scan),
                by=county.stranger,
            )
        assert case.number not in refusal.value.message


def test_the_same_digest_for_a_second_person_is_refused_by_the_database(county, case):
    signed = case.authorizations.get()
    with raw.refused("authorization: the paper is that of another person"):
        raw.insert(signed, id=uuid4(), member_id=case.members.get(key="b").id)
    raw.insert(signed, id=uuid4())  # the same person


def test_a_file_that_cannot_be_opened_is_refused(county, case):
    with pytest.raises(EvidenceNotUsable, match="无法打开"):
        cast.authorize(county, case.members.get(key="b"), scan=b"%PDF-1.4 broken")


def test_what_is_kept_of_the_look_lies_sealed(county, case):
    page = case.authorizations.get().page_prints.get()
    assert case.key.open_bytes(page.ink) not in bytes(page.ink)
    assert len(page.sketch) == 512
