"""Acts that exist only for the tests of the record, registered while a test runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from hedui.procedure.cases.models import Numbering
from hedui.procedure.record import acts
from hedui.procedure.record.actor import Actor, Role


class Stopped(Exception):
    """Raised in the middle of an act."""


@contextmanager
def registered() -> Iterator[SimpleNamespace]:
    """Register a few acts and take them off the register afterwards."""
    standing = dict(acts.REGISTRY)

    @acts.act("设立", article="测试", roles={Role.INTAKE})
    def found(*, name: str, by: Actor, fail: bool = False) -> Numbering:
        made = Numbering.objects.create(prefix=name)
        acts.note(made=name)
        if fail:
            raise Stopped
        return made

    @acts.act("设立两个", article="测试", roles={Role.INTAKE})
    def found_two(*, name: str, by: Actor, fail: bool = False) -> None:
        found(name=f"{name}-1", by=by)
        found(name=f"{name}-2", by=by, fail=fail)

    @acts.act("尽量设立", article="测试", roles={Role.INTAKE})
    def try_two(*, name: str, by: Actor, fail: bool) -> None:
        try:
            found_two(name=name, by=by, fail=fail)
        except Stopped:
            acts.note(given_up=True)

    try:
        yield SimpleNamespace(found=found, found_two=found_two, try_two=try_two)
    finally:
        acts.REGISTRY.clear()
        acts.REGISTRY.update(standing)
