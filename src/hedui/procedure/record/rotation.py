"""Change the keys of the installation 更换密钥, while it runs."""

from datetime import date

from hedui.procedure.record import keys
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.keys import Held, Use
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal


@act("更换密钥", article="个人信息保护法 第51条", roles={Role.SECURITY_ADMIN})
def rotate(*, use: Use, suite: str, day: date, by: Actor) -> Held:
    """
    Make a key that is in force from a day on, of a suite; the ones before stay for what they made.

    The key is made last: if it cannot be, nothing is entered.

    :raises Refusal: the day has passed, or has a key already
    """
    if day < today():
        raise Refusal("新密钥的启用日期不能早于今天。", "from")
    made = keys.provider().add(use, suite, day)
    note(use=use, key=made.id, suite=suite, since=day.isoformat())
    return made
