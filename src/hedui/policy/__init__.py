"""政策: the law as code, exact to the fen and explained step by step.

Public: :func:`compute` one case, :func:`programme` and :func:`known_programmes` (``programmes`` is
the folder), :class:`Assessment`,
:func:`explained`, :class:`PolicyError`. Nothing here knows a name, an ID number, a
framework, a file of the user or the clock. The result is a suggestion: people decide.
"""

from hedui.policy.assessment import Assessment, compute
from hedui.policy.case import CaseError
from hedui.policy.explanation import explained
from hedui.policy.parameters import PolicyError
from hedui.policy.programme import Form, Programme, programme
from hedui.policy.programme import applied_for as known_programmes

__all__ = [
    "Assessment",
    "CaseError",
    "Form",
    "PolicyError",
    "Programme",
    "compute",
    "explained",
    "known_programmes",
    "programme",
]
