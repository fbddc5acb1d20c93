"""共同生活的家庭成员: who counts.

Regime: 《最低生活保障审核确认办法》 (2021-07-01): spouse, minor children, grown children who cannot
live on their own, and others with a legal tie of maintenance who live together for long. A case
lists those who live together; whether the tie is a legal one is tested here. So a grown child in
postgraduate study, who is no dependent child, counts where listed, as any other with a legal tie.
Whoever is absent for good (服刑、强制戒毒、宣告失踪、宗教教职人员在外三年) is left out of the case
by whoever writes it.
"""

from hedui.policy.conditions import choose, is_kind, is_none
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, rule, total
from hedui.policy.truth import Truth

_ONE = Count(1)
_NONE = Count(0)


@rule("与申请人的法定关系不明", article=law("57-2021"), of=Level.MEMBER)
def unclear_ties(relation: str) -> Count:
    """Count a member whose relation is none of those that carry a duty of maintenance as one."""
    return Count(choose(is_kind(relation, "other"), _ONE, _NONE))


unclear_members = total(
    "法定关系不明的成员数",
    of="unclear_ties",
    to=Level.HOUSEHOLD,
    unit=Count,
    article=law("57-2021"),
)


@rule("家庭成员认定", article=law("57-2021"))
def membership_test(unclear_members: Count) -> Truth:
    """Pass where every tie is a legal one; otherwise a person has to look, so it is unknown."""
    return choose(is_none(unclear_members), Truth.YES, Truth.UNKNOWN)
