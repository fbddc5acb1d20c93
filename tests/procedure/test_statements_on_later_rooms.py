"""
More statements 语句 of a stranger, on what follows the report: steps, papers, objections, reviews.

Written as those of `test_statements_of_a_stranger`: from the data model, before a guard was read.
Four households: aid is paid to one; of one the report is issued, handed over and contested, and a
refusal proposed; one is being asked about; of one nobody has signed.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests import cast, databases
from tests.conftest import postgres_url
from tests.procedure.rechecks.test_rechecking import paid
from tests.procedure.test_application_role import Served, role, served
from tests.procedure.test_rows_are_fixed import story
from tests.procedure.test_statements_of_a_stranger import (
    Statement,
    copied,
    let_through,
    without_guards,
)

__all__ = ["role", "served"]
pytestmark = pytest.mark.postgres
NOW = "clock_timestamp()"
TODAY = f"({NOW} AT TIME ZONE 'Asia/Shanghai')::date"


@pytest.fixture
def stood(served: Served, own_postgres) -> dict[str, str]:
    """Return the four households, as SQL names them; they came to be as the owner of the tables."""
    place = served.county
    with databases.pointed_at(own_postgres.url):
        found = {
            "paid": paid(place),
            "against": story(place).commission.case,
            "asked": cast.drafted(place).commission.case,
            "bare": cast.declared(place),
        }
    return {name: f"'{case.pk}'" for name, case in found.items()}


def step(case: str, kind: str, **changes: str) -> str:
    """Return an INSERT of a step of a case, written as if the street's officer had taken it."""
    told = {"case_id": case, "kind": f"'{kind}'", "about": "NULL", "last_day": "NULL"} | {
        "first_day": TODAY, "recorded_at": NOW,
        "entry_id": f"(SELECT entry_id FROM cases_case WHERE id = {case})",
    }  # fmt: skip
    return copied("cases_step", "kind = 'visit'", **told | changes)


def determination_of(case: str) -> str:
    return (
        "report_id IN (SELECT r.id FROM reports_report r JOIN commissions_commission c"
        f" ON c.id = r.commission_id WHERE c.case_id = {case})"
    )


def on_the_course(paid: str, against: str, asked: str, bare: str) -> Iterator[Statement]:
    table = "cases_step"
    yield "another word of the visit", f"UPDATE {table} SET content = '' WHERE kind = 'visit'"
    yield "posted a month earlier", f"UPDATE {table} SET first_day = first_day - 30"
    yield "nobody was there", f"DELETE FROM {table} WHERE kind = 'visit'"
    yield "the aid ends", step(paid, "end")
    yield "the aid is phased out", step(paid, "phase_out", days="30")
    yield "archived while it is paid", step(paid, "archive")
    yield "turned down by one", step(bare, "confirm_turning_down")
    yield "turned down while it is asked about", step(asked, "turn_down")
    yield "papers are missing after all", step(asked, "supplement", last_day=f"{TODAY} + 5")
    yield "the papers came", step(bare, "supply")
    yield "paid and not granted", step(against, "pay")
    yield "told of what nobody decided", step(bare, "notify")
    yield "looked at again and never paid", step(bare, "recheck")
    yield "posted and nothing proposed", step(bare, "publish", last_day=f"{TODAY} + 7")
    yield "an objection that nobody made is dismissed", step(paid, "dismiss")
    yield "an objection that nobody made is upheld", step(paid, "uphold")
    yield "time goes on that never stood", step(bare, "resume")
    yield "ten years more", step(bare, "extend", days="3650", clock="'whole'")
    yield "time stands for no reason", step(bare, "pause", word="''", clock="''")
    yield "a step that there is not", step(bare, "forget")
    yield "one officer goes alone", step(asked, "visit", officer="recorded_by")
    yield "visited next year", step(asked, "visit", first_day=f"{TODAY} + 365")
    yield "over before it began", step(asked, "publish", last_day=f"{TODAY} - 9")
    yield "paid a second time", step(paid, "pay", first_day=f"{TODAY} + 90")


