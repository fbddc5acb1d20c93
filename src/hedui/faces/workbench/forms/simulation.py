"""What is to be tried: a registry, and up to ten scenarios of changed parameters."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms

from hedui.faces.workbench.forms.application import DayInput, SeveralFiles
from hedui.faces.workbench.forms.wording import Worded
from hedui.faces.workbench.parameters import place_name
from hedui.policy import PolicyError
from hedui.policy.change import Change
from hedui.policy.lock import all_declared
from hedui.policy.programme import programmes
from hedui.policy.standing import Line, standing

CHANGES: Final = 3
"""Rows for changes in one scenario."""
MOST_BYTES: Final = 4 << 20
_UNITS: Final = ("fen", "fen_monthly", "fen_annual", "share", "area", "count")
_SIZES: Final = ((200, "200 户"), (500, "500 户"), (1000, "1000 户"))
Options = list[tuple[str, list[tuple[str, str]]]]


class Where(Worded, forms.Form):
    """The place whose parameters are changed, and the day."""

    division = forms.RegexField(
        r"^[0-9]{6}$",
        label="地方（行政区划代码）",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    on = forms.DateField(label="日期", widget=DayInput)

    def clean_division(self) -> str:
        """Refuse a code of no place."""
        code: str = self.cleaned_data["division"]
        if not place_name(code):
            raise forms.ValidationError("没有这个行政区划代码。")
        return code


class People(Worded, forms.Form):
    """The registry: drawn on the spot, or its files."""

    source = forms.ChoiceField(
        label="名册",
        choices=[("sample", "现场生成的样例名册（不是真实的家庭）"), ("files", "上传名册文件")],
        initial="sample",
    )
    size = forms.TypedChoiceField(label="样例户数", choices=_SIZES, coerce=int, initial=500)
    registry = SeveralFiles(
        label="名册文件",
        required=False,
        help_text="一次选中同一份名册的各个文件：households、members、declared 三表必需，"
        "expenses、obligors 可选；每表一个文件，CSV 或 Parquet，合计不超过 4 MB。",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what a registry needs, and for no more than a page can compute."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("source") != "files":
            return given
        files = given.get("registry") or []
        if not files:
            raise forms.ValidationError("请选择名册文件。")
        if sum(file.size for file in files) > MOST_BYTES:
            raise forms.ValidationError(
                "名册文件合计不能超过 4 MB；更大的名册请用命令 hedui policy simulate。"
            )
        return given

    @property
    def tables(self) -> list[tuple[str, bytes]]:
        """Read the files, each with its name."""
        return [(file.name, file.read()) for file in self.cleaned_data["registry"]]


class Changes(Worded, forms.Form):
    """One scenario: its title, the programme, and parameters with their new values."""

    title = forms.CharField(label="方案名称", max_length=20)
    of = forms.ChoiceField(label="适用项目", required=False)

    def __init__(self, *args: Any, division: str, options: Options, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._division = division
        known = [(one.name, one.label) for one in programmes().values()]
        self.fields["of"].choices = [("", "全部项目"), *known]  # type: ignore[attr-defined]
        for row in range(CHANGES):
            self.fields[f"name{row}"] = forms.ChoiceField(
                label=f"参数 {row + 1}", choices=[("", "不变"), *options], required=False
            )
            self.fields[f"value{row}"] = forms.CharField(
                label=f"改为 {row + 1}", required=False, max_length=20
            )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """Pair each parameter with its value."""
        return [(self[f"name{row}"], self[f"value{row}"]) for row in range(CHANGES)]

    def clean(self) -> dict[str, Any]:
        """Read the changes as the command reads them."""
        given: dict[str, Any] = super().clean() or {}
        found = []
        for row in range(CHANGES):
            name, value = given.get(f"name{row}"), (given.get(f"value{row}") or "").strip()
            if not name and not value:
                continue
            if not name or not value:
                self.add_error(f"value{row}", "请同时选择参数并填写改为多少。")
                continue
            try:
                found.append(self._change(name, value, given.get("of") or ""))
            except PolicyError as error:
                self.add_error(f"value{row}", str(error).rpartition("”:")[2])
        if not found and not self.errors:
            raise forms.ValidationError("请至少改动一个参数。")
        given["changes"] = tuple(found)
        return given

    def _change(self, name: str, value: str, programme: str) -> Change:
        if programme and name not in programmes()[programme].parameters:
            raise PolicyError(f"{programmes()[programme].label}没有这个参数。")
        of = f"{programme}." if programme else ""
        return Change.parse(f"{of}{name}={value.replace(',', '')}@{self._division}")


def options(*, division: str, on: date) -> Options:
    """List the parameters that can be changed, with what holds now, the common ones first.

    :raises PolicyError: the place has no rules on that day
    """
    seen: set[str] = set()
    groups: Options = []
    last: PolicyError | None = None
    for one in programmes().values():
        try:
            lines = standing(None, division=division, programme=one.name, on=on)
        except PolicyError as error:
            last = error
            continue
        groups.append((one.label, _choices(lines, seen)))
    if last is not None and not groups:
        raise last
    return [group for group in groups if group[1]]


def _choices(lines: Sequence[Line], seen: set[str]) -> list[tuple[str, str]]:
    found = []
    for line in lines:
        name = line.use.name
        if name not in seen and all_declared()[name].unit in _UNITS:
            seen.add(name)
            found.append((name, f"{line.use.label}（现 {line.text}）"))
    return found
