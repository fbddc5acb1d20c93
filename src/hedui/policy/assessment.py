"""Assessment (试算): the rules of a programme applied to one household on a named basis.

The result is a suggestion with its whole reasoning. It is computed on one basis at a time: what was
declared (申报), what was found (核到) or what was accepted (认定); the three are never mixed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any, Final, Literal, cast

from hedui.policy.absence import without_absent
from hedui.policy.after import phase_out
from hedui.policy.case import Case, read_case
from hedui.policy.doubts import alternatives, doubts
from hedui.policy.engine import InForce, Run
from hedui.policy.facts import YEAR, LaidOut, Silent, lay_out
from hedui.policy.lock import parameters_digest, place_parameters, rules_version
from hedui.policy.parameter_files import plain
from hedui.policy.parameters import ParameterFiles, PolicyError, Resolved
from hedui.policy.place_folders import is_assigned
from hedui.policy.programme import Programme, programme, programmes
from hedui.policy.rounding import shown_fen
from hedui.policy.trace import Step
from hedui.policy.truth import UNKNOWN, Truth
from hedui.policy.unsettled import Unsettled, unsettled
from hedui.values.money import yuan_text
from hedui.values.periods import Period

Basis = Literal["declared", "found", "accepted"]
TestResult = Literal["pass", "fail", "unknown"]

_RESULTS: Final[Mapping[Truth, TestResult]] = {
    Truth.YES: "pass",
    Truth.NO: "fail",
    Truth.UNKNOWN: "unknown",
}
TESTS: Final = (
    "income",
    "expenditure",
    "financial_assets",
    "vehicle",
    "real_estate",
    "business",
    "membership",
)
"""Every test a programme may have, in the order in which a report shows them."""
_SHOWN: Final = {
    "countable_income_annual_fen": "countable_income_annual",
    "countable_income_monthly_fen": "countable_income_monthly",
    "countable_income_annual_at_least_fen": "income_at_least",
    "countable_income_annual_at_most_fen": "income_at_most",
    "per_capita_income_fen": "per_capita_income",
    "financial_assets_fen": "financial_assets",
    "financial_assets_at_least_fen": "known_financial_assets",
    "financial_assets_at_most_fen": "most_financial_assets",
    "financial_cap_fen": "financial_cap",
    "vehicles": "vehicles",
    "real_estates": "real_estates",
    "homes": "homes",
    "members": "members",
}
_CLASSES: Final = ("wage", "business", "property", "transfer")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules say about one household (试算结果).

    values: fen (names end in _fen) and counts; None where a silent source leaves it unknown
    tests: pass, fail or unknown for every test, not only the first that fails
    categories: programmes for whose every condition the answer is yes
    possible: programmes of which no condition is no but some are unknown
    amount_fen: fen per month for the household; what would be due while conditions are open, 0
        where one is not met, None where unknown or the programme has no amount
    alone: members of an edge household who may apply alone (单人保), with fen per month
    unsettled: of each test that is unknown, what could still change it and how near the line
    inputs: the case and what was silent, as given: with the versions, enough to compute it again
    phase_out: the months in which aid goes on (渐退期); None where nobody leaves or none is granted
    """

    programme: str
    basis: Basis
    division: str
    as_of: date
    values: Mapping[str, int | None]
    tests: Mapping[str, TestResult]
    categories: tuple[str, ...]
    possible: tuple[str, ...]
    amount_fen: int | None
    alone: Mapping[str, int]
    unsettled: tuple[Unsettled, ...]
    phase_out: Period | None
    trace: tuple[Step, ...]
    parameters_digest: str
    rules_version: str
    notes: tuple[str, ...]
    inputs: Mapping[str, Any]

    def report(self) -> dict[str, Any]:
        """Give the assessment as the report shows it: text and lists, the steps that matter."""
        shown = {
            name.removesuffix("_fen"): _shown(name, value) for name, value in self.values.items()
        }
        return {
            "programme": self.programme,
            "basis": self.basis,
            "division": self.division,
            "as_of": self.as_of.isoformat(),
            **shown,
            "amount": None if self.amount_fen is None else yuan_text(self.amount_fen),
            "single_applicants": {key: yuan_text(fen) for key, fen in self.alone.items()},
            "tests": dict(self.tests),
            "unsettled": [one.report() for one in self.unsettled],
            "phase_out": _phase_out_shown(self.phase_out),
            "categories": list(self.categories),
            "possible": list(self.possible),
            "notes": list(self.notes),
            "steps": [step.report() for step in self.trace if step.matters],
            "rules": {
                "version": self.rules_version,
                "parameters_digest": self.parameters_digest,
                "program": _program(),
            },
            "inputs": dict(self.inputs),
        }