def on_conclusions(paid: str, against: str, asked: str, bare: str) -> Iterator[Statement]:
    table, granted, refusing = (
        "determinations_determination", determination_of(paid), determination_of(against)
    )  # fmt: skip
    draft = (
        "(SELECT r.id FROM reports_report r JOIN commissions_commission c ON c.id ="
        f" r.commission_id WHERE c.case_id = {asked} LIMIT 1)"
    )
    unsaid = {"confirmed_by": "''", "confirmed_at": "NULL"}
    yield "refused, not granted", f"UPDATE {table} SET outcome = 'refuse' WHERE {granted}"
    yield "another sum", f"UPDATE {table} SET content = '' WHERE {granted}"
    yield "not yet confirmed", f"UPDATE {table} SET confirmed_at = NULL WHERE {granted}"
    yield "from an earlier month", f"UPDATE {table} SET first_month = '2020-01-01' WHERE {granted}"
    yield "not posted", f"UPDATE {table} SET publishes = false WHERE {granted}"
    yield "confirmed by who proposed", (
        f"UPDATE {table} SET confirmed_by = proposed_by, confirmed_at = {NOW} WHERE {refusing}"
    )  # fmt: skip
    yield "confirmed while the time runs", (
        f"UPDATE {table} SET confirmed_by = 'officer:77', confirmed_at = {NOW} WHERE {refusing}"
    )  # fmt: skip
    yield "confirmed by nobody", (
        f"UPDATE {table} SET confirmed_by = '', confirmed_at = {NOW} WHERE {refusing}"
    )  # fmt: skip
    yield "no conclusion", f"DELETE FROM {table} WHERE {refusing}"
    yield "concluded as it is proposed", copied(table, granted, outcome="'grant'")
    yield "refused as it is proposed", copied(table, granted, outcome="'refuse'")
    yield (
        "stopped on nothing",
        copied(table, granted, outcome="'stop'", findings="'[]'", basis="'finding'", **unsaid),
    )
    yield "lowered what was never paid", copied(table, refusing, outcome="'reduce'")
    yield "on a report that nobody signed", copied(table, granted, report_id=draft, **unsaid)
    yield "on a finding that there is not", copied(table, refusing, findings="'[999]'")
    yield "not confirmed apart", copied(table, refusing, apart="''")
    yield "on no ground", copied(table, refusing, basis="''", apart="''", findings="'[]'")


def on_notices(paid: str, against: str, asked: str, bare: str) -> Iterator[Statement]:
    table, over = "papers_notice", "papers_noticedelivery"
    fresh = {"number": "'n-' || gen_random_uuid()"}
    held = "(SELECT id FROM determinations_determination WHERE {} LIMIT 1)"
    refusing, granted = held.format(determination_of(against)), held.format(determination_of(paid))
    yield "other words on the notice", f"UPDATE {table} SET content = ''"
    yield "another number", f"UPDATE {table} SET number = 'x'"
    yield "no notice", f"DELETE FROM {table}"
    yield (
        "told of what is not confirmed",
        copied(table, "true", form="'refusal'", determination_id=refusing, **fresh),
    )
    yield (
        "told of another family's grant",
        copied(table, "true", form="'grant'", determination_id=granted, case_id=bare, **fresh),
    )
    yield "the same number twice", copied(table, "true")
    yield "handed over earlier", f"UPDATE {over} SET delivered_on = delivered_on - 60"
    yield "never handed over", f"DELETE FROM {over}"
    yield (
        "handed to another family",
        copied(
            over, "true", member_id=f"(SELECT id FROM cases_member WHERE case_id = {bare} LIMIT 1)"
        ),
    )
    yield "handed over next year", copied(over, "true", delivered_on=f"{TODAY} + 365")
    yield "handed over before it was issued", copied(over, "true", delivered_on="'2020-01-01'")


def on_rechecks(paid: str, against: str, asked: str, bare: str) -> Iterator[Statement]:
    table, lists = "rechecks_task", "rechecks_round"
    done = {"looked_by": "'officer:77'", "looked_at": NOW, "agrees": "true"}
    yield "fewer looked at again", f"UPDATE {lists} SET percent = 0"
    yield "not drawn", f"UPDATE {table} SET sampled = false"
    yield "later in turn", f"UPDATE {table} SET turn = turn + 100"
    yield "not on the list", f"DELETE FROM {table}"
    yield "twice on the list", copied(table, "true")
    yield "looked at before it began", copied(table, "true", case_id=paid, **done)
    yield "agreed before the first looked", (
        f"UPDATE {table} SET looked_by = 'officer:77', looked_at = {NOW}, agrees = true"
    )  # fmt: skip
    yield "three of one looked at", copied(lists, "true", percent="300")
    review, seen = "oversight_secondreview", "true"
    yield "another second opinion", f"UPDATE {review} SET outcome = 'meets'"
    yield "no second opinion", f"DELETE FROM {review}"
    of = f"(SELECT id FROM determinations_determination WHERE {determination_of(paid)} LIMIT 1)"
    yield "by who took it in", copied(
        review, seen, determination_id=of, reviewed_by=f"(SELECT recorded_by FROM cases_step"
        f" WHERE case_id = {paid} AND kind = 'visit' LIMIT 1)",
    )  # fmt: skip
    yield (
        "before its month is over",
        copied(review, seen, determination_id=of, reviewed_by="'officer:77'"),
    )


