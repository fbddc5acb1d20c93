"""比对: what a household declared, held against what a source found; it yields a status, no more.

Public: :func:`compare_member`, :func:`figure`, :func:`found_lines`, :func:`guidance`,
:func:`guided`, :func:`minimal_lines`, :func:`once_each`, :func:`silent_classes`,
:func:`unasked_classes`, :func:`unseen_classes`, :func:`unsourced`, :class:`Finding`,
:class:`SourceAnswer`, :class:`Status`. A finding is not a decision, the silence of a source is no
evidence, and nothing here knows a name, an ID number, a framework or the clock.
"""

from hedui.comparison.comparing import compare_member
from hedui.comparison.finding import Finding, SourceAnswer, Status
from hedui.comparison.found import found_lines, silent_classes
from hedui.comparison.guiding import guidance, guided
from hedui.comparison.homes import once_each
from hedui.comparison.measure import figure
from hedui.comparison.minimal import lines_of as minimal_lines
from hedui.comparison.unproven import unasked_classes, unseen_classes
from hedui.comparison.unsourced import unsourced

__all__ = [
    "Finding",
    "SourceAnswer",
    "Status",
    "compare_member",
    "figure",
    "found_lines",
    "guidance",
    "guided",
    "minimal_lines",
    "once_each",
    "silent_classes",
    "unasked_classes",
    "unseen_classes",
    "unsourced",
]
