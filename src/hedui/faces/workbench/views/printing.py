"""编号授权书 (numbered form): print it for one member, with number, QR code and notice."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from hedui import policy
from hedui.faces.workbench.desk import only, page, refused
from hedui.faces.workbench.forms.authorization import source_items
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views.authorization import file_response, form_for
from hedui.procedure.agencies.queries import askable, verification_body_of
from hedui.procedure.authorizations import notice, printing, queries
from hedui.procedure.authorizations.formtext import paragraphs
from hedui.procedure.authorizations.models import Sheet
from hedui.procedure.authorizations.printing import period_of
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.labels import RELATIONS
from hedui.procedure.record.moment import SHANGHAI, china_text, today
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.procedure.reports.documents import authorization_form_pdf


@page
@require_GET
@shows
def form_pdf(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Print the form for one member to sign, with the items that were ticked."""
    desk = only("authorizations.print_form", request)
    case = cases.case_of(desk.actor, number=number)
    member = cases.member_of(desk.actor, case=case, key=key)
    needed = askable(case.programme, case.division, today())
    form = form_for(request, member, cases.people_in(desk.actor, case=case))
    chosen = [item for item in needed if item in request.GET.getlist("items")]
    if form.is_bound:  # as it was filled in; by its bare address it is the form as it is offered
        form.is_valid()
        if not chosen or "valid_until" in form.errors:
            said = "请至少勾选一项授权查询的内容。" if not chosen else "请核对授权有效期。"
            return refused(
                request, Refusal(said), "workbench:authorization", number=number, key=key
            )
    text = queries.form_for(case.programme, today())
    if text is None:
        raise Trouble("本项目没有已发布的授权书文本。")
    printed = printing.print_form(
        member=member,
        form=text,
        items=chosen or needed,
        valid_until=form.cleaned_data["valid_until"] if form.is_bound else form.offered_until,
        guardian=request.GET.get("guardian"),
        by=desk.actor,
    )
    made = authorization_form_pdf(_on_paper(printed))
    return file_response(made, "application/pdf", f"{printed.sheet.number}.pdf")


def as_printed(sheet: Sheet) -> bytes:
    """Typeset a numbered form once more, for who compares a signed one with it."""
    return authorization_form_pdf(_on_paper(printing.printing_of(sheet)))


def _on_paper(printed: printing.Printing) -> dict[str, Any]:
    sheet = printed.sheet
    case, member, text = sheet.case, sheet.member, sheet.form
    period = period_of(case, sheet.printed_at.astimezone(SHANGHAI).date())
    programme = policy.programme(case.programme)
    body = verification_body_of(case.division)
    return {
        "number": sheet.number,
        "printed_at": china_text(sheet.printed_at),
        "agency": case.agency.name,
        "body": body.name if body else "受委托的核对机构",
        "programme_label": programme.label,
        "purpose": f"仅供审核确认本次{programme.label}申请使用",
        "form": {"id": text.id, "digest": text.digest},
        "person": {
            "name": printed.name,
            "id_number": printed.id_number,
            "relation_label": RELATIONS[member.relation],
            "guardian": printed.guardian,
        },
        "paragraphs": paragraphs(text.text),
        "items": [
            {
                "department": source.unit,
                "source_label": source.label,
                "items": [label for _, label, _, _ in source.items],
            }
            for source in source_items(sheet.items, sheet.items)
        ],
        "period": {"from": period.first.isoformat(), "to": period.last.isoformat()},
        "valid_until": sheet.valid_until.isoformat(),
        "own_address": settings.HEDUI_PUBLIC_URL + reverse("public:own_enter"),
        "notice": {
            "version": notice.VERSION,
            "digest": sheet.digest,
            "sections": printed.notice.sections,
        },
    }