def on_objections(paid: str, against: str, asked: str, bare: str) -> Iterator[Statement]:
    table, item, end = "objections_objection", "objections_contested", "objections_resolution"
    of = determination_of(against)
    fresh = {"number": "'o-' || gen_random_uuid()"}
    yield "received later", f"UPDATE {table} SET received_on = received_on + 60"
    yield "no objection", f"DELETE FROM {table}"
    yield "taken in by who prepared", copied(
        table, of, **fresh,
        taken_in_by="(SELECT 'officer:' || prepared_by_id FROM reports_report r WHERE r.id ="
        " objections_objection.report_id)",
    )  # fmt: skip
    yield (
        "another family objects",
        copied(
            table,
            of,
            member_id=f"(SELECT id FROM cases_member WHERE case_id = {bare} LIMIT 1)",
            **fresh,
        ),
    )
    yield "against a draft", copied(
        table, of, **fresh, report_id="(SELECT r.id FROM reports_report r JOIN"
        f" commissions_commission c ON c.id = r.commission_id WHERE c.case_id = {asked} LIMIT 1)",
    )  # fmt: skip
    yield "not contested", f"DELETE FROM {item}"
    yield "other grounds", f"UPDATE {item} SET grounds = ''"
    yield "contests another report", copied(
        item, "true", finding_id="(SELECT f.id FROM reports_finding f WHERE f.report_id NOT IN"
        " (SELECT report_id FROM objections_objection) LIMIT 1)",
    )  # fmt: skip
    yield "not upheld after all", f"UPDATE {end} SET outcome = 'not_upheld'"
    yield "no answer to it", f"DELETE FROM {end}"
    yield "answered by who took it in", copied(
        end, "true", contested_id=f"(SELECT c.id FROM {item} c LEFT JOIN {end} e ON"
        " e.contested_id = c.id ORDER BY e.id NULLS FIRST LIMIT 1)",
        resolved_by=f"(SELECT taken_in_by FROM {table} LIMIT 1)",
    )  # fmt: skip
    yield "handed over in another family", copied(
        "reports_delivery", of,
        member_id=f"(SELECT id FROM cases_member WHERE case_id = {bare} LIMIT 1)",
    )  # fmt: skip
    yield "no time to object", copied("reports_delivery", of, objections_until="delivered_on")
    yield "handed over tomorrow", copied("reports_delivery", of, delivered_on=f"{TODAY} + 1")
    yield "two times accepted", copied("reports_acceptance", "true")


