"""享受标准: the groups of persons that standards, limits and supplements differ by.

Regimes: 《特困人员认定办法》 (2021) for severe disability and want of capacity to work; the groups
of a place (老年人、未成年人、在校生 …) are its parameters. A person belongs to a group or not; what
is paid by groups is paid once.
"""

from hedui.policy.conditions import (
    all_of,
    among,
    any_of,
    at_least,
    at_most,
    below,
    choose,
    is_kind,
    is_none,
    is_of,
    opposite,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, rule, total
from hedui.policy.truth import Truth, Unknown

_ONE = Count(1)
_NONE = Count(0)


@rule("未成年人", article=law("649", 10), of=Level.MEMBER)
def is_minor(age: Count | Unknown, minor_age: Count) -> Truth:
    """Test whether the member is below the age of majority of the table (未满)."""
    return below(age, minor_age)


@rule("老年人", article=law("649", 10), of=Level.MEMBER)
def is_elderly(age: Count | Unknown, elderly_age: Count) -> Truth:
    """Test whether the member has reached the age of the elderly (达到)."""
    return at_least(age, elderly_age)


@rule("在校生", article=law("649", 10), of=Level.MEMBER)
def is_pupil(student: str, student_stages: tuple[str, ...]) -> Truth:
    """Test whether the member is in one of the stages of schooling that the table names."""
    return among(student, student_stages)


@rule("未成年人或在校生", article=law("649", 10), of=Level.MEMBER)
def is_minor_or_pupil(is_minor: Truth, is_pupil: Truth) -> Truth:
    """Test whether the member has the standard of the young."""
    return any_of(is_minor, is_pupil)


@rule("重度残疾人", article=law("43-2021"), of=Level.MEMBER, meets_unknown=True)
def is_severely_disabled(
    disabled: Truth, disability_category: str | Unknown, disability_grade: Count | Unknown
) -> Truth:
    """Test for grade one or two, or three where the disability is intellectual or mental."""
    of_mind = among(disability_category, ("intellectual", "mental"))
    severe = any_of(at_most(disability_grade, 2), all_of(of_mind, at_most(disability_grade, 3)))
    return all_of(disabled, severe)


@rule("无劳动能力", article=law("43-2021"), of=Level.MEMBER, meets_unknown=True)
def lacks_capacity(
    *,
    age: Count | Unknown,
    disabled: Truth,
    disability_category: str | Unknown,
    disability_grade: Count | Unknown,
) -> Truth:
    """
    Test for want of capacity to work as 特困 needs it.

    At least 60, below 16, intellectual or mental disability of grade one to three, limb of one or
    two, vision of grade one.
    """
    of_mind = among(disability_category, ("intellectual", "mental"))
    disabled_so = any_of(
        all_of(of_mind, at_most(disability_grade, 3)),
        all_of(is_kind(disability_category, "limb"), at_most(disability_grade, 2)),
        all_of(is_kind(disability_category, "vision"), at_most(disability_grade, 1)),
    )
    return any_of(at_least(age, 60), below(age, 16), all_of(disabled, disabled_so))


@rule("特殊对象", article=law("649", 10), of=Level.MEMBER, meets_unknown=True)
def has_special_limit(
    *,
    is_minor: Truth,
    is_pupil: Truth,
    is_elderly: Truth,
    disabled: Truth,
    is_severely_disabled: Truth,
    serious_illness: Truth,
    single_parent: Truth,
    special_limit_groups: tuple[str, ...],
) -> Truth:
    """Test whether the member is of a group that the place gives a higher limit of assets."""
    return is_of(
        special_limit_groups,
        minor=is_minor,
        pupil=is_pupil,
        elderly=is_elderly,
        disabled=disabled,
        severely_disabled=is_severely_disabled,
        seriously_ill=serious_illness,
        single_parent=single_parent,
    )


@rule("重病患者", article=law("649", 10), of=Level.MEMBER)
def ill_units(serious_illness: Truth) -> Count | Unknown:
    """Count a member with a serious illness as one."""
    return choose(serious_illness, _ONE, _NONE)


ill_members = total(
    "重病患者人数", of="ill_units", to=Level.HOUSEHOLD, unit=Count, article=law("649", 10)
)


@rule("家庭有重病患者", article=law("649", 10))
def has_ill_member(ill_members: Count) -> Truth:
    """Test whether any member has a serious illness."""
    return opposite(is_none(ill_members))
