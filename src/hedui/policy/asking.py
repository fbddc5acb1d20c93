"""What to ask next (下一步查询): the value itself, only where less does not decide.

Sources that may be asked less than a value are asked that first (简答). While it is open whether
the household qualifies, each test that is unknown may rest on a value known only in part; one such
value is asked at a time, the most uncertain first, and none that could not settle its test.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hedui.policy.assessment import compute
from hedui.values.money import yuan_text

_OWN_TEST: Final = frozenset({"vehicle", "real_estate", "business"})
_BEYOND_ANY_LIMIT: Final = 10**14

Silent = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """
    A value that may still be asked (可以再问的数额).

    member: key; class_: of the assets it is about, such as `deposit`
    at_least, at_most: fen between which it is known to lie; no most where there is none
    """

    member: str
    source: str
    class_: str
    at_least: int = 0
    at_most: int | None = None

    @property
    def test(self) -> str:
        """Name the test that it is for."""
        return self.class_ if self.class_ in _OWN_TEST else "financial_assets"


def next_question(
    case: Mapping[str, Any], silent: Silent, may_ask: Iterable[Question]
) -> Question | None:
    """Choose what to ask next; none where nothing is left to decide, or nothing that would.

    case, silent: the household by what was found, as `compute` takes them
    may_ask: what was told less than the value, and may be asked whole
    """
    assessed = compute(case, basis="found", silent=silent)
    if assessed.programme not in assessed.possible:
        return None
    open_ = [one for one in may_ask if assessed.tests.get(one.test) == "unknown"]
    matters = [one for one in open_ if _may_settle(one, case, silent)]
    return max(matters, key=_uncertainty, default=None)


def _may_settle(one: Question, case: Mapping[str, Any], silent: Silent) -> bool:
    """Tell whether its test is settled if all bands are at their least, or all at their most."""
    if one.test in _OWN_TEST:  # which thing it is can always decide
        return True
    ends = (_at_an_end(case, highest=highest) for highest in (False, True))
    return any(
        compute(end, basis="found", silent=silent).tests[one.test] != "unknown" for end in ends
    )


def _at_an_end(case: Mapping[str, Any], *, highest: bool) -> dict[str, Any]:
    members = [
        member | {"assets": [_settled(line, highest=highest) for line in member.get("assets", ())]}
        for member in case["members"]
    ]
    return {**case, "members": members}


def _settled(line: Mapping[str, Any], *, highest: bool) -> Mapping[str, Any]:
    if "at_least" not in line:
        return line
    most = line.get("at_most", yuan_text(_BEYOND_ANY_LIMIT))
    kept = {key: said for key, said in line.items() if key not in ("at_least", "at_most")}
    return kept | {"value": most if highest else line["at_least"]}


def _uncertainty(one: Question) -> tuple[bool, int]:
    return one.at_most is None, (one.at_most or 0) - one.at_least
