"""What an officer writes when a notice is issued 出具文书."""

from collections.abc import Iterable
from typing import Any

from django import forms

from hedui.faces.workbench.forms.wording import Worded
from hedui.procedure.papers.acts import LONGEST

# Short ones, by how their names end; the rest are written in a box.
SHORT = ("额", "起", "止", "月", "期限")


class Asked(Worded, forms.Form):
    """The fields that a notice asks for; nothing is written beforehand."""

    def __init__(self, *args: Any, asked: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in asked:
            widget = forms.TextInput() if name.endswith(SHORT) else forms.Textarea({"rows": 4})
            self.fields[name] = forms.CharField(label=name, max_length=LONGEST, widget=widget)
