"""
Whom of those who signed a department holds, and nothing else (隐私求交).

A registry 登记台账 puts in the numbers of the members who authorized the source; a department
部门 puts in the numbers of whom it holds. The registry learns which of its own numbers are in both,
or only how many; the department learns how many were asked about. What each side could still do
stands in docs/explanation/private-matching.md. Nothing of Hedui imports this package.
"""


class MatchingError(Exception):
    """What stops a run; one Chinese sentence that names no person."""