def compute(
    case: Mapping[str, Any],
    *,
    basis: str = "declared",
    silent: Silent | None = None,
    parameters: ParameterFiles | None = None,
    rules_of: date | None = None,
) -> Assessment:
    """Compute one case (试算一户).

    case: the format of the golden cases, without names and ID numbers; programme ``any`` asks for
        the first category, by rank, that the household falls into
    basis: declared, found or accepted; it labels the result
    silent: member key → ``incomes.<class>`` or ``assets.<class>`` of which nothing is known, so
        that the silence of a source becomes unknown and never zero
    parameters: other parameter files than the project's own, for a trial
    rules_of: the day whose parameters are taken, for a trial of coming ones; else the case's own

    :raises PolicyError: the case is not well written, the programme is unknown, or the place has no
        parameters on that day
    """
    if basis not in ("declared", "found", "accepted"):
        raise PolicyError(f"没有“{basis}”这种依据,可用 declared、found、accepted。")
    place = parameters or place_parameters()
    read = read_case(case)
    on, silent = rules_of or read.as_of, silent or {}
    found = [
        one
        for candidate in _candidates(read)
        if (one := _computed(read, candidate, place, silent, on)) is not None
    ]
    if not found:
        raise PolicyError(f"没有收录 {read.division} 的规则参数,不作试算。")
    return _assessed(read, found, cast("Basis", basis), place, on, _kept(case, silent, rules_of))


def _kept(case: Mapping[str, Any], silent: Silent, rules_of: date | None) -> dict[str, Any]:
    """Keep what was computed from as plain JSON, without what only a test needs."""
    return {
        "case": plain({k: v for k, v in case.items() if k not in ("name", "expect")}),
        "silent": [{"key": key, "of": sorted(silent[key])} for key in sorted(silent)],
        **({} if rules_of is None else {"rules_of": rules_of.isoformat()}),
    }


def _candidates(case: Case) -> list[Programme]:
    if case.programme == "any":
        return list(programmes().values())
    asked = programme(case.programme)
    ahead = asked.gives_way_to + asked.implied_by
    return [one for name, one in programmes().items() if name in ahead or name == asked.name]


@dataclass(frozen=True, slots=True)
class _Local:
    """A programme as it holds at a place on a day."""

    programme: Programme
    resolved: Mapping[str, Resolved]
    rules: InForce


@dataclass(frozen=True, slots=True)
class _Computed:
    """The values of one programme's rules for the household, before any of it is told."""

    local: _Local
    laid: LaidOut
    run: Run
    absent: tuple[str, ...]

    @property
    def programme(self) -> Programme:
        return self.local.programme

    @property
    def values(self) -> Mapping[str, Any]:
        return self.laid.household.values


def _assessed(
    case: Case,
    found: list[_Computed],
    basis: Basis,
    place: ParameterFiles,
    on: date,
    kept: Mapping[str, Any],
) -> Assessment:
    """Place the household among the categories, and tell the one programme that is shown."""
    by_name = {one.programme.name: one for one in found}
    qualified = {n for n, one in by_name.items() if one.values["qualifies"] is Truth.YES}
    possible = {n for n, one in by_name.items() if one.values["qualifies"] is Truth.UNKNOWN}
    for name in by_name:
        place_categories(name, case.programme, qualified, possible)
    first = next((name for name in by_name if name in qualified), None)
    shown = by_name[
        (first or _shown_first(list(by_name))) if case.programme == "any" else case.programme
    ]
    asked, values = shown.programme, shown.values
    steps = shown.run.steps()
    tests = {n: _RESULTS[values[f"{n}_test"]] for n in TESTS if f"{n}_test" in values}
    doubtful = doubts(asked, steps, shown.local.resolved, on)
    return Assessment(
        programme=asked.name,
        basis=basis,
        division=case.division,
        as_of=case.as_of,
        values=_values(shown.laid),
        tests=tests,
        categories=tuple(name for name in by_name if name in qualified),
        possible=tuple(name for name in by_name if name in possible),
        amount_fen=_known(values.get("amount", UNKNOWN)),
        alone=_alone_beside(by_name, case.programme, qualified | possible),
        unsettled=unsettled(tests, steps, alternatives(asked)),
        phase_out=next((p for one in found if (p := _phase_out(case, one.values))), None),
        trace=tuple(steps),
        parameters_digest=parameters_digest(place),
        rules_version=rules_version(),
        notes=tuple(
            dict.fromkeys([*_of_no_division(case), *shown.absent, *shown.laid.notes, *doubtful])
        ),
        inputs=kept,
    )


