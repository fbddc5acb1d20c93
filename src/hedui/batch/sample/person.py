"""
One member of a sample household: what is declared, what the departments hold, what is true.

Each method tells one fact of a life to both sides, the declaration and a department's file, and
keeps what a comparison must find. Where the two sides differ, the caller says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hedui.values.identity import Match
from hedui.values.money import yuan_text

if TYPE_CHECKING:
    from hedui.batch.sample.household import Draft


@dataclass(frozen=True, slots=True)
class Paper:
    """What somebody signs (授权书): the items, and the guardian's key for a minor."""

    items: tuple[str, ...] = ("*",)
    guardian: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """How a department writes a person (登记写法), and how that matches the person asked about."""

    name: str
    number: str
    match: Match


@dataclass(slots=True)
class Person:
    """
    A member in the making; all amounts in fen.

    declared, found: by the key of a measure, what each side says
    written: by source, where a department writes name or number in another way
    """

    draft: "Draft"
    member: dict[str, Any]
    signs: Paper | None
    declared: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)
    held_by: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        """The member's key in the declaration."""
        return str(self.member["key"])

    def match(self, source: str) -> Match | None:
        """Tell how the department's rows match this person; None where it holds none."""
        if source not in self.held_by:
            return None
        return self.written[source].match if source in self.written else "exact"

    def wage(self, monthly: int, employer: str, *, declared: int | None = None) -> None:
        """Earn a wage in each month of the look-back period; `declared` a month, if it differs."""
        for month in self.draft.months:
            self._taxed(month, "wage", monthly, employer)
        total = 12 * (monthly if declared is None else declared)
        self._declare_income("wage", "salary", total)
        self._count("tax.amount_fen/wage.salary", total, 12 * monthly)

    def seasonal(self, months: Iterable[int], amount: int, payer: str) -> None:
        """Earn something in some months only (0 to 11); declared month by month, and the same."""
        chosen = frozenset(months)
        for place, each in enumerate(self.draft.look_back.each_month()):
            if place in chosen:
                self._taxed(self.draft.months[place], "labour_service", amount, payer)
                self._declare_income("wage", "labour_service", amount, each.first, each.last)
                self._count("tax.amount_fen/wage.salary", amount, amount)

    def earned_before(self, amount: int, payer: str) -> None:
        """Have been paid in the month before the look-back period; it belongs to no report."""
        month = self.draft.look_back.first - timedelta(days=1)
        self._hold("tax", in_period=False, income_type="wage", period=f"{month:%Y-%m}",
                   amount_fen=amount, tax_fen=0, payer=payer)  # fmt: skip

    def insured(self, employer: str, base: int, months_paid: int, status: str = "active") -> None:
        """Be insured at work. The base is clamped from below, so it is a hint and no income."""
        self._hold("social_insurance", insurance_type="pension", employer=employer,
                   contribution_base_fen=base, months_paid=months_paid, status=status)  # fmt: skip

    def pension(
        self, monthly: int, since: date, *, kind: str = "pension", declared: int | None = None
    ) -> None:
        """
        Draw a pension since before the look-back period.

        kind: `pension` or `basic_resident_pension`
        declared: a month, if it differs; 0 for not at all
        """
        said = monthly if declared is None else declared
        resident = kind == "basic_resident_pension"
        self._hold("social_insurance", status="drawing", benefit_type=kind,
                   insurance_type="resident_pension" if resident else "pension",
                   benefit_monthly_fen=monthly, benefit_from=since.isoformat())  # fmt: skip
        if said:
            self._declare_income("transfer", kind, 12 * said)
        self._count(
            f"social_insurance.benefit_monthly_fen/transfer.{kind}", 12 * said, 12 * monthly
        )

    def account(
        self, balance: int, bank: str, tail: str, *, kind: str = "current",
        declared: int | None = None, undeclared: bool = False,
    ) -> None:  # fmt: skip
        """Hold a bank account; `declared` if the household names another balance."""
        said = 0 if undeclared else balance if declared is None else declared
        self._hold("bank", bank=bank, account_type=kind, account_tail=tail, balance_fen=balance,
                   outflow_6m_fen=0)  # fmt: skip
        if not undeclared:
            self._declare_asset("deposit", said, kind="bank")
        self._count("bank.balance_fen/deposit", said, balance)

    def fund(self, balance: int, employer: str, base: int, status: str = "active") -> None:
        """Have a housing fund account, declared as it is; both sides pay seven per cent."""
        paid = base * 7 // 100 * 2 if status == "active" else 0
        self._hold("provident_fund", employer=employer, contribution_base_fen=base,
                   monthly_fen=paid, balance_fen=balance, status=status)  # fmt: skip
        self._declare_asset("provident_fund", balance)
        self._count("provident_fund.balance_fen/provident_fund", balance, balance)

    def vehicle(
        self, kind: str, price: int, bought_on: date, *, declared: bool = True,
        registered: bool = True,
    ) -> None:  # fmt: skip
        """Own a vehicle; perhaps only one side knows of it."""
        if registered:
            self._hold("vehicle", plate_class="小型汽车" if kind == "car" else "普通摩托车",
                       vehicle_class=kind, brand="样例牌", use="private", status="normal",
                       registered_on=bought_on.isoformat(), purchase_price_fen=price)  # fmt: skip
        if declared:
            self.member["assets"].append({
                "class": "vehicle", "kind": kind, "purchase_price": yuan_text(price),
                "purchased_on": bought_on.isoformat(),
            })  # fmt: skip
        self._count("vehicle.vehicle_class/vehicle", int(declared), int(registered))

    def home(
        self, unit_no: str, area: str, registered_on: date, *, share: str = "1",
        declared: bool = True,
    ) -> None:  # fmt: skip
        """Own a home, or a share of one; area in square metres as decimal text."""
        self._hold("real_estate", unit_no=unit_no, share=share, use="residence",
                   ownership="sole" if share == "1" else "by_share", floor_area=area,
                   registered_on=registered_on.isoformat(), encumbered=False)  # fmt: skip
        if declared:
            self.member["assets"].append(
                {"class": "real_estate", "kind": "residence", "floor_area": area, "share": share}
            )
        self._count("real_estate.unit_no/real_estate", int(declared), 1)

    def spends(self, kind: str, amount: int) -> None:
        """Declare an expense over the look-back period; no department is asked about it."""
        self.member["expenses"].append({"kind": kind, "amount": yuan_text(amount), **self._days()})

    def _taxed(self, month: str, kind: str, amount: int, payer: str) -> None:
        self._hold("tax", income_type=kind, period=month, amount_fen=amount, tax_fen=0,
                   payer=payer)  # fmt: skip

    def _hold(self, source: str, *, in_period: bool = True, **items: object) -> None:
        written = self.written.get(source)
        name = written.name if written else self.member["name"]
        number = written.number if written else self.member["id_number"]
        self.draft.add_row(source, name, number, items)
        if in_period:
            self.held_by.add(source)

    def _declare_income(
        self, class_: str, kind: str, amount: int, first: date | None = None,
        last: date | None = None,
    ) -> None:  # fmt: skip
        line = {"class": class_, "kind": kind, "amount": yuan_text(amount)}
        self.member["incomes"].append(line | self._days(first, last))

    def _declare_asset(self, class_: str, value: int, **kind: str) -> None:
        as_of = self.draft.look_back.last.isoformat()
        self.member["assets"].append(
            {"class": class_, **kind, "value": yuan_text(value), "as_of": as_of}
        )

    def _days(self, first: date | None = None, last: date | None = None) -> dict[str, str]:
        look_back = self.draft.look_back
        return {
            "from": (first or look_back.first).isoformat(),
            "to": (last or look_back.last).isoformat(),
        }

    def _count(self, measure: str, declared: int, found: int) -> None:
        self.declared[measure] = self.declared.get(measure, 0) + declared
        self.found[measure] = self.found.get(measure, 0) + found
