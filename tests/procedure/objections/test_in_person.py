"""In person 本人: who has signed in objects to what was found on them; the database holds it."""

from datetime import timedelta

import pytest
from django.db import connection

from hedui.procedure.authorizations import electronic, totp
from hedui.procedure.authorizations.evidence_models import SignIn
from hedui.procedure.authorizations.models import Form
from hedui.procedure.objections.models import Contested, Objection
from hedui.procedure.objections.revising import revise
from hedui.procedure.record.actor import in_person
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.versions import Ground
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed(county):
    """The report on 张家, in which the bank has more than was declared, handed over today."""
    report = cast.doubted(county, cast.papered(county))
    cast.delivered(county, report)
    return report


def member_of(report, key="a"):
    return report.commission.case.members.get(key=key, replaced=False)


def signed_in(county, report, key="a"):
    """Let one of the household sign in with a code from their telephone."""
    enrolment = electronic.enrol(member=member_of(report, key), by=county.intake).enrolment
    secret = report.commission.case.key.open_bytes(enrolment.secret)
    code = totp.code(secret, int(moment().timestamp()) // totp.STEP)
    return electronic.sign_in(enrolment=enrolment, code=code, by=electronic.PORTAL).sign_in


IN_PERSON = "objection: in person, by who has signed in, to a report that was handed over, in time"


def an_objection(report, member, **changes):
    terms = {
        "report": report,
        "member": member,
        "number": "YY-1",
        "content": b"x",
        "received_on": today(),
        "resolve_by": today(),
        "taken_in_by": in_person(member.pk).identifier,
        "taken_in_at": moment(),
        "entry_id": report.entry_id,
    }
    return Objection(**terms | changes)


def test_the_database_takes_none_from_who_has_not_signed_in(county, handed):
    zhang, li = member_of(handed), member_of(handed, "b")
    with raw.refused(IN_PERSON):
        raw.insert(an_objection(handed, zhang))
    signed_in(county, handed)
    wrong = (
        an_objection(handed, li),
        an_objection(handed, li, taken_in_by=in_person(zhang.pk).identifier),
        an_objection(handed, zhang, taken_in_by=in_person(li.pk).identifier),
        an_objection(handed, zhang, taken_in_by="person:"),
    )
    for one in wrong:
        with raw.refused(IN_PERSON):
            raw.insert(one)
    raw.insert(an_objection(handed, zhang))


def test_the_database_takes_none_that_is_dated_back(county):
    report = cast.doubted(county, cast.papered(county))
    cast.long_issued(report, 3)
    cast.delivered(county, report, delivered_on=today() - timedelta(days=2))
    signed_in(county, report)
    with raw.refused(IN_PERSON):
        raw.insert(an_objection(report, member_of(report), received_on=today() - timedelta(days=1)))


def test_the_database_takes_none_against_a_version_that_was_replaced(county, handed):
    held = cast.objected(county, handed)
    cast.resolved(county, held)
    second = revise(report=handed, ground=Ground.OBJECTION, by=county.prepares)
    signed_in(county, handed)
    cast.signed_off(county, second)
    with raw.refused(IN_PERSON):
        raw.insert(an_objection(handed, member_of(handed)))


def test_a_code_serves_once_and_a_sign_in_is_of_now(county, handed):
    held = signed_in(county, handed)
    terms = {"enrolment": held.enrolment, "signed_in_at": moment(), "entry": held.entry}
    for step in (held.step, held.step - 1):
        with raw.refused("authorization: the code was given before, or is in force no more"):
            raw.insert(SignIn(**terms, step=step))
    later = SignIn(**terms | {"signed_in_at": moment() - timedelta(hours=1)}, step=held.step + 1)
    if connection.vendor == "sqlite":
        with raw.refused("authorization: the code was given before, or is in force no more"):
            raw.insert(later)
    else:  # the database writes its own time
        raw.insert(later)
        later.refresh_from_db()
        assert moment() - later.signed_in_at < timedelta(minutes=1)


def test_a_code_that_signed_lets_nobody_in(county, handed):
    case, member = handed.commission.case, member_of(handed)
    enrolment = electronic.enrol(member=member, by=county.intake).enrolment
    step = int(moment().timestamp()) // totp.STEP
    code = totp.code(case.key.open_bytes(enrolment.secret), step)
    electronic.sign(
        enrolment=enrolment,
        form=Form.objects.get(pk=cast.FORM),
        notice=electronic.notice_before(case),
        items=cast.policy_items(case),
        code=code,
        by=electronic.PORTAL,
    )
    refused = electronic.sign_in(enrolment=enrolment, code=code, by=electronic.PORTAL)
    assert refused.sign_in is None
    used = SignIn(
        enrolment=enrolment, step=step, signed_in_at=moment(), entry_id=enrolment.entry_id
    )
    with raw.refused("authorization: the code was given before, or is in force no more"):
        raw.insert(used)


def test_an_enrolment_that_was_followed_by_another_lets_nobody_in(county, handed):
    held = signed_in(county, handed)
    electronic.enrol(member=member_of(handed), by=county.intake)
    with pytest.raises(Refusal, match="失效"):
        electronic.sign_in(enrolment=held.enrolment, code="123456", by=electronic.PORTAL)


def test_the_database_forgets_a_sign_in_after_half_an_hour(county, handed):
    zhang, held = member_of(handed), signed_in(county, handed)
    raw.drop_triggers("authorizations_signin_is_never_changed")
    raw.update(held, signed_in_at=moment() - timedelta(minutes=31))
    with raw.refused(IN_PERSON):
        raw.insert(an_objection(handed, zhang))
    raw.update(held, signed_in_at=moment() - timedelta(minutes=29))
    raw.insert(an_objection(handed, zhang))


def test_the_database_takes_none_before_the_report_was_handed_over_nor_after_the_time(county):
    report = cast.doubted(county, cast.papered(county))
    zhang = member_of(report)
    signed_in(county, report)
    with raw.refused(IN_PERSON):
        raw.insert(an_objection(report, zhang))
    delivery = cast.delivered(county, report)
    raw.drop_triggers("reports_delivery_is_never_changed")
    raw.update(delivery, objections_until=today() - timedelta(days=1))
    with raw.refused(IN_PERSON):
        raw.insert(an_objection(report, zhang))
    raw.update(delivery, objections_until=today())
    raw.insert(an_objection(report, zhang))


def test_the_database_lets_nobody_contest_what_was_found_on_another(county, handed):
    li = member_of(handed, "b")
    signed_in(county, handed, "b")
    made = an_objection(handed, li)
    raw.insert(made)
    with raw.refused("contested: in person, of oneself or a ward"):
        raw.insert(
            Contested(
                objection=made, finding=cast.finding_on(handed, "bank.balance_fen"), grounds=b"x"
            )
        )
    own = handed.findings.filter(member=li).first()
    raw.insert(Contested(objection=made, finding=own, grounds=b"x"))
