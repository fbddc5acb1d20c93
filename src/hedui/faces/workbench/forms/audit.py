"""What an auditor looks for in the ledger."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms

from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.agencies.models import Officer
from hedui.procedure.cases.queries import numbered
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.acts import REGISTRY


class Search(Worded, forms.Form):
    """Entries by act, officer, case and day; numbers of cases, never of people."""

    act = forms.ChoiceField(label="事项", required=False)
    officer = forms.CharField(label="办理人账号", required=False, max_length=150)
    number = forms.CharField(label="案件编号", required=False, max_length=40)
    day = forms.DateField(
        label="日期", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    before = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, reader: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reader = reader
        field = self.fields["act"]
        assert isinstance(field, forms.ChoiceField)
        listed = sorted((name, registered.label) for name, registered in REGISTRY.items())
        field.choices = [("", "全部"), *listed]

    def clean_officer(self) -> str:
        """Find whose account it is."""
        login = self.cleaned_data["officer"]
        if not login:
            return ""
        officer = Officer.objects.filter(username=login).first()
        if officer is None:
            raise forms.ValidationError("没有这个账号。")
        return f"officer:{officer.pk}"

    def clean_number(self) -> UUID | None:
        """Find the case."""
        number = self.cleaned_data["number"].strip()
        if not number:
            return None
        case = numbered(self._reader, number=number)
        if case is None:
            raise forms.ValidationError("没有这个案件编号。")
        return case

    @property
    def wanted(self) -> dict[str, Any]:
        """Return what to search for."""
        given = self.cleaned_data
        return {
            "act": given["act"],
            "actor": given["officer"],
            "case": given["number"],
            "day": given["day"],
            "before": given["before"],
        }

    def older(self, index: int) -> str:
        """Return the query that goes on with entries before an index."""
        kept = {name: self.data.get(name, "") for name in ("act", "officer", "number", "day")}
        return urlencode({k: v for k, v in kept.items() if v} | {"before": index})
