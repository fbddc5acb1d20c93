"""
What a household declares 申报内容: the shape of CASE.json, checked field by field.

The JSON Schema beside this file says what is well-formed; what it cannot say (check digits,
dates in order, one applicant) stands here. Every fault names its field and what to do.
"""

import codecs
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from hedui.procedure.cases.labels import RELATIONS, field_label
from hedui.procedure.record.outcome import Refusal
from hedui.values.divisions import DivisionError, children, division
from hedui.values.money import MoneyError, fen_from_yuan, yuan_text
from hedui.values.names import PersonNameError, normalise_name
from hedui.values.resident_id import ResidentId, ResidentIdError
from hedui.wire import strict_json
from hedui.wire.checks import WireError

VALUED = frozenset({"deposit", "security", "insurance", "provident_fund", "debt_claim"})
NOT_YET = "日期还没有到,请核对年份"
OLDEST = 130
# The day from which the Interim Measures for Social Assistance 社会救助暂行办法, whose article 11
# opens a case, are in force: before it nobody could apply under them.
EARLIEST = date(2014, 5, 1)
TOO_EARLY = "申请日期不能早于2014年5月1日(《社会救助暂行办法》施行之日),请核对年份"
MOST_BYTES = 2 * 1024 * 1024
SCHEMA = Path(__file__).parent / "schemas" / "case.json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a declaration. field: path such as `members/0/incomes/1/amount`."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{field_label(self.field)}:{self.message}" if self.field else self.message


class NotWellFormed(Refusal):
    """The declaration cannot be taken as it is; `faults` says why, field by field."""

    def __init__(self, faults: list[Fault]) -> None:
        said = ";".join(str(fault) for fault in faults[:5])
        more = f" 等 {len(faults)} 处" if len(faults) > 5 else ""
        super().__init__(f"申报内容需要更正:{said}{more}", faults[0].field)
        self.faults = faults


def read_file(body: bytes) -> dict[str, Any]:
    """
    Read CASE.json 申请文件 as it was written, with or without a byte order mark.

    :raises NotWellFormed: it is no JSON object, or one that two readers could read differently
    """
    try:
        content = strict_json.loads(
            body.removeprefix(codecs.BOM_UTF8), max_bytes=MOST_BYTES, decimals=True
        )
    except WireError as error:
        said = f"不是可以识读的 JSON 文件({error.reason}),请检查编码(UTF-8)和括号、逗号"
        raise NotWellFormed([Fault("", said)]) from None
    if not isinstance(content, dict):
        raise NotWellFormed([Fault("", "申请文件应为一个 JSON 对象,写法见 docs/reference/case.md")])
    return content


def _pattern(
    validator: Any,
    pattern: str,
    value: Any,
    schema: Any,  # noqa: ARG001 - as jsonschema calls it
) -> Iterator[ValidationError]:
    # In the schema `$` is the end; in Python it is also the place before a last newline.
    if isinstance(value, str) and not re.search(pattern.replace("$", r"\Z"), value):
        yield ValidationError(f"does not match {pattern!r}")