def on_what_is_kept(paid: str, against: str, asked: str, bare: str) -> Iterator[Statement]:
    hold, gone = "reports_withholding", "cases_erasure"
    one = "confirmed_by = proposed_by"
    yield "hidden by one", f"UPDATE {hold} SET {one}, confirmed_at = {NOW}"
    yield "hidden for ever", f"UPDATE {hold} SET until = until + interval '99 years'"
    yield "more is hidden", f"UPDATE {hold} SET entries = '[1,2,3]'"
    yield "hidden at once", copied(hold, "true", confirmed_by="'officer:77'", confirmed_at=NOW)
    yield "hidden for a century", copied(hold, "true", until=f"{NOW} + interval '100 years'")
    yield "erased by one", f"UPDATE {gone} SET {one}, confirmed_at = {NOW}"
    yield "erased before the time", copied(gone, "true", case_id=paid, proposed_at=NOW)
    yield (
        "erased at once",
        copied(gone, "true", case_id=bare, confirmed_by="'officer:77'", confirmed_at=NOW),
    )
    yield "another paper", "UPDATE cases_exhibit SET digest = 'sha256:0'"
    yield "no paper", "DELETE FROM cases_exhibit"
    yield "no wrong code", "DELETE FROM authorizations_wrongcode"
    yield "the code once more", copied("authorizations_electronicsignature", "true")
    yield "another's telephone", "UPDATE authorizations_enrolment SET secret = ''"
    yield "no likeness", "DELETE FROM authorizations_pageprint"
    yield "the sheet is for more", """UPDATE authorizations_sheet SET items = '["*"]'"""
    yield "guardian for ever", "UPDATE authorizations_guardianship SET ended_at = NULL"
    yield "reviewed by oneself", (
        f"UPDATE commissions_breakglass SET reviewed_by = officer, reviewed_at = {NOW},"
        " is_justified = true"
    )  # fmt: skip
    yield "urgent and already reviewed", copied(
        "commissions_breakglass", "true", reviewed_by="'officer:77'", reviewed_at=NOW,
        is_justified="true",
    )  # fmt: skip
    yield "urgent because of nothing", copied("commissions_breakglass", "true", reason="''")
    yield "a correction answered by nobody", (
        f"UPDATE reports_correction SET outcome = 'upheld', answered_at = {NOW}, answered_by = ''"
    )  # fmt: skip
    yield "the source is right after all", "UPDATE agencies_suspension SET low = 0"
    yield "lifted by one", (
        f"UPDATE agencies_suspension SET lift_reason = 'x', lift_proposed_by = 'officer:7',"
        f" lift_proposed_at = {NOW}, lifted_by = 'officer:7', lifted_at = {NOW}"
    )  # fmt: skip


def on_others(paid: str, against: str, asked: str, bare: str) -> Iterator[Statement]:
    other, token, end = "agencies_client", "agencies_token", "agencies_endpoint"
    yield "a system that may more", f"""UPDATE {other} SET roles = '["verify"]'"""
    yield "a system for ever", f"UPDATE {other} SET last_day = '2999-12-31'"
    yield "a system admits itself", copied(other, "true")
    yield "a token for ever", f"UPDATE {token} SET expires_at = expires_at + interval '9 years'"
    yield "a token of one's own", f"UPDATE {token} SET digest = 'sha256:0'"
    yield "the news goes elsewhere", f"UPDATE {end} SET url = 'https://x.example/'"
    yield "another first answer", """UPDATE agencies_firstanswer SET content = '{"a": 1}'"""
    partner = "agencies_partner"
    yield "a partner for more", f"""UPDATE {partner} SET programmes = '["dibao", "medical"]'"""
    yield "a partner's key", f"UPDATE {partner} SET public_key = 'x'"
    yield "a partner approved by who proposed", (
        f"UPDATE {partner} SET approved_by = proposed_by, approved_at = {NOW}"
    )  # fmt: skip
    yield (
        "a partner that begins approved",
        copied(partner, "true", sender_id="'q'", approved_by="'officer:77'", approved_at=NOW),
    )
    yield "what a partner was told", "UPDATE agencies_partnermessage SET answer = '{}'"
    yield "a subscription to another", "UPDATE agencies_subscription SET person = 'x'"
    asks = "inquiries_reverification"
    yield "asked again by nobody", copied(asks, "true", round="round + 1", ordered_by="''")
    yield (
        "asked again of another",
        copied(
            asks, "true", member_id=f"(SELECT id FROM cases_member WHERE case_id = {bare} LIMIT 1)"
        ),
    )
    sent, came = "inquiries_requestfile", "inquiries_answerfile"
    yield "a file that never left", f"UPDATE {sent} SET left_at = NULL"
    yield "another file", f"UPDATE {sent} SET sha256 = repeat('2', 64)"
    yield "no answer came", f"DELETE FROM {came}"


ROOMS = (on_the_course, on_conclusions, on_notices, on_rechecks, on_objections, on_what_is_kept,
         on_others)  # fmt: skip


def statements(stood: dict[str, str]) -> list[Statement]:
    return [statement for room in ROOMS for statement in room(**stood)]


def idle(url: str, tried: list[Statement]) -> list[str]:
    """Return those that would do nothing if nothing stood in their way."""
    told = {what: without_guards(url, said) for what, said in tried}
    return [w for w, t in told.items() if t[0][:2] not in {"", "23"} or t == ("", 0)]


def test_none_of_them_is_let_through(served, stood, own_postgres):
    tried = statements(stood)
    assert len(tried) >= 100
    assert let_through(served.county, tried) == []
    address = urlsplit(postgres_url())._replace(path=urlsplit(own_postgres.url).path)
    assert idle(address.geturl(), tried) == []
