"""享受标准: whose standard is higher (未成年人、在校生), used for amounts and for property limits.

Regime: the Shanghai table of 2024-07-01, which lists persons below 16 and pupils from 16 up to
undergraduate studies (本科) with a published standard of their own.
"""

from hedui.policy.conditions import among, any_of, at_least, below
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, rule
from hedui.policy.truth import Truth, Unknown


@rule("未成年人或在校生", article=law("649", 10), of=Level.MEMBER, meets_unknown=True)
def is_minor_or_pupil(
    age: Count | Unknown, student: str, minor_age: Count, student_stages: tuple[str, ...]
) -> Truth:
    """Test whether the member is below the age (未满) or in one of the stages of schooling."""
    return any_of(below(age, minor_age), among(student, student_stages))


@rule(
    "老年人、残疾人、未成年人或在校生", article=law("649", 10), of=Level.MEMBER, meets_unknown=True
)
def has_special_limit(
    is_minor_or_pupil: Truth, disabled: Truth, age: Count | Unknown, elderly_age: Count
) -> Truth:
    """Test whether the member has the highest limit of financial assets."""
    return any_of(is_minor_or_pupil, disabled, at_least(age, elderly_age))
