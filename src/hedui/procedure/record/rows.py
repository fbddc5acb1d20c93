"""
Row rules 行级规则 of PostgreSQL: which families' rows the application's role sees and writes.

One rule for the case: `cases/reach.postgresql.sql` says which cases a scope reaches. A row of any
other table is where its case is, by the column that leads there. What is seen may be locked; what
is added or changed has to pass a narrower rule, the one that the acts go by. The owner of the
tables, who sets an installation up, and the guards, which run as the owner, are not held by them.
"""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from hedui.procedure.record.scope import LIKENESS, MACHINE, PARTNERS, POSTED, REVIEW, SOURCES

RULE = Path(__file__).parent.parent / "cases" / "reach.postgresql.sql"
ACTOR = "current_setting('hedui.actor', true)"
WORKER = "machine:worker"
ASKED = (
    "hedui_post_in",
    "hedui_area",
    "hedui_is_given",
    "hedui_is_posted",
    "hedui_held",
    "hedui_holder",
    "hedui_is_erased",
    "hedui_stands_back",
    "hedui_hold",
)
BY_POSTED = f"(SELECT {ACTOR} = '{POSTED}')"
BY_WORKER = f"(SELECT {ACTOR} = '{WORKER}')"
NOBODY = "false"


def posts(*roles: str) -> str:
    """Write the agency for which the officer acts in one of these posts; asked once a statement."""
    return f"(SELECT hedui_post_in({', '.join(f'{role!r}' for role in roles)}))"


def _in_person(objection: str) -> str:
    """Say that an objection is of whoever holds the scope, and made by themselves."""
    return (
        f"{objection}.member_id = (SELECT hedui_holder())"
        f" AND starts_with({objection}.taken_in_by, 'person:')"
    )


def _of_own(column: str) -> str:
    """Say that a row belongs to such an objection, by the column that leads there."""
    there = f"o.id = {{table}}.{column} AND {_in_person('o')}"
    return f"EXISTS (SELECT 1 FROM objections_objection o WHERE {there})"


REACHED = (
    f"cases_case.agency_id = {posts('intake', 'commission')}",
    "starts_with(cases_case.division, (SELECT hedui_area()))",
    "cases_case.id = (SELECT hedui_held())",
    f"hedui_is_given(cases_case.id, {posts('verify', 'countersign')})",
)
# Conditions about the case of a row …
SEEN = "true"  # the rule of the case itself sees to it
TAKEN_IN = f"cases_case.agency_id = {posts('intake')}"
HELD = "cases_case.id = (SELECT hedui_held())"
# … and about the row itself.
FREEZES = f"{posts('intake', 'commission')} IS NOT NULL"
ORDERS = "{table}.agency_id = " + posts("intake", "commission")
GOES_BEYOND = (
    f"(({ORDERS}) OR {{table}}.lifts = 'looks' AND {{table}}.agency_id = "
    f"{posts('intake', 'commission', 'verify', 'countersign')})"
)
CLOSES = (
    f"({posts('commission')} IS NOT NULL"  # who decides on a case in reach
    f" OR {posts('countersign')} IN ({{table}}.agency_id, {{table}}.body_id))"
)
REVIEWS = f"{posts('security_admin')} IS NOT NULL"
PROPOSES = f"{posts('intake', 'commission')} IS NOT NULL"
CONFIRMS = f"{posts('commission')} IS NOT NULL"
TAKES_PART = f"{posts('intake', 'commission', 'verify', 'countersign')} IS NOT NULL"
WITHHOLDS = f"{posts('commission', 'verify')} IS NOT NULL"
EXAMINES = f"{posts('verify')} IS NOT NULL"
ASKS_AGAIN = f"{posts('verify', 'countersign')} IS NOT NULL"
OBJECTS = f"({PROPOSES} OR {_in_person('{table}')})"
CONTESTS = f"({PROPOSES} OR {_of_own('objection_id')})"
RESOLVES = f"{posts('commission', 'verify', 'countersign')} IS NOT NULL"
BRINGS = f"({posts('intake', 'commission', 'verify')} IS NOT NULL OR {_of_own('about')})"
COUNTERSIGNS = f"{posts('countersign')} IS NOT NULL"
LOOKS_INTO = f"{posts('verify')} IS NOT NULL"
SETS_ASIDE = (
    "EXISTS (SELECT 1 FROM reports_report r JOIN commissions_commission c ON c.id = r.commission_id"
    f" WHERE r.id = {{table}}.report_id AND c.body_id = {posts('verify', 'countersign')})"
)
# Who proposed it may propose its end too, and no more.
ENDS = (
    f"({COUNTERSIGNS}) OR ({WITHHOLDS}"
    " AND {table}.end_proposed_at IS NOT NULL AND {table}.ended_at IS NULL)"
)


