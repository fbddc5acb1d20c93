"""对账单 as a file, signed here as a department signs: what is taken, and what is not."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import reconciling
from hedui.procedure.inquiries.reconciling import AlreadyReconciled, NotTold
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.wire.counts import Counts, digest_of_marks, is_over, mark, sign_counts
from hedui.wire.moments import new_message_id
from hedui.wire.seals import generate_key
from tests.procedure import raw

pytestmark = pytest.mark.django_db


def counts(**changes) -> Counts:
    """Return what a bank that was asked nothing counted yesterday."""
    nothing = Counts("bank", "*", today() - timedelta(days=1), 0, 0, digest_of_marks([]), moment())
    return replace(nothing, **changes)


def file(said: Counts, signer=None, **more) -> bytes:
    signed = sign_counts(said, signer or keys.signer())
    return json.dumps({"counts": signed} | more).encode()


def taken(said: Counts, **more):
    gateway, statement = reconciling.read_statement(file(said, **more))
    return reconciling.reconcile(gateway=gateway, statement=statement, by=WORKER)


def test_a_day_is_entered_once_as_it_is_and_again_only_with_news(county):
    assert not taken(counts()).unknown
    with pytest.raises(AlreadyReconciled):
        taken(counts())
    taken(counts(repeated=1))
    taken(counts(day=today() - timedelta(days=2)))
    assert Entry.objects.filter(act=reconciling.ACT).count() == 3


def test_a_day_that_can_still_grow_is_not_entered(county):
    with pytest.raises(NotTold, match="尚未过去"):
        taken(counts(day=today()))


def test_a_count_that_differs_wants_its_list(county):
    beside = mark(new_message_id(moment() - timedelta(days=1)), "beside")
    more = counts(count=1, digest=digest_of_marks([beside]))
    with pytest.raises(NotTold, match="一并提供"):
        taken(more)
    assert taken(more, marks=[beside]).unknown == (beside,)


def test_whom_nobody_agreed_with_counts_for_nothing(county, tmp_path):
    stranger = generate_key(tmp_path / "stranger.pem")
    with pytest.raises(NotTold, match="不是已登记的协作部门签署的"):
        reconciling.read_statement(file(counts(), stranger))
    with pytest.raises(NotTold, match="不是已登记的协作部门签署的"):
        reconciling.read_statement(file(counts(source="police")))


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"counts": 1}'])
def test_what_is_no_statement_is_not_read_as_one(county, content):
    with pytest.raises(NotTold, match="对账单格式有误"):
        reconciling.read_statement(content)


@pytest.mark.parametrize("marks", ["x", {}, [1], ["about a person"]])
def test_a_list_holds_marks_and_nothing_else(county, marks):
    with pytest.raises(NotTold, match="查询清单格式有误"):
        reconciling.read_statement(file(counts(), marks=marks))


def test_a_key_that_cannot_be_read_hinders_nobody_else(county):
    before = {gateway.source for gateway in reconciling.gateways()}
    raw.drop_triggers("agencies_department_keys_are_changed_by_two")
    raw.changed(Department.objects.filter(source="tax"), public_key="registered long ago")
    assert {gateway.source for gateway in reconciling.gateways()} == before - {"tax"}


def test_the_last_day_that_is_over_is_over_and_the_next_but_one_is_not(county):
    day = reconciling.last_day_over()
    assert is_over(day, moment())
    assert not is_over(day + timedelta(days=2), moment())
