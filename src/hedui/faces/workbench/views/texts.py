"""授权书文本 (texts): read what was published, publish a new text, withdraw one."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui.faces.workbench.desk import done, only, page, refused, show
from hedui.faces.workbench.forms.texts import NewText
from hedui.procedure.authorizations import queries, texts
from hedui.procedure.authorizations.formtext import blocks
from hedui.procedure.record.outcome import Refusal


@page
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List every text that was published, with whether it is in use."""
    desk = only("authorizations.publish", request)
    labels = dict(texts.programmes_known())
    found = [
        (one, "、".join(labels.get(name, name) for name in one.programmes))
        for one in queries.texts_of(desk.actor)
    ]
    return show(request, "texts", listed=found)


@page
@require_GET
def read(request: HttpRequest, form: str) -> HttpResponse:
    """Show one text as it is printed, with its digest."""
    desk = only("authorizations.publish", request)
    text = queries.text_named(desk.actor, form=form)
    return show(request, "text", text=text, blocks=blocks(text.text))


@page
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """Publish a text; what is blank or lacks the notice is refused."""
    desk = only("authorizations.publish", request)
    form = NewText(request.POST or None)
    if form.is_valid():
        try:
            texts.publish(**form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return done(request, "授权书文本已发布，不能再改。", "workbench:texts")
    return show(
        request,
        "simple_form",
        form=form,
        title="发布授权书文本",
        submit="发布",
        back="workbench:texts",
        status=422 if form.errors else 200,
    )


@page
@require_POST
def withdraw(request: HttpRequest, form: str) -> HttpResponse:
    """Withdraw a text; nothing more is registered on it."""
    desk = only("authorizations.withdraw", request)
    text = queries.text_named(desk.actor, form=form)
    try:
        texts.withdraw(form=text, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:text", form=form)
    return done(request, f"文本 {form} 已停用，自此刻起不再据此登记授权。", "workbench:texts")