def erased(case: str) -> str:
    """Say that who confirms erasures writes in a case whose erasure is confirmed."""
    return f"{CONFIRMS} AND hedui_is_erased({case})"


OF_BODY = (
    "EXISTS (SELECT 1 FROM commissions_commission c WHERE c.id = {table}.commission_id"
    f" AND c.body_id = {posts('verify')})"
)
_REPORT_SEEN = "EXISTS (SELECT 1 FROM reports_report WHERE reports_report.id = {table}.report_id)"


PRINTED_IN = (
    "(SELECT a.case_id FROM authorizations_authorization a WHERE a.id = {table}.authorization_id)"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """
    The rule of one table.

    leads, to: the column that leads towards the case, and its table; of_case, of_row: what the case
    of a row, and the row, must be like for it to be added; changed: likewise, where it differs;
    erasing: whether the second officer of an erasure changes it too, and the case it is in.
    read_by: who else reads it, machines of one purpose by name; also: other rows that are seen.
    """

    leads: str
    to: str
    of_case: str = ""
    of_row: str = "true"
    changed: str = ""
    erasing: str = ""
    read_by: tuple[str, ...] = ()
    also: str = NOBODY


def _by_worker(leads: str, to: str, changed: str = NOBODY, read_by: tuple[str, ...] = ()) -> Rule:
    return Rule(leads, to, of_row=BY_WORKER, changed=changed, read_by=read_by)


RULES: dict[str, Rule] = {
    "cases_case": Rule(
        "",
        "",
        TAKEN_IN,
        erasing="cases_case.id",
        read_by=(LIKENESS, REVIEW, PARTNERS),
        also=f"{BY_POSTED} AND hedui_is_posted(cases_case.id)",
    ),
    "cases_member": Rule(
        "case_id",
        "cases_case",
        TAKEN_IN,
        erasing="cases_member.case_id",
        read_by=(LIKENESS, PARTNERS),
    ),
    "cases_erasure": Rule("case_id", "cases_case", SEEN, PROPOSES, CONFIRMS),
    "cases_declaration": Rule("case_id", "cases_case", TAKEN_IN, changed=FREEZES),
    "authorizations_sheet": Rule("case_id", "cases_case", TAKEN_IN),
    "authorizations_guardianship": Rule("case_id", "cases_case", TAKEN_IN, read_by=(PARTNERS,)),
    "authorizations_authorization": Rule(
        "case_id", "cases_case", TAKEN_IN, read_by=(LIKENESS, PARTNERS)
    ),
    "authorizations_confirmation": Rule(
        "authorization_id", "authorizations_authorization", TAKEN_IN, read_by=(PARTNERS,)
    ),
    "authorizations_pageprint": Rule(
        "authorization_id",
        "authorizations_authorization",
        TAKEN_IN,
        changed=NOBODY,
        erasing=PRINTED_IN,
        read_by=(LIKENESS,),
    ),
    "authorizations_enrolment": Rule("member_id", "cases_member", TAKEN_IN),
    "authorizations_wrongcode": Rule("enrolment_id", "authorizations_enrolment", HELD),
    "authorizations_signin": Rule("enrolment_id", "authorizations_enrolment", HELD),
    "authorizations_electronicsignature": Rule("enrolment_id", "authorizations_enrolment", HELD),
    "commissions_commission": Rule(
        "case_id", "cases_case", SEEN, ORDERS, CLOSES, read_by=(PARTNERS,)
    ),
    "commissions_breakglass": Rule(
        "case_id", "cases_case", SEEN, GOES_BEYOND, REVIEWS, read_by=(REVIEW,), also=REVIEWS
    ),
    "inquiries_inquiry": _by_worker("commission_id", "commissions_commission", read_by=(SOURCES,)),
    "inquiries_ticket": _by_worker("inquiry_id", "inquiries_inquiry", read_by=(SOURCES,)),
    "inquiries_reply": _by_worker("inquiry_id", "inquiries_inquiry", read_by=(SOURCES,)),
    "inquiries_fact": _by_worker("reply_id", "inquiries_reply"),
    "reports_report": Rule(
        "commission_id",
        "commissions_commission",
        of_row=f"({BY_WORKER} OR {OF_BODY})",
        changed="EXISTS (SELECT 1 FROM commissions_commission c WHERE c.id = {table}.commission_id"
        f" AND c.body_id = {posts('verify', 'countersign')})",
        read_by=(PARTNERS,),
    ),
    "reports_finding": Rule(
        "report_id",
        "reports_report",
        of_row=f"({BY_WORKER} OR ({EXAMINES} AND {_REPORT_SEEN}))",
        changed=SETS_ASIDE,
    ),
    "reports_acceptance": Rule("finding_id", "reports_finding", SEEN, EXAMINES),
    "reports_delivery": Rule("report_id", "reports_report", SEEN, PROPOSES),
    "cases_exhibit": Rule("case_id", "cases_case", SEEN, BRINGS),
    "cases_step": Rule(
        "case_id",
        "cases_case",
        SEEN,
        TAKES_PART,
        also=f"{BY_POSTED} AND cases_step.kind = 'publish' AND hedui_is_posted(cases_step.case_id)",
    ),
    "inquiries_reverification": Rule("commission_id", "commissions_commission", SEEN, ASKS_AGAIN),
    "objections_objection": Rule("report_id", "reports_report", SEEN, OBJECTS),
    "objections_contested": Rule("objection_id", "objections_objection", SEEN, CONTESTS),
    "determinations_determination": Rule("report_id", "reports_report", SEEN, CONFIRMS, CONFIRMS),
    "oversight_secondreview": Rule(
        "determination_id", "determinations_determination", SEEN, CONFIRMS
    ),
    "papers_notice": Rule("case_id", "cases_case", SEEN, PROPOSES),
    "papers_noticedelivery": Rule("notice_id", "papers_notice", SEEN, PROPOSES),
    "rechecks_task": Rule("case_id", "cases_case", SEEN, CONFIRMS, CONFIRMS),
    "objections_resolution": Rule("contested_id", "objections_contested", SEEN, RESOLVES),
    "reports_sourcereview": Rule(
        "finding_id", "reports_finding", SEEN, LOOKS_INTO, read_by=(SOURCES,)
    ),
    "reports_correction": Rule(
        "review_id", "reports_sourcereview", SEEN, LOOKS_INTO, read_by=(SOURCES,)
    ),
    "reports_withholding": Rule("member_id", "cases_member", SEEN, WITHHOLDS, ENDS),
    "reports_phone": Rule("member_id", "cases_member", SEEN, PROPOSES),
    "reports_sms": Rule("phone_id", "reports_phone", SEEN, PROPOSES, changed=BY_WORKER),
    "reports_owncode": Rule("member_id", "cases_member", TAKEN_IN),
}


def statements(role: str) -> list[str]:
    """Return what puts the rules on, for the application's role."""
    quote = connection.ops.quote_name
    reach = [part.strip() for part in RULE.read_text(encoding="utf-8").split("-- ;;")]
    written = [part for part in reach if "CREATE" in part]
    # What stands in the guards is called by triggers, as the owner; nobody else asks it anything.
    written.append("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC")
    for function in ASKED:
        written.append(f"GRANT EXECUTE ON FUNCTION {function} TO {quote(role)}")
    for table in RULES:
        written.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for verb, clauses in _clauses(table).items():
            name = f"{table}_{verb.lower()}"
            written.append(f"DROP POLICY IF EXISTS {name} ON {table}")
            written.append(f"CREATE POLICY {name} ON {table} FOR {verb} TO PUBLIC {clauses}")
    return written


def _clauses(table: str) -> dict[str, str]:
    rule, seen = RULES[table], _seen(table)
    added = rule.of_row.format(table=table)
    if rule.of_case:
        added = f"{added} AND {_of_case(table, rule.of_case)}"
    changed = rule.changed.format(table=table) or added
    if rule.erasing:
        changed = f"({changed}) OR {erased(rule.erasing.format(table=table))}"
    return {
        "SELECT": f"USING ({seen})",
        "INSERT": f"WITH CHECK ({added})",
        "UPDATE": f"USING ({seen}) WITH CHECK ({changed})",
    }


def _seen(table: str) -> str:
    rule = RULES[table]
    machines = ", ".join(f"'{one}'" for one in (WORKER, *rule.read_by))
    ways = [f"(SELECT {ACTOR} IN ({machines}))", rule.also]
    if table == "cases_case":
        ways.append(f"({' OR '.join(REACHED)}) AND NOT hedui_stands_back(cases_case.id)")
    else:  # a machine of one purpose reads its tables, and not what hangs on them
        ways.append(f"(SELECT {ACTOR} NOT LIKE '{MACHINE}%') AND {_leading(table, 'true')}")
    return " OR ".join(way for way in ways if way != NOBODY)


def _of_case(table: str, condition: str) -> str:
    """Say what the case of a row is like, which has to be seen."""
    if table == "cases_case":
        return condition
    return _leading(table, _of_case(RULES[table].to, condition))


def _leading(table: str, condition: str) -> str:
    """Say that the row to which this one leads is seen, and is like this."""
    rule = RULES[table]
    there = f"{rule.to}.id = {table}.{rule.leads} AND {condition}"
    return f"EXISTS (SELECT 1 FROM {rule.to} WHERE {there})"


def unprotected() -> list[str]:
    """Name the tables whose rows are not kept apart from whoever is connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace"
            " AND relname = ANY (%s) AND row_security_active(c.oid)"
            " AND 3 = (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)",
            [list(RULES)],
        )
        protected = {str(name) for (name,) in cursor.fetchall()}
    return sorted(RULES.keys() - protected)
