"""
Every page that can show a family's data enters who saw it before it shows it.

Held twice: at run time sealed data does not open in a page without `shows`; and here, for every
address there is.
"""

from django.urls import URLPattern, URLResolver, get_resolver

# Pages that open nothing sealed. Each with what it shows instead.
SHOW_NOBODY = {
    "workbench:login": "a form",
    "workbench:logout": "nothing",
    "workbench:password": "a form",
    "workbench:departments": "departments",
    "workbench:department": "a department",
    "workbench:new_department": "a department",
    "workbench:agreements": "what is agreed with departments",
    "workbench:import_agreements": "what is agreed with departments",
    "workbench:agreement": "what is agreed with a department",
    "workbench:new_agreement": "what is agreed with a department",
    "workbench:approve_agreement": "nothing",
    "workbench:end_agreement": "nothing",
    "workbench:sms_about_report": "nothing: it is done, and shown by the page of the delivery",
    "workbench:sms_about_notice": "nothing: likewise",
    "api:sms_receipts": "nothing",
    "api:on_search": "nothing: an answer is taken, sealed",
    "workbench:partners": "bodies that may ask",
    "workbench:partner": "a body that may ask",
    "workbench:new_partner": "a form",
    "workbench:approve_partner": "nothing",
    "workbench:end_partner": "nothing",
    "workbench:keys": "public keys of offices",
    "workbench:approve_keys": "nothing",
    "workbench:drop_keys": "nothing",
    "workbench:blank_form": "a form with nothing in it",
    "workbench:files": "files by number of questions and rows, nobody's data",
    "workbench:make_file": "nothing",
    "workbench:take_file": "sealed questions, handed over by an act that enters the message",
    "workbench:file_manifest": "digest and number of rows of a file",
    "workbench:lose_file": "nothing",
    "workbench:bring_file": "a file that was brought, by numbers of rows; nothing is opened",
    "workbench:keep_file": "nothing",
    "workbench:workbook_template": "an empty form",
    "workbench:clients": "systems that are admitted",
    "workbench:client": "a system that is admitted",
    "workbench:new_client": "a form",
    "workbench:approve_client": "nothing",
    "workbench:end_client": "nothing",
    "workbench:give_token": "a form, and a token once",
    "workbench:end_token": "nothing",
    "workbench:new_endpoint": "a form",
    "workbench:end_endpoint": "nothing",
    "workbench:redeliver": "nothing",
    "workbench:sources": "counts and times of departments, numbers of cases",
    "workbench:lift": "a form",
    "workbench:confirm_lift": "nothing",
    "workbench:corrections": "numbers of requests and cases, departments, kinds of error",
    "workbench:correction": "the same, and numbers of an answer",
    "workbench:answer_correction": "nothing",
    "workbench:send_correction": "nothing",
    "workbench:audit": "acts, officers and times; numbers of inquiries, nobody's name or data",
    "workbench:confirm_withholding": "nothing",
    "workbench:propose_end": "nothing",
    "workbench:confirm_end": "nothing",
    "workbench:rechecks": "numbers of cases, offices and days",
    "workbench:recheck_list": "numbers of cases, officers and times",
    "workbench:new_list": "a form",
    "workbench:bring_worklist": "a form",
    "workbench:look_again": "nothing",
    "workbench:erasures": "numbers of cases, officers and times",
    "workbench:propose_erasure": "nothing",
    "workbench:confirm_erasure": "nothing",
    "workbench:objection_statistics": "counts by source, item and place",
    "workbench:due_counts": "counts",
    "workbench:quality": "counts, accounts of officers, and numbers of reports",
    "workbench:budgets": "limits, and numbers of cases with who ordered or saw them",
    "workbench:new_budget": "a form",
    "workbench:review": "nothing",
    "workbench:look_beyond": "a form",
    "workbench:arrange_intake": "how an agency takes papers in",
    "workbench:texts": "texts that are signed",
    "workbench:text": "a text that is signed",
    "workbench:new_text": "a form",
    "workbench:withdraw_text": "nothing",
    "workbench:policy_places": "places and how many parameters each has",
    "workbench:policy_place": "parameters of a place",
    "workbench:policy_parameter": "a parameter over time",
    "workbench:policy_compare": "parameters that differ",
    "workbench:simulation": "counts of a registry that was uploaded, or of nobody",
    "workbench:simulation_file": "the same counts as a file",
    "workbench:agencies": "agencies and officers",
    "workbench:new_agency": "a form",
    "workbench:new_officer": "a form",
    "workbench:appoint": "a form",
    "workbench:relieve": "a form about an officer's post",
    "public:own_enter": "a form",
    "public:publications": "offices, and how many notices each has posted",
    "public:publications_of": "what an act has posted for these days, names masked",
    "public:publication": "what an act has posted for these days",
    "public:robots": "addresses",
    "public:ask": "a form",
    "public:confirm": "number, days and digest of a report",
    "api:authorization": "whether an authorization stands",
    "api:checkpoint": "a digest",
    "api:ledger_keys": "public keys",
    "api:inclusion": "digests",
    "api:growth": "digests",
    "api:cosignatures": "a count",
    "api:healthz": "that it lives",
    "api:dci": "a contract",
    "api:nowhere": "that there is nothing",
}


def addresses(resolver=None, spaces=()):
    """Yield the full name and the view of every address."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inner = (*spaces, one.namespace) if one.namespace else spaces
            yield from addresses(one, inner)
        elif isinstance(one, URLPattern):
            yield ":".join([*spaces, str(one.name)]), one.callback


def test_every_page_enters_who_sees_whom_or_says_why_there_is_nobody_to_see():
    silent = {name for name, view in addresses() if not getattr(view, "enters", False)}
    assert silent == set(SHOW_NOBODY)


def test_the_walk_sees_every_face():
    found = dict(addresses())
    assert {name.partition(":")[0] for name in found} == {"workbench", "public", "api"}
    assert found["workbench:case"].enters
