"""T10: a signature bears a day on which it cannot have been given."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.texts import FormNotUsable
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.wire.canonical import digest
from tests import cast
from tests.procedure import raw

NOT_IN_USE = "authorization: the text is withdrawn or was not in use that day"
TO_COME = "authorization: signed on a day to come"


def another(signed: Authorization, **changes):
    raw.insert(signed, id=uuid4(), evidence=digest(str(uuid4())), **changes)


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2010, 1, 1)])
def test_before_the_text_was_in_use(county, day):
    case = cast.declared(county)
    with pytest.raises(FormNotUsable, match="不在使用期内"):
        cast.authorize(county, case.members.get(key="a"), signed_on=day)
    signed = cast.authorize(county, case.members.get(key="a"))
    with raw.refused(NOT_IN_USE):
        another(signed, signed_on=day)


def test_on_a_day_to_come(county):
    case, day = cast.declared(county), today() + timedelta(days=1)
    with pytest.raises(FormNotUsable, match="不能晚于今天"):
        cast.authorize(county, case.members.get(key="a"), signed_on=day)
    signed = cast.authorize(county, case.members.get(key="a"))
    with raw.refused(TO_COME):
        another(signed, signed_on=day)
    another(signed, signed_on=today())


def test_after_it_ends(county):
    case = cast.declared(county)
    with pytest.raises(Refusal, match="有效期至不能早于签署日期"):
        cast.authorize(
            county,
            case.members.get(key="a"),
            signed_on=today(),
            valid_until=today() - timedelta(days=1),
        )


def test_by_somebody_who_was_a_child_that_day(county):
    """李四 is an adult now; on the day she is said to have signed alone she was not."""
    case = cast.declared(county)
    signed = cast.authorize(county, case.members.get(key="b"))
    raw.drop_triggers("authorizations_authorization_rests_on_its_paper")
    with raw.refused("authorization: a minor signs through a guardian"):
        another(signed, signed_on=date(2003, 1, 1))
