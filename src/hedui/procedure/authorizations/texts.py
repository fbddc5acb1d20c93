"""授权书文本的办理: publish a text, withdraw it. A text that was signed is never changed."""

from collections.abc import Iterable
from datetime import date

from hedui import policy
from hedui.procedure.authorizations.models import Form
from hedui.procedure.record.actor import INSTALLER, Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.wire.canonical import digest

# What a text has to tell (个人信息保护法 第14、15、17条), by the words that say it.
TOLD = {
    "告知": "告知事项",
    "目的": "处理目的",
    "方式": "处理方式",
    "保存": "保存期限",
    "撤回": "撤回的权利",
}


class FormNotUsable(Refusal):
    """The text is blank, lacks the notice, is unknown, withdrawn, or not to be signed that day."""


@act("发布授权书文本", article="个人信息保护法 第17条", roles={Role.SECURITY_ADMIN})
def publish(
    *, form: str, title: str, text: str, programmes: Iterable[str], first_day: date, by: Actor
) -> Form:
    """
    Publish the text of a form; to publish the very same again changes nothing.

    :raises FormNotUsable: blank, without the notice, begins in the past (but for what the
        installation brings, which was signed before it), or another text stands under that id
    """
    _whole(title, text)
    if first_day < today() and by != INSTALLER:
        raise FormNotUsable("启用日期不能早于今天:发布以前没有人能据此签署。", "first_day")
    fingerprint = digest({"id": form, "title": title, "text": text})
    entry = note(form=form, digest=fingerprint, first_day=first_day.isoformat())
    published, _ = Form.objects.get_or_create(
        id=form,
        defaults={
            "title": title,
            "text": text,
            "digest": fingerprint,
            "programmes": sorted(programmes),
            "first_day": first_day,
            "entry_id": entry,
        },
    )
    if published.digest != fingerprint:
        raise FormNotUsable(
            f"编号 {form} 已经发布过另一文本。发布过的文本不能更改,请另起编号。", "form"
        )
    return published


@act("停用授权书文本", article="个人信息保护法 第17条", roles={Role.SECURITY_ADMIN})
def withdraw(*, form: Form, by: Actor) -> Form:  # noqa: ARG001 - `act` reads it
    """
    Withdraw a text: nothing more is registered on it. What was signed on it before goes on.

    :raises FormNotUsable: it is withdrawn already
    """
    held = Form.objects.select_for_update(no_key=True).get(pk=form.pk)
    if held.withdrawn_at:
        raise FormNotUsable("这一文本此前已经停用。")
    note(form=held.id, digest=held.digest)
    held.withdrawn_at = moment()
    held.save(update_fields=["withdrawn_at"])
    return held


def usable(form: str, programme: str, signed_on: date, today: date) -> Form:
    """
    Return the text that was signed on a day, if that could be.

    :raises FormNotUsable: unknown, of another programme, withdrawn, or not in use on that day
    """
    held = Form.objects.filter(id=form).first()
    if held is None or programme not in held.programmes:
        raise FormNotUsable(f"没有登记过编号为 {form} 的本项目授权书文本,请核对编号。", "form")
    if held.withdrawn_at:
        raise FormNotUsable("这一授权书文本已经停用,请用现行文本重新签署。", "form")
    if signed_on > today:
        raise FormNotUsable("签署日期不能晚于今天。", "signed_on")
    if signed_on < held.first_day or (held.last_day and signed_on > held.last_day):
        raise FormNotUsable("签署之日该授权书文本不在使用期内,请用现行文本重新签署。", "signed_on")
    return held


def programmes_known() -> list[tuple[str, str]]:
    """Return the programmes for which a text can be published, with their labels."""
    return [(one.name, one.label) for one in policy.known_programmes().values()]


def _whole(title: str, text: str) -> None:
    if not title.strip() or not text.strip():
        raise FormNotUsable("授权书文本不能空白,请填写标题和全文。", "text")
    missing = [meaning for word, meaning in TOLD.items() if word not in text]
    if missing:
        raise FormNotUsable(
            f"授权书文本没有写明{'、'.join(missing)},不能发布。请补全告知内容。", "text"
        )
