import pytest

from hedui.wire.seals.signatures import SUITES
from tests.wire.made import Keys


@pytest.fixture(scope="session", params=list(SUITES))
def keys(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.make(tmp_path_factory.mktemp("keys"), suite=request.param)
