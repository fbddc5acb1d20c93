"""
What anybody may ask of the ledger 台账 without an account: checkpoints and proofs, digests only.

An entry is asked for by its id, which is random and known only to whom it was shown.
"""

from base64 import b64encode
from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from hedui.procedure.record import checkpoints, keys
from hedui.procedure.record.checkpoints import NotWitnessed, NotYetSigned
from hedui.procedure.record.models import Entry
from hedui.wire.seals import public_pem

LONGEST_NOTE = 8 * 1024
TEXT = "text/plain; charset=utf-8"


@login_not_required
@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the newest checkpoint 检查点, a C2SP signed note with the lines of its witnesses."""
    newest = checkpoints.newest()
    if newest is None:
        return JsonResponse({"error": "台账还没有检查点。"}, status=404)
    return HttpResponse(checkpoints.cosigned(newest), content_type=TEXT)


@login_not_required
@require_GET
def public_keys(request: HttpRequest) -> HttpResponse:
    """Give the public keys that sign checkpoints, those of before too, as one file."""
    held = b"".join(public_pem(key) for key in keys.publics())
    answer = HttpResponse(held, content_type="application/x-pem-file")
    answer["Content-Disposition"] = 'attachment; filename="platform.pub.pem"'
    return answer


@login_not_required
@require_GET
def inclusion(request: HttpRequest, entry: UUID) -> JsonResponse:
    """Prove that an entry stands in the ledger, as of the checkpoint that comes with it."""
    try:
        found = checkpoints.prove(entry)
    except Entry.DoesNotExist:
        return JsonResponse({"error": "没有这条留痕。"}, status=404)
    except NotYetSigned as refusal:
        headers = {"Retry-After": "30"}
        return JsonResponse({"error": refusal.message}, status=503, headers=headers)
    return JsonResponse(
        {
            "entry": str(found.entry),
            "index": found.index,
            "leaf": _written(found.leaf),
            "proof": _all_written(found.proof),
            "checkpoint": checkpoints.cosigned(found.checkpoint),
        }
    )


@login_not_required
@require_GET
def growth(request: HttpRequest) -> JsonResponse:
    """Prove that the ledger of size `from` begins that of size `to`: it has only grown."""
    sizes = [request.GET.get(name, "") for name in ("from", "to")]
    if not all(size.isascii() and size.isdigit() and len(size) < 16 for size in sizes):
        return JsonResponse({"error": "请以 from 和 to 给出两个条数。"}, status=400)
    first, second = map(int, sizes)
    try:
        proof = checkpoints.prove_growth(first, second)
    except ValueError:
        return JsonResponse({"error": "台账没有这么长,或者 from 大于 to。"}, status=404)
    return JsonResponse({"from": first, "to": second, "proof": _all_written(proof)})


@csrf_exempt
@login_not_required
@require_POST
def cosignatures(request: HttpRequest) -> JsonResponse:
    """Take a witness's line 见证 under a checkpoint of ours; the signature is what admits it."""
    note = request.body[: LONGEST_NOTE + 1]
    if len(note) > LONGEST_NOTE:
        return JsonResponse({"error": "内容过长。"}, status=413)
    try:
        kept = checkpoints.accept(note.decode(errors="replace"))
    except NotWitnessed as refusal:
        return JsonResponse({"error": refusal.message}, status=422)
    return JsonResponse({"kept": kept})


def _written(hashed: bytes) -> str:
    return b64encode(hashed).decode()


def _all_written(hashes: Iterable[bytes]) -> list[str]:
    return [_written(one) for one in hashes]
