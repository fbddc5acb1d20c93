"""Wrap the keys of cases anew 重新包裹案件密钥, when the key that wraps them changes."""

from collections import Counter

from django.db.models import BinaryField, QuerySet
from django.db.models.functions import Length, Substr
from django.db.models.lookups import Exact

from hedui.procedure.cases.models import Case
from hedui.procedure.record import keys
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.key_files import ID, UNNAMED
from hedui.procedure.record.keys import Held
from hedui.procedure.record.sealing import CaseKey
from hedui.wire.seals.rings import FIRST

AT_ONCE = 500
NAME = Substr("wrapped_key", 1, ID, output_field=BinaryField())
"""What stands before a wrapped key: the id of what wrapped it."""


@act("重新包裹案件密钥", article="个人信息保护法 第51条", roles={Role.SECURITY_ADMIN})
def rewrap(*, by: Actor) -> int:
    """
    Wrap keys of cases with the key of today, at most 500 at once, and return how many.

    What the keys sealed is not touched. The application's role on PostgreSQL may not do this.

    :raises Trouble: one cannot be unwrapped; then none of them is changed
    """
    wrapping = keys.wrapping()
    found = list(
        _not_by(wrapping).select_for_update(of=("self",), no_key=True).order_by("pk")[:AT_ONCE]
    )
    for case in found:
        again = CaseKey.wrapped_again(bytes(case.wrapped_key), case.id.bytes)
        Case.objects.filter(pk=case.pk).update(wrapped_key=again)
    note(rewrapped=len(found), key=wrapping.id)
    return len(found)


def waiting() -> int:
    """Count the cases whose key is not wrapped with the key of today."""
    return _not_by(keys.wrapping()).count()


def out_of_reach() -> int:
    """Count the cases whose key nothing here unwraps: what wrapped it is not there."""
    held = [one for one in keys.provider().held() if one.use == "sealing"]
    within = {one.id for one in held} | {"" for one in held if one.since == FIRST}
    return sum(cases for id_, cases in wrapped_by().items() if id_ not in within)


def wrapped_by() -> Counter[str]:
    """Count the cases by the id of what wraps their key; "" before keys had ids."""
    counted: Counter[str] = Counter()
    found = Case.objects.values_list(NAME, Length("wrapped_key"))
    for name, length in found.iterator():
        counted["" if length == UNNAMED else bytes(name).hex()] += 1
    return counted


def _not_by(wrapping: Held) -> QuerySet[Case]:
    return Case.objects.exclude(Exact(NAME, bytes.fromhex(wrapping.id)))
