"""A simulation's result as a page and a table show it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hedui.faces.workbench import charts
from hedui.policy.lock import all_declared
from hedui.policy.parameter_files import READERS
from hedui.policy.programme import programmes
from hedui.policy.trace import value_text

KINDS = {"size": "家庭人口", "age": "家庭成员的年龄", "place": "地方"}
HEAD = (
    "方案", "项目", "分类", "类型", "户数", "现行户数", "变动后户数", "新进", "退出",
    "金额增加的户数", "金额减少的户数", "月金额变动(元)",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One scenario: its changes in words, each programme, and income against the line."""

    name: str
    changes: list[str]
    programmes: list[dict[str, Any]]
    chart: charts.Bars
    shares: list[tuple[str, int, int]]
    uncounted: int


def shown(scenario: Mapping[str, Any], number: int) -> Shown:
    """Prepare a scenario for the page; programmes that nobody falls into are left out."""
    income = scenario["income"]
    before, after = income["before"]["counts"], income["after"]["counts"]
    return Shown(
        scenario["name"],
        [_in_words(change) for change in scenario["changes"]],
        [_programme(row) for row in scenario["programmes"] if row["before"] or row["after"]],
        charts.bars(before, after, name=f"（{scenario['name']}）"),
        list(zip(_spans(len(after)), before, after, strict=True)),
        income["after"]["uncounted"],
    )


def _programme(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "label": programmes()[row["programme"]].label,
        "pays": {row["amount_before"], row["amount_after"]} != {"0.00"},
        "moved": row["in"] or row["out"] or row["gain"] or row["lose"],
        "groups": [
            (label, [group for group in row[f"by_{kind}"] if group["households"]])
            for kind, label in KINDS.items()
        ],
    }


def _in_words(change: str) -> str:
    name, _, rest = change.partition("=")
    value, _, _ = rest.rpartition("@")
    programme, _, bare = name.rpartition(".")
    entry = all_declared()[bare]
    of = f"（{programmes()[programme].label}）" if programme else ""
    known = int(value) if entry.unit == "count" else value
    return f"{entry.label}{of}改为 {value_text(READERS[entry.unit](known), entry.unit)}"


def _spans(steps: int) -> list[str]:
    return [
        f"{step * 10}–{step * 10 + 10}%" if step < steps - 1 else f"{step * 10}% 及以上"
        for step in range(steps)
    ]


def table(outcome: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Write the result row by row; a title that a spreadsheet would compute is made plain."""
    yield HEAD
    for one in outcome["scenarios"]:
        title = f"'{one['name']}" if one["name"].startswith(("=", "+", "-", "@")) else one["name"]
        for row in one["programmes"]:
            label = programmes()[row["programme"]].label
            yield (
                title, label, "合计", "全部", outcome["households"], row["before"], row["after"],
                row["in"], row["out"], row["gain"], row["lose"], "",
            )  # fmt: skip
            for kind, of in KINDS.items():
                for group in row[f"by_{kind}"]:
                    yield (
                        title, label, of, group["label"], group["households"], "", "",
                        group["in"], group["out"], group["gain"], group["lose"], group["amount"],
                    )  # fmt: skip
        before, after = one["income"]["before"]["counts"], one["income"]["after"]["counts"]
        for span, was, now in zip(_spans(len(after)), before, after, strict=True):
            yield title, "", "人均收入与低保标准之比", span, "", was, now, "", "", "", "", ""
