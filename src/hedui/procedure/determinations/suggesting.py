"""What the rules suggest 测算提示 on a report, beside which an officer decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hedui.procedure.cases.models import Case
from hedui.procedure.cases.terms import custom
from hedui.procedure.determinations.models import PAYS, confirmed_in
from hedui.procedure.reports.models import Report
from hedui.values.money import fen_from_yuan

BASES = {"accepted": "认定", "found": "核对", "declared": "申报"}


@dataclass(frozen=True, slots=True)
class Suggested:
    """
    What the rules suggest: grant, refuse, or "" where they leave it open; and fen a month.

    basis: the numbers the amount was reckoned on, "" where there is none
    """

    outcome: str = ""
    amount_fen: int | None = None
    basis: str = ""

    @property
    def label(self) -> str:
        """Say the outcome as the officer reads it."""
        return {"grant": "符合条件", "refuse": "不符合条件"}.get(self.outcome, "尚不能测算")

    @property
    def basis_label(self) -> str:
        """Name the numbers the amount was reckoned on."""
        return BASES.get(self.basis, "")


def suggested(report: Report) -> Suggested:
    """
    Tell what the rules suggest: on what is accepted or, before that, found; then declared.

    Nothing is suggested against a family on what was found, is not what it declares, and nobody
    has settled yet with it: that is left open.
    """
    reckoned: Mapping[str, Any] = report.opened["assessment"] or {}
    programme = report.commission.purpose
    accepted = reckoned.get("accepted")
    outcome = _outcome(accepted or reckoned.get("found"), programme)
    if outcome == "refuse" and not accepted:
        outcome = _outcome(reckoned["declared"], programme).replace("grant", "")
    paying = [name for name in BASES if (reckoned.get(name) or {}).get("amount")]
    basis = paying[0] if paying else ""
    amount = fen_from_yuan(reckoned[basis]["amount"]) if basis else None
    return Suggested(outcome, amount, basis)


def fails_as_declared(report: Report) -> bool:
    """Tell whether the family's own numbers do not meet the rules, or a place has no rules."""
    reckoned = report.opened["assessment"]
    if reckoned is None:
        return True
    return _outcome(reckoned["declared"], report.commission.purpose) == "refuse"


def _outcome(assessed: Mapping[str, Any] | None, programme: str) -> str:
    if assessed is None:
        return ""
    if programme in assessed["categories"] or assessed["single_applicants"]:
        return "grant"
    return "" if programme in assessed["possible"] else "refuse"


def departs(outcome: str, amount_fen: int | None, from_: Suggested) -> bool:
    """Tell whether a decision differs from what the rules suggest, so that it needs a reason."""
    grants = outcome in PAYS
    if from_.outcome and (from_.outcome == "grant") is not grants:
        return True
    return grants and from_.amount_fen is not None and amount_fen != from_.amount_fen


def paid_now(case: Case) -> int | None:
    """Return what was confirmed last to be paid a month, in fen; None where nothing is."""
    last = confirmed_in(case).last()
    return last.opened.get("amount_fen") if last and last.outcome in PAYS else None


def first_month_of(case: Case, decided_on: date) -> date:
    """Return the first day of the month from which aid is paid where nothing else is decided."""
    if custom("pay_from", case.division, case.programme).value == "this_month":
        return decided_on.replace(day=1)
    return date(decided_on.year + decided_on.month // 12, decided_on.month % 12 + 1, 1)