def _of_no_division(case: Case) -> list[str]:
    """Say that a code is of no division: those above it may have rules, which then were taken."""
    if is_assigned(case.division):
        return []
    return [f"没有代码为 {case.division} 的行政区划,按其上级的参数试算;请核对代码。"]


def _alone_beside(
    by_name: Mapping[str, _Computed], asked: str, open_or_met: set[str]
) -> Mapping[str, int]:
    """Give who may apply alone, unless the whole household is, or may be, provided for."""
    edge = by_name.get("dibao_edge")
    wanted = asked in ("any", "dibao_edge") and not {"tekun", "dibao"} & open_or_met
    return _alone(edge.laid) if edge and wanted else {}


def _shown_first(order: list[str]) -> str:
    return "dibao" if "dibao" in order else order[0]


def place_categories(name: str, asked: str, qualified: set[str], possible: set[str]) -> None:
    """Say whether a category stands beside those computed before it (特困 › 低保 › 边缘 …)."""
    one = programme(name)
    if set(one.implied_by) & qualified:
        qualified.add(name)
        possible.discard(name)
        return
    ahead = {*one.gives_way_to, *(one.behind if asked == "any" else ())}
    if ahead & qualified:
        qualified.discard(name)
        possible.discard(name)
    elif ahead & possible and name in qualified:
        # whether it yields is itself unknown as long as the other is open
        qualified.discard(name)
        possible.add(name)


def _computed(
    case: Case, asked: Programme, place: ParameterFiles, silent: Silent, on: date
) -> _Computed | None:
    """Run the rules of a programme; None where the place does not have it and nobody asked."""
    must = case.programme == asked.name
    try:
        local = _local(place, asked.name, case.division, on)
    except PolicyError:
        if must:
            raise
        return None
    resolved = local.resolved
    if not must and asked.stands_on and not _stands(asked, resolved):
        return None
    case, absent = without_absent(
        case,
        resolved["absences_not_counted"].use.value,
        resolved["religious_absence_months"].use.value,
    )
    months = {class_: resolved[f"look_back_months_{class_}"].use.value for class_ in YEAR}
    laid = lay_out(case, silent, months)
    return _Computed(local, laid, local.rules.run(laid.household), tuple(absent))


@lru_cache(256)
def _local(place: ParameterFiles, name: str, division: str, on: date) -> _Local:
    asked = programme(name)
    resolved = place.resolve(asked.parameters, division=division, folders=asked.folders, on=on)
    uses = {name: found.use for name, found in resolved.items()}
    return _Local(asked, resolved, asked.rules.in_force(uses))


def _stands(asked: Programme, resolved: Mapping[str, Resolved]) -> bool:
    return any(resolved[name].use.value is not UNKNOWN for name in asked.stands_on)


def _values(laid: LaidOut) -> dict[str, int | None]:
    household = laid.household
    shown = {name: _known(household.values[key]) for name, key in _SHOWN.items()}
    members = household.belonging
    for class_ in _CLASSES:
        parts = [member.values[f"{class_}_received"] for member in members]
        shown[f"{class_}_income_annual_fen"] = _known(UNKNOWN if UNKNOWN in parts else sum(parts))
    return shown


def _phase_out(case: Case, values: Mapping[str, Any]) -> Period | None:
    months = _known(values.get("phase_out_months", UNKNOWN))
    return phase_out(case.leaving.decided_on, months) if case.leaving and months else None


def _phase_out_shown(period: Period | None) -> dict[str, str] | None:
    if period is None:
        return None
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _alone(laid: LaidOut) -> dict[str, int]:
    """Give the members who may apply alone, and what each would be due."""
    return {
        member.label: member.values["alone_monthly"]
        for member in laid.household.belonging
        if member.values.get("may_apply_alone") is Truth.YES
    }


@cache
def _program() -> str:
    return version("hedui")


def _known(value: Any) -> int | None:
    return None if value is UNKNOWN else shown_fen(value)


def _shown(name: str, value: int | None) -> str | int | None:
    return yuan_text(value) if value is not None and name.endswith("_fen") else value
