"""How days and amounts are written for people (日期、金额的写法)."""

from datetime import date, datetime

from hedui.procedure.record.moment import SHANGHAI
from hedui.values.money import MoneyError, fen_from_yuan, yuan_display

NOTHING = "—"


def day(value: date | datetime | str | None) -> str:
    """Write a day in full: 2024年8月1日."""
    if not value:
        return NOTHING
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(SHANGHAI)
    return f"{value.year}年{value.month}月{value.day}日"


def yuan(value: object) -> str:
    """Write an amount ("50400.00" → ¥50,400.00) or a count; what is not known is a dash."""
    if value is None or value == "":
        return NOTHING
    if not isinstance(value, str):
        return str(value).replace("-", "−")
    sign, amount = ("−", value[1:]) if value.startswith("-") else ("", value)
    try:
        return sign + yuan_display(fen_from_yuan(amount))
    except MoneyError:
        return value


def lasting(milliseconds: int) -> str:
    """Write how long something takes, in the largest unit of which it is one or more."""
    for unit, length in (("天", 86_400_000), ("小时", 3_600_000), ("分钟", 60_000), ("秒", 1_000)):
        if milliseconds >= length:
            return f"{round(milliseconds / length, 1):g} {unit}"
    return f"{milliseconds} 毫秒"
