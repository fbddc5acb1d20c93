"""
换钥 (changes of keys): with which keys a department or a partner signs from now on.

Who can make an answer believed is who could change a key, so one officer proposes it and another
approves; the database refuses it otherwise. While a holder changes over, both keys are taken: that
change names both, and the next one the new key alone.
"""

from uuid import UUID

from hedui.procedure.agencies.key_models import KeyChange
from hedui.procedure.agencies.models import Department
from hedui.procedure.agencies.partner_models import Partner
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.wire.seals import KeyFileError, PublicKey, read_publics

ARTICLE = "个人信息保护法 第51条"
Holder = Department | Partner


class NotChanged(Refusal):
    """The keys cannot be changed so, or not by this officer, or not any more."""


@act("提出换钥", article=ARTICLE, roles={Role.SYSTEM_ADMIN})
def propose_keys(*, holder: Holder, public_key: str, by: Actor) -> KeyChange:
    """
    Propose with which keys a department or a partner is known, in place of those taken now.

    public_key: PEM text of all that are to be taken: while it changes over, the present one too

    :raises NotChanged: no public key is to be read, they are those taken now, or the partner ended
    """
    held = _locked(holder)
    try:
        keys = read_publics(public_key)
        taken = read_publics(held.public_key) if held.public_key else []
    except KeyFileError as fault:
        raise NotChanged(
            f"验签公钥不能使用({fault}),请粘贴对方提供的 .pub.pem 文件全文。", "public_key"
        ) from None
    if _kids(keys) == _kids(taken):
        raise NotChanged("与现在采用的验签公钥相同,不用更换。", "public_key")
    change = KeyChange(
        department=held if isinstance(held, Department) else None,
        partner=held if isinstance(held, Partner) else None,
        before=held.public_key,
        public_key=public_key,
        proposed_by=by.identifier,
        proposed_at=moment(),
    )
    change.entry_id = _noted(change, held, keys)
    change.save(force_insert=True)
    return change


@act("批准换钥", article=ARTICLE, roles={Role.SECURITY_ADMIN})
def approve_keys(*, change: KeyChange, by: Actor) -> KeyChange:
    """
    Approve as the second officer what another proposed; from now on those keys are taken.

    :raises NotChanged: it is their own, it is over, or the keys were changed since
    """
    held = KeyChange.objects.select_for_update(of=("self",), no_key=True).get(pk=change.pk)
    holder = _locked(_holder(held))
    if held.proposed_by == by.identifier:
        raise NotChanged("提出人不能自己批准,请由另一位安全管理员批准。")
    if held.approved_at is not None or held.dropped_at is not None:
        raise NotChanged("这次换钥已经批准或者撤回。")
    if holder.public_key != held.before:
        raise NotChanged("提出以后验签公钥已经换过,请撤回后重新提出。")
    keys = read_publics(held.public_key)
    _noted(held, holder, keys)
    held.approved_by, held.approved_at = by.identifier, moment()
    held.save(update_fields=["approved_by", "approved_at"])
    holder.public_key = held.public_key
    holder.save(update_fields=["public_key"])
    return held


@act("撤回换钥", article=ARTICLE, roles={Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
def drop_keys(*, change: KeyChange, by: Actor) -> KeyChange:
    """
    Take a proposal back; the keys stay as they are.

    :raises NotChanged: it is over already
    """
    held = KeyChange.objects.select_for_update(of=("self",), no_key=True).get(pk=change.pk)
    if held.approved_at is not None or held.dropped_at is not None:
        raise NotChanged("这次换钥已经批准或者撤回。")
    note(change=str(held.pk))
    held.dropped_by, held.dropped_at = by.identifier, moment()
    held.save(update_fields=["dropped_by", "dropped_at"])
    return held


def keys_ever(holder: Holder) -> list[PublicKey]:
    """Return every key that is or was taken, to verify what was signed before."""
    texts = [holder.public_key]
    texts += holder.key_changes.exclude(approved_at=None).values_list("before", flat=True)
    known = {key.kid: key for text in texts if text for key in read_publics(text)}
    return list(known.values())


def _holder(change: KeyChange) -> Holder:
    holder = change.department or change.partner
    assert holder is not None  # the database refuses a change of nobody's keys
    return holder


def _locked(holder: Holder) -> Holder:
    kind = type(holder)
    held = kind._default_manager.select_for_update(of=("self",), no_key=True).get(pk=holder.pk)
    if isinstance(held, Partner) and held.ended_at is not None:
        raise NotChanged("这个合作方已经终止。")
    return held


def _noted(change: KeyChange, holder: Holder, keys: list[PublicKey]) -> UUID:
    if isinstance(holder, Partner):
        return note(change=str(change.pk), keys=_kids(keys), partner=holder.sender_id)
    place = {"division": holder.division, "source": holder.source}
    return note(change=str(change.pk), keys=_kids(keys), case=None, **place)


def _kids(keys: list[PublicKey]) -> list[str]:
    return sorted(key.kid for key in keys)