@cache
def _validator() -> Any:
    kind = validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": _pattern}
    )
    return kind(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _plain(number: Any) -> int | str:
    """Write a whole number as one, as the schema takes 1.0 for one, and any other as text."""
    exact = Decimal(str(number))
    return int(exact) if exact == exact.to_integral_value() else str(number)


def check(content: dict[str, Any], *, today: date) -> dict[str, Any]:
    """
    Check a declaration and return it normalised: ID numbers of 18 digits, money as 0.00.

    :raises NotWellFormed: with every fault found
    """
    faults = [_explain(error) for error in _validator().iter_errors(content)]
    if faults:
        raise NotWellFormed(faults)
    written = json.dumps(content, default=_plain)
    normalised: dict[str, Any] = json.loads(written, parse_float=_plain)
    faults = list(_faults_of_case(normalised, today))
    if faults:
        raise NotWellFormed(faults)
    return normalised


_SHAPES = {"array": "列表", "object": "各项的名称和内容", "boolean": "true 或 false"}


def _explain(error: ValidationError) -> Fault:
    path = "/".join(str(part) for part in error.absolute_path)
    schema: Any = error.schema
    instance: Any = error.instance
    allowed_values: Any = error.validator_value
    if error.validator == "required":
        missing = error.message.split("'")[1]
        return Fault(f"{path}/{missing}".strip("/"), "还没有填写")
    if error.validator == "additionalProperties":
        unknown = "、".join(sorted(set(instance) - set(schema.get("properties", {}))))
        return Fault(path, f"不认识的项“{unknown}”,请删除或改正拼写")
    if error.validator in {"enum", "const"}:
        allowed = "、".join(str(value) for value in allowed_values)
        return Fault(path, f"只能填 {allowed}")
    if error.validator in {"minItems", "minLength"}:
        return Fault(path, "不能为空")
    if error.validator == "maxItems":
        return Fault(path, f"至多 {allowed_values} 项")
    described = schema.get("description") or _SHAPES.get(str(schema.get("type")))
    reason = _why_no_amount(instance) if schema == _validator().schema["$defs"]["money"] else ""
    return Fault(path, f"格式不对{',应为:' + described if described else ''}{reason}")


def _why_no_amount(written: Any) -> str:
    try:
        fen_from_yuan(written)
    except MoneyError as error:
        return f"——{error}".removesuffix("。")
    return "——不写千位分隔符和空格"  # which people may write on pages


def _faults_of_case(case: dict[str, Any], today: date) -> Iterator[Fault]:
    applied_on = yield from _date(case, "applied_on", "applied_on")
    if applied_on and applied_on > today:
        yield Fault("applied_on", "申请日期不能晚于今天")
    elif applied_on and applied_on < EARLIEST:
        yield Fault("applied_on", TOO_EARLY)
        applied_on = None
    yield from _faults_of_place(case["division"], applied_on or today, today)
    keys = [member["key"] for member in case["members"]]
    yield from _faults_of_members(case["members"], keys, applied_on or today, today)
    yield from _money(case, "", "dibao_benefit")
    yield from _past(case.get("leaving", {}), "leaving", "decided_on", today)
    for row, obligor in enumerate(case.setdefault("obligors", [])):
        yield from _money(obligor, f"obligors/{row}", "household_income", "agreed_amount")
        for supported in obligor["supports"]:
            if supported not in keys:
                yield Fault(f"obligors/{row}/supports", f"没有 key 为 {supported} 的成员")


def _faults_of_place(code: str, applied_on: date, today: date) -> Iterator[Fault]:
    try:
        # Who took a county over since then has its applications now, under the code of today.
        day = today if division(code).in_force(today) else applied_on
        place = division(code, day)
    except DivisionError as error:
        yield Fault("division", str(error).removesuffix("。"))
        return
    is_lowest = place.level == "city" and not children(code, day)  # a city without counties
    if place.level != "county" and not is_lowest:
        yield Fault("division", f"{code}是{place.name},请填写其下县(市、区)的代码")


def _faults_of_members(
    members: list[dict[str, Any]], keys: list[str], applied_on: date, today: date
) -> Iterator[Fault]:
    if [member["relation"] for member in members].count("self") != 1:
        yield Fault("members", "须有且只有一位与申请人关系为“本人”的成员")
    if len(set(keys)) != len(keys):
        yield Fault("members", "成员的 key 不能重复")
    numbers: set[str] = set()
    for position, member in enumerate(members):
        path = f"members/{position}"
        yield from _faults_of_person(member, path, numbers, applied_on)
        yield from _past(member, path, "graduated_on", today)
        yield from _past(member.get("absence", {}), f"{path}/absence", "since", today)
        for flows in ("incomes", "expenses"):
            for row, line in enumerate(member.setdefault(flows, [])):
                place = f"{path}/{flows}/{row}"
                yield from _money(line, place, "amount", "costs", "tax", "social_insurance")
                yield from _ordered_dates(line, place, today)
                yield from _past(line, place, "started_on", today)
        for row, asset in enumerate(member.setdefault("assets", [])):
            yield from _faults_of_asset(asset, f"{path}/assets/{row}", today)


def _faults_of_person(
    member: dict[str, Any], path: str, numbers: set[str], day: date
) -> Iterator[Fault]:
    try:
        member["name"] = normalise_name(member["name"])
    except PersonNameError as error:
        yield Fault(f"{path}/name", str(error))
    try:
        number = ResidentId.parse(member["id_number"])
    except ResidentIdError as error:
        yield Fault(f"{path}/id_number", str(error))
        return
    member["id_number"] = number.reveal()
    if number.reveal() in numbers:
        yield Fault(f"{path}/id_number", "与另一位成员的号码相同")
    numbers.add(number.reveal())
    if number.birth_date > day:
        yield Fault(f"{path}/id_number", "号码中的出生日期晚于申请日期,请对照证件核对")
    elif day.year - number.birth_date.year > OLDEST:
        yield Fault(f"{path}/id_number", f"号码中的出生日期距今超过 {OLDEST} 年,请对照证件核对")
    born = number.birth_date.isoformat()
    if member.setdefault("birth_date", born) != born:
        yield Fault(f"{path}/birth_date", f"与公民身份号码中的出生日期({born})不一致,请核实")
    # A sex that differs from the number's is told in the report: no rule rests on it.
    member.setdefault("sex", number.sex)
    member.setdefault("marital_status", "unknown")


def _faults_of_asset(asset: dict[str, Any], path: str, today: date) -> Iterator[Fault]:
    yield from _money(asset, path, "value", "purchase_price", "insured_value", "profit")
    for name in ("as_of", "purchased_on"):
        yield from _past(asset, path, name, today)
    for name, most in (("floor_area", Decimal(100_000)), ("share", Decimal(1))):
        if name not in asset:
            continue
        try:
            number = Decimal(str(asset[name]))
        except InvalidOperation:
            yield Fault(f"{path}/{name}", "应为数字")
            continue
        if not number.is_finite() or not 0 < number <= most:
            yield Fault(f"{path}/{name}", f"应大于 0、不超过 {most}")
        asset[name] = format(number.normalize(), "f")
    if asset["class"] in VALUED and "value" not in asset:
        yield Fault(f"{path}/value", "还没有填写")


def _money(line: dict[str, Any], path: str, *names: str) -> Iterator[Fault]:
    for name in names:
        if line.get(name) is None:
            continue
        try:
            line[name] = yuan_text(fen_from_yuan(line[name]))
        except MoneyError as error:
            yield Fault(f"{path}/{name}".lstrip("/"), str(error))


def _past(line: dict[str, Any], path: str, name: str, today: date) -> Iterator[Fault]:
    """Check a day that may be left out and does not lie ahead."""
    if name in line:
        day = yield from _date(line, name, f"{path}/{name}")
        if day and day > today:
            yield Fault(f"{path}/{name}", NOT_YET)


def _date(line: dict[str, Any], name: str, path: str) -> Generator[Fault, None, date | None]:
    try:
        return date.fromisoformat(line[name])
    except ValueError:
        yield Fault(path, "没有这一天,请核对日期")
    return None


def _ordered_dates(line: dict[str, Any], path: str, today: date) -> Iterator[Fault]:
    first = yield from _date(line, "from", f"{path}/from")
    last = yield from _date(line, "to", f"{path}/to")
    if first and last and first > last:
        yield Fault(f"{path}/to", "止期早于起期")
    elif last and last > today:
        yield Fault(f"{path}/to", NOT_YET)


def relation_label(relation: str) -> str:
    """Return a relation 与申请人关系 as users read it."""
    return RELATIONS.get(relation, relation)
