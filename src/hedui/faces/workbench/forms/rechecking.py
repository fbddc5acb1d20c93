"""Lists of rechecks 复核清单: up to which day, how many are looked at twice, and a file."""

from django import forms

from hedui.faces.workbench.forms.wording import Worded

USUAL_PERCENT = 5
MOST_BYTES = 20_000_000


class Percent(Worded, forms.Form):
    """How many of a hundred are looked at a second time."""

    percent = forms.IntegerField(
        label="抽查比例（%）",
        min_value=0,
        max_value=100,
        initial=USUAL_PERCENT,
        help_text="复核以后由另一人再看一遍的户数，随机抽取，至少一户；填 0 不抽查。",
    )


class Until(Percent):
    """Up to which day families are due."""

    until = forms.DateField(
        label="截至",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="到这一天（含）应当复核的家庭列入清单，已经逾期的也列入；"
        "已在到期清单上还没有办理的，不重复列入。",
    )
    field_order = ("until", "percent")


class Worklist(Percent):
    """What a registry's comparison wrote for people to look at."""

    file = forms.FileField(
        label="批量核对结果 worklist.csv",
        help_text="hedui recheck 写出的文件，household_id 是案件编号。只列入正在领取救助的家庭；"
        "同一文件再次登记，只列入还没有列过的。",
    )
    field_order = ("file", "percent")

    def clean_file(self) -> bytes:
        """Read the file."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("文件不能超过 20 MB。")
        held: bytes = file.read()
        return held
