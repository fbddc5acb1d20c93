"""账号的办理: open an account for one person, and change one's own password."""

from hedui.procedure.agencies.models import Officer
from hedui.procedure.record.actor import POSTS, Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.outcome import Refusal


@act("开立账号", article="民办函〔2011〕365号 二(一)", roles={Role.SYSTEM_ADMIN})
def open_account(
    *,
    username: str,
    display_name: str,
    password: str,
    by: Actor,  # noqa: ARG001 - `act` reads it
) -> Officer:
    """
    Open an account for one person, who may do nothing before they are given a post.

    :raises IntegrityError: the login name is taken
    """
    account = Officer(username=username, display_name=display_name)
    account.set_password(password)
    account.entry_id = note(username=username)
    account.save(force_insert=True)
    return account


@act("修改本人密码", article="个人信息保护法 第51条", roles=set(POSTS))
def change_password(*, officer: Officer, password: str, by: Actor) -> Officer:
    """
    Change one's own password; nobody changes another's.

    :raises Refusal: it is another's account
    """
    if by.identifier != f"officer:{officer.pk}":
        raise Refusal("只能修改本人的密码。")
    held = Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)
    held.set_password(password)
    held.entry_id = note(officer=held.pk)
    held.save(update_fields=["password", "entry_id"])
    return held
