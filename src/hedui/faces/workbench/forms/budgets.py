"""Limits 限额 on what is done in a day, and why one is gone beyond."""

from typing import Any

from django import forms

from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.agencies.models import Agency
from hedui.procedure.commissions.budgets import PER_AGENCY, PER_OFFICER
from hedui.procedure.commissions.models import LOOKS, BreakGlass


class Limits(Worded, forms.Form):
    """How many households are commissioned, and seen without being worked on, in a day."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="机构",
        required=False,
        empty_label="没有另设限额的所有机构",
        help_text="不选机构的，适用于没有另设限额的所有机构。",
    )
    per_officer = forms.IntegerField(
        label="每人每日限额（户）", min_value=1, max_value=1_000_000, initial=PER_OFFICER
    )
    per_agency = forms.IntegerField(
        label="机构每日限额（户）", min_value=1, max_value=1_000_000, initial=PER_AGENCY
    )
    looks = forms.IntegerField(
        label="每人每日查阅限额（户）",
        min_value=0,
        max_value=1_000_000,
        initial=LOOKS,
        help_text="只计查阅了而没有办理过的案件；填 0 的，未经本人办理的案件都须写明理由才能查阅。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Agency.objects.all()


class Looking(Worded, forms.Form):
    """Why a case is to be seen beyond the budget."""

    reason = forms.ChoiceField(
        label="查阅的理由", choices=[("", "请选择"), *BreakGlass.Looking.choices]
    )
