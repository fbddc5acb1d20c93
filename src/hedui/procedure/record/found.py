"""Rows as they are found: those that are read by the hundred for every household."""

from collections.abc import Iterable
from typing import Any, Self

from django.db.models import Model
from django.db.models.base import ModelState


class Found(Model):
    """
    A row that is taken as it is found, where many are read for every household.

    Django sets each column by itself, for signals and kinds of columns that are not here.
    """

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Iterable[str], values: Iterable[Any], **_: Any
    ) -> Self:
        """Make the row of what was found; a column that was not asked for is asked for later."""
        row = cls.__new__(cls)
        row.__dict__.update(zip(field_names, values, strict=True))
        row._state = state = ModelState()
        state.adding, state.db = False, db
        return row
