"""
Make households that nobody is (样例家庭), with everything a verification of them needs.

A sample household brings its declaration in the form of `CASE.json`, a scan for each signed
authorization, the rows that the departments hold about its members, and what a correct report
must say. All resident ID numbers begin with 99, which no division has.

:func:`stories` gives four households made by hand, :func:`household` and :func:`many` random
ones with known rates of error; :func:`write_case` and :func:`write_sources` write the files.
"""

from hedui.batch.sample.drawing import PER_THOUSAND, household, many
from hedui.batch.sample.files import write_case, write_sources
from hedui.batch.sample.household import SampleHousehold
from hedui.batch.sample.numbers import NumbersExhausted, Register, resident_number
from hedui.batch.sample.stories import stories
from hedui.batch.sample.truth import SOURCES

__all__ = [
    "PER_THOUSAND",
    "SOURCES",
    "NumbersExhausted",
    "Register",
    "SampleHousehold",
    "household",
    "many",
    "resident_number",
    "stories",
    "write_case",
    "write_sources",
]
