"""What programs may ask without an account: whether an authorization stands, whether we live."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from hedui.procedure.authorizations.queries import standing_of
from hedui.procedure.record.scope import acting_as


@login_not_required
@require_GET
def authorization_status(request: HttpRequest, number: UUID) -> JsonResponse:
    """
    Tell a department whether an authorization 授权 stands: active, revoked, expired or unknown.

    The number is random (UUIDv7) and known only to whom the artefact was shown.
    """
    with acting_as(f"authorization:{number}"):
        standing = standing_of(number)
    return JsonResponse({"jti": str(number), "status": standing})


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer when the process and its database live."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
