"""hedui-matching: one side of a private matching, or the check afterwards."""

import argparse
import json
import sys
from pathlib import Path

from hedui_matching import MatchingError, channel
from hedui_matching.department import Agreement, answer
from hedui_matching.registry import MODES, ask, audit

_NO_CHANNEL = "不能连接,或证书不是约定的那一份"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hedui-matching", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    department = commands.add_parser("department", help="部门:答复登记一方")
    registry = commands.add_parser("registry", help="登记一方:询问有授权的成员")
    for one in (department, registry):
        one.add_argument("--source", required=True, help="来源,如 vehicle")
        one.add_argument("--certificate", required=True, type=Path, help="己方证书")
        one.add_argument("--key", required=True, type=Path, help="己方私钥")
        one.add_argument("--other", required=True, type=Path, help="对方证书")
        one.add_argument("--host", default="127.0.0.1")
        one.add_argument("--port", required=True, type=int)
    department.add_argument("--data", required=True, type=Path, help="CSV,有 id_number 列")
    department.add_argument("--record", required=True, type=Path, help="答复记录(追加)")
    department.add_argument("--most", required=True, type=int, help="一次最多问多少人")
    department.add_argument("--least", default=1, type=int, help="一次最少问多少人")
    department.add_argument("--runs-a-day", default=1, type=int, help="一天最多答复几次")
    department.add_argument("--counts-only", action="store_true", help="只答人数")
    registry.add_argument("--registry", required=True, type=Path, help="登记户目录(CSV)")
    registry.add_argument("--mode", choices=MODES, default="whom", help="问是谁,或只问人数")
    registry.add_argument("--out", required=True, type=Path)
    check = commands.add_parser("audit", help="事后核对:所问的正是有授权的人")
    check.add_argument("--registry", required=True, type=Path)
    check.add_argument("--kept", required=True, type=Path)
    check.add_argument("--record", required=True, type=Path)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one side; exit 0 on success, 1 where it was refused or does not hold."""
    given = _parser().parse_args(arguments)
    try:
        print(json.dumps(_run(given), ensure_ascii=False))
    except MatchingError as error:
        print(f"hedui-matching: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # also a certificate that is not the one agreed
        reason = getattr(error, "reason", None) or error.strerror or type(error).__name__
        said = f"不能读写 {error.filename}" if error.filename else _NO_CHANNEL
        print(f"hedui-matching: {said}({reason})", file=sys.stderr)
        return 1
    return 0


def _run(given: argparse.Namespace) -> dict[str, object]:
    if given.command == "audit":
        return audit(given.registry, given.kept, given.record)
    keys = (given.certificate, given.key, given.other)
    if given.command == "registry":
        address = (given.host, given.port)
        return ask(address, keys, given.registry, given.source, given.mode, given.out)
    agreed = Agreement(given.source, given.most, given.least, given.runs_a_day, given.counts_only)
    with channel.listening(given.host, given.port) as door:
        print(json.dumps({"listening": door.getsockname()[1]}), flush=True)
        return answer(door, keys, given.data, agreed, given.record)


if __name__ == "__main__":
    sys.exit(main())
