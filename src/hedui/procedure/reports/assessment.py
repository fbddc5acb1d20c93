"""The rules applied 试算 to what was declared and, beside it, to what was found."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from hedui import comparison, policy
from hedui.procedure.cases.models import Declaration
from hedui.values.money import fen_from_yuan, yuan_text

INCOME_CLASSES = ("wage", "business", "property", "transfer")
FINANCIAL_CLASSES = ("deposit", "security", "insurance")
Lines = Mapping[str, Mapping[str, Any]]
Silence = Mapping[str, Collection[str]]
# What the rules may know of a person; names and numbers are not among it.
RULE_KEYS = (
    "key",
    "relation",
    "birth_date",
    "sex",
    "employed",
    "work_capacity",
    "self_care",
    "disability",
    "serious_illness",
    "student",
    "single_parent",
    "graduated_on",
    "no_earnings_shown",
    "absence",
)
CASE_KEYS = ("major_disaster", "dibao_benefit", "leaving")


@dataclass(frozen=True, slots=True)
class Stated:
    """
    What was declared, read and assessed: the half of a report that waits for no department.

    members: what each declared, by key; lines: the same with each building once; assessed: as
    the rules see it, or why they do not; on_found: what was assessed of it beside what was found
    """

    declared: Mapping[str, Any]
    members: Lines
    lines: Lines
    assessed: dict[str, Any] | policy.PolicyError
    on_found: list["OnFound"] = field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class OnFound:
    """What the rules see in a case as it was found: all that they went by, and what they said."""

    case: Mapping[str, Any]
    silent: Silence
    assessed: dict[str, Any]


def stated_in(declaration: Declaration) -> Stated:
    """Read and assess what was declared."""
    declared = declaration.opened
    members = {member["key"]: member for member in declared["members"]}
    lines = comparison.once_each(members)
    assessed: dict[str, Any] | policy.PolicyError
    try:
        assessed = told(policy.compute(as_case(declared, lines), basis="declared"))
    except policy.PolicyError as error:
        assessed = error
    return Stated(declared, members, lines, assessed)


def assess(stated: Stated, found: Lines, silent: Silence) -> dict[str, Any]:
    """
    Return `assessment` and `rules` of the report; both say so where a place has no rules.

    found: the lines that were found, each building once
    """
    if isinstance(stated.assessed, policy.PolicyError):
        return {"assessment": None, "rules": None, "assessment_note": str(stated.assessed)}
    return {
        "assessment": {
            "declared": stated.assessed,
            "found": assessed_on_found(stated, found, silent),
            "accepted": None,
        },
        "rules": stated.assessed["rules"],
        "assessment_note": "",
    }


def assessed_on_found(stated: Stated, found: Lines, silent: Silence) -> dict[str, Any]:
    """Return what the rules see in what was found; of the very same they are asked once."""
    case = as_case(stated.declared, found)
    for before in stated.on_found:
        if before.case == case and before.silent == silent:
            return before.assessed
    assessed = told(policy.compute(case, basis="found", silent=silent))
    stated.on_found.append(OnFound(case, silent, assessed))
    return assessed


def told(assessment: policy.Assessment) -> dict[str, Any]:
    """Write an assessment as the report keeps it: with the sentences for the family."""
    return assessment.report() | {"explanation": policy.explained(assessment)}


def totals(stated: Lines, found: Lines, silent: Silence) -> dict[str, Any]:
    """Sum what was declared and what was found; what a silent source holds is null, never zero."""
    return {
        "declared": totals_of(stated, dict.fromkeys(stated, frozenset()), stated=True),
        "found": totals_of(found, silent),
        "accepted": None,
    }


def totals_of(lines: Lines, silent: Silence, *, stated: bool = False) -> dict[str, Any]:
    """
    Sum the lines of one basis; what of a silent source is null.

    stated: by the household itself, so that what it does not name is none; of maintenance no
    register tells, so that elsewhere nothing is known of what no line names
    """
    by_class = {
        name: None
        if _unknown(silent, f"incomes.{name}")
        else sum(
            fen_from_yuan(line["amount"])
            for member in lines.values()
            for line in member["incomes"]
            if line["class"] == name
        )
        for name in INCOME_CLASSES
    }
    assets = [asset for member in lines.values() for asset in member["assets"]]
    return {
        "income_by_class": {name: _yuan(fen) for name, fen in by_class.items()},
        "income_annual": _yuan(
            None if None in by_class.values() else sum(fen or 0 for fen in by_class.values())
        ),
        "deposits": _yuan(_worth(assets, ("deposit",), silent)),
        "financial_assets": _yuan(_worth(assets, FINANCIAL_CLASSES, silent)),
        "vehicles": _count(assets, "vehicle", silent),
        "real_estates": _count(assets, "real_estate", silent),
        "businesses": _count(assets, "business", silent),
        "maintenance": _yuan(_maintenance(lines, stated)),
    }


def _maintenance(lines: Lines, stated: bool) -> int | None:
    received = [
        fen_from_yuan(line["amount"])
        for member in lines.values()
        for line in member["incomes"]
        if line.get("kind") == "maintenance_received"
    ]
    return sum(received) if received or stated else None


def _unknown(silent: Silence, class_: str) -> bool:
    return any(class_ in nothing_known for nothing_known in silent.values())


def _worth(assets: list[Any], classes: tuple[str, ...], silent: Silence) -> int | None:
    if any(_unknown(silent, f"assets.{name}") for name in classes):
        return None
    held = [asset for asset in assets if asset["class"] in classes]
    if any("value" not in asset for asset in held):  # only a band of it is known
        return None
    return sum(fen_from_yuan(asset["value"]) for asset in held)


def _count(assets: list[Any], class_: str, silent: Silence) -> int | None:
    if _unknown(silent, f"assets.{class_}"):
        return None
    return len([asset for asset in assets if asset["class"] == class_])


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else yuan_text(fen)


def as_case(declared: Mapping[str, Any], of_members: Lines) -> dict[str, Any]:
    """Write the case as the rules read it, with the lines of one basis."""
    members = []
    for member in declared["members"]:
        person = {name: member[name] for name in RULE_KEYS if member.get(name) is not None}
        lines = of_members[member["key"]]
        members.append(
            person
            | {
                "incomes": lines["incomes"],
                "assets": lines["assets"],
                "expenses": member["expenses"],
            }
        )
    return {
        "programme": declared["programme"],
        "division": declared["division"],
        "as_of": declared["applied_on"],
        **{name: declared[name] for name in CASE_KEYS if name in declared},
        "members": members,
        "obligors": [
            {name: value for name, value in obligor.items() if name != "name"}
            for obligor in declared["obligors"]
        ],
    }
