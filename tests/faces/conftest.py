"""Officers at their desks, a case that was just opened, a report that was just drafted."""

import pytest

from hedui.procedure.cases import acts
from hedui.procedure.record.moment import today
from tests import cast
from tests.faces.desks import at_administration, at_desk


@pytest.fixture
def street(county):
    """The browser of the officer who takes in."""
    return at_desk(county, "wang")


@pytest.fixture
def admin(county):
    """The browser of the system administrator."""
    return at_administration(county)


@pytest.fixture
def opened(county):
    """A case without any member yet."""
    return acts.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=today(), by=county.intake
    )


@pytest.fixture
def drafted(county):
    """The drafted report on 张家, a car found that was not declared."""
    car = {"plate_class": "小型汽车", "vehicle_class": "car", "status": "normal"}
    return cast.drafted(county, {("b", "vehicle"): [car]})
