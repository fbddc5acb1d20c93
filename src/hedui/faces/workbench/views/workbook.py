"""批量导入 (workbook): many households from one XLSX, and the template to fill in."""

from base64 import b64encode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from hedui.faces.workbench.desk import only, show
from hedui.faces.workbench.forms.application import Book
from hedui.faces.workbench.seen import shows
from hedui.procedure.authorizations.workbook import importing
from hedui.procedure.authorizations.workbook.importing import Imported
from hedui.procedure.authorizations.workbook.writing import written
from hedui.procedure.record.outcome import Refusal

IMPORT = "authorizations.import_file"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_A_TIME = 30


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """Give the template."""
    only(IMPORT, request)
    headers = {"Content-Disposition": 'attachment; filename="hedui-template.xlsx"'}
    return HttpResponse(written(), content_type=MEDIA_TYPE, headers=headers)


@require_http_methods(["GET", "POST"])
@shows
def import_workbook(request: HttpRequest) -> HttpResponse:
    """Take in the households of a workbook; give it back with what is wrong written in."""
    desk = only(IMPORT, request)
    form = Book(request.POST or None, request.FILES or None)
    done: Imported | None = None
    if request.method == "POST" and form.is_valid():
        scans = {file.name: file for file in form.cleaned_data["scans"]}

        def scan(name: str) -> bytes | None:
            return bytes(scans[name].read()) if name in scans else None

        book = form.cleaned_data["book"]
        try:
            done = importing.import_workbook(book, scan=scan, by=desk.actor, most=AT_A_TIME)
        except Refusal as refusal:
            form.add_error("book", refusal.message)
    copy = f"data:{MEDIA_TYPE};base64,{b64encode(done.copy).decode()}" if done else ""
    wrong = form.errors or (done and done.faults)
    return show(
        request, "import_workbook", form=form, done=done, copy=copy, status=422 if wrong else 200
    )
