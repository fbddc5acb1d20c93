"""
换钥换址 (changes of keys and addresses): how a department or a partner is known from now on.

Who can make an answer believed is who could change a key, and who learns whom we ask about is who
could change an address; so one officer proposes it and another approves, and the database refuses
it otherwise. While a holder changes over, both keys are taken: that change names both, and the next
one the new key alone.
"""

from uuid import UUID

from hedui.procedure.agencies.acts import known_address
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
    """Keys and address cannot be changed so, or not by this officer, or not any more."""


@act("提出换钥换址", article=ARTICLE, roles={Role.SYSTEM_ADMIN})
def propose_keys(
    *, holder: Holder, public_key: str, base_url: str | None = None, by: Actor
) -> KeyChange:
    """
    Propose with which keys a department or a partner is known, and where a department is asked.

    public_key: PEM text of all that are to be taken: while it changes over, the present one too
    base_url: of a department; none given, it is asked where it was

    :raises NotChanged: no public key is to be read, all is as it is taken now, or the partner ended
    :raises Refusal: it is no address
    """
    held = _locked(holder)
    now = _address(held)
    address = now if base_url is None else known_address(base_url)
    keys, taken = _read(held, public_key)
    same = _kids(keys) == _kids(taken)
    if same and address == now:
        raise NotChanged("与现在采用的相同,不用更换。", "public_key")
    change = KeyChange(
        department=held if isinstance(held, Department) else None,
        partner=held if isinstance(held, Partner) else None,
        before=held.public_key,
        public_key=held.public_key if same else public_key,
        address_before=now,
        base_url=address,
        proposed_by=by.identifier,
        proposed_at=moment(),
    )
    change.entry_id = _noted(change, held, keys)
    change.save(force_insert=True)
    return change


@act("批准换钥换址", article=ARTICLE, roles={Role.SECURITY_ADMIN})
def approve_keys(*, change: KeyChange, by: Actor) -> KeyChange:
    """
    Approve as the second officer what another proposed; from now on that is taken.

    :raises NotChanged: it is their own, it is over, or keys or address were changed since
    """
    held = KeyChange.objects.select_for_update(of=("self",), no_key=True).get(pk=change.pk)
    holder = _locked(_holder(held))
    if held.proposed_by == by.identifier:
        raise NotChanged("提出人不能自己批准,请由另一位安全管理员批准。")
    if held.approved_at is not None or held.dropped_at is not None:
        raise NotChanged("这次更换已经批准或者撤回。")
    if (holder.public_key, _address(holder)) != (held.before, held.address_before):
        raise NotChanged("提出以后已经换过,请撤回后重新提出。")
    entry = _noted(held, holder, read_publics(held.public_key) if held.public_key else [])
    held.approved_by, held.approved_at = by.identifier, moment()
    held.save(update_fields=["approved_by", "approved_at"])
    changed = ["public_key"]
    holder.public_key = held.public_key
    if isinstance(holder, Department):
        holder.base_url, holder.entry_id = held.base_url, entry
        changed += ["base_url", "entry_id"]
    holder.save(update_fields=changed)
    return held


@act("撤回换钥换址", article=ARTICLE, roles={Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
def drop_keys(*, change: KeyChange, by: Actor) -> KeyChange:
    """
    Take a proposal back; keys and address stay as they are.

    :raises NotChanged: it is over already
    """
    held = KeyChange.objects.select_for_update(of=("self",), no_key=True).get(pk=change.pk)
    if held.approved_at is not None or held.dropped_at is not None:
        raise NotChanged("这次更换已经批准或者撤回。")
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


def _address(holder: Holder) -> str:
    return holder.base_url if isinstance(holder, Department) else ""


def _read(held: Holder, public_key: str) -> tuple[list[PublicKey], list[PublicKey]]:
    """Return the keys in a text, and those taken now; none is no key of who signs nothing."""
    if not public_key.strip() and not held.public_key:
        return [], []
    try:
        taken = read_publics(held.public_key) if held.public_key else []
        return list(read_publics(public_key)), list(taken)
    except KeyFileError as fault:
        raise NotChanged(
            f"验签公钥不能使用({fault}),请粘贴对方提供的 .pub.pem 文件全文。", "public_key"
        ) from None


def _noted(change: KeyChange, holder: Holder, keys: list[PublicKey]) -> UUID:
    if isinstance(holder, Partner):
        return note(change=str(change.pk), keys=_kids(keys), partner=holder.sender_id)
    told = {"division": holder.division, "source": holder.source, "base_url": change.base_url}
    return note(change=str(change.pk), keys=_kids(keys), case=None, **told)


def _kids(keys: list[PublicKey]) -> list[str]:
    return sorted(key.kid for key in keys)
