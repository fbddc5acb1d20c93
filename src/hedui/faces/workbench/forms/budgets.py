"""Limits 限额 on commissions in a day."""

from typing import Any

from django import forms

from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.agencies.models import Agency
from hedui.procedure.commissions.budgets import PER_AGENCY, PER_OFFICER


class Limits(Worded, forms.Form):
    """How many households an officer and an agency may commission in a day."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Agency.objects.exclude(kind=Agency.Kind.VERIFICATION_BODY)
