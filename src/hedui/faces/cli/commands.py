"""The table of commands; each is loaded when it is called, so that a gateway never loads Django."""

import os
import sys
import traceback
from importlib import import_module

import click

from hedui.faces.cli.wording import cause, in_chinese
from hedui.procedure.record.outcome import Trouble

COMMANDS = {
    "bench": "hedui.faces.cli.bench:bench",
    "check": "hedui.faces.cli.check:check",
    "demo": "hedui.faces.cli.demo:demo",
    "department": "hedui.faces.cli.department:department",
    "exchange": "hedui.faces.cli.exchange:exchange",
    "keys": "hedui.faces.cli.keys:keys",
    "ledger": "hedui.faces.cli.ledger:ledger",
    "papers": "hedui.faces.cli.papers:papers",
    "partner": "hedui.faces.cli.partner:partner",
    "policy": "hedui.faces.cli.policy:policy",
    "recheck": "hedui.faces.cli.recheck:recheck",
    "sample": "hedui.faces.cli.sample:sample",
    "serve": "hedui.faces.cli.serve:serve",
    "setup": "hedui.faces.cli.setup:setup",
    "verify": "hedui.faces.cli.verify:verify",
    "workbook": "hedui.faces.cli.workbook:workbook",
    "worker": "hedui.faces.cli.worker:worker",
}


class Commands(click.Group):
    """A group whose commands are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hedui", message="%(prog)s %(version)s")
def cli() -> None:
    """Hedui 核对:居民家庭经济状况核对系统。"""


def main() -> None:
    """
    Run a command: exit 0 on success, 1 when what was checked does not hold, 2 on wrong use.

    Wrong use is one line on stderr.
    """
    try:
        code = cli.main(standalone_mode=False) or 0
    except SystemExit as ended:
        if not isinstance(ended.code, str):
            raise
        click.echo(f"hedui: {ended.code}", err=True)
        sys.exit(2)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.NoArgsIsHelpError as bare:
        click.echo(bare.ctx.get_help())
        sys.exit(0)
    except click.Abort:
        sys.exit(130)
    except Trouble as trouble:
        click.echo(f"hedui: {trouble}", err=True)
        sys.exit(1)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        click.echo(f"hedui: 不能读写文件{where}:{cause(error)}", err=True)
        sys.exit(2)
    except click.ClickException as wrong:
        click.echo(f"hedui: {in_chinese(wrong)}", err=True)
        sys.exit(2)
    except Exception as error:
        click.echo(f"hedui: {_told(error)}", err=True)
        sys.exit(2)
    sys.exit(code)


def _missing(error: ModuleNotFoundError) -> str:
    """Say what to install: whoever runs a gateway alone has only that."""
    name = str(error.name).partition(".")[0]
    extra = "department" if name in ("jinja2", "openpyxl", "pymysql") else "platform"
    return f"这里没有安装 {name},运行这个命令需要 pip install 'hedui[{extra}]'"


def _told(error: Exception) -> str:
    """Say in one line what stopped a command; only what we wrote ourselves is repeated."""
    if type(error).__module__.startswith("hedui."):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return _missing(error)
    kind = type(error).__name__
    if os.environ.get("HEDUI_LOG_LEVEL") == "DEBUG":
        traceback.print_exception(error)
    if type(error).__module__.startswith("django.db"):
        return f"数据库不可用或还没有安装({kind}):请检查 HEDUI_DATABASE_URL,并先运行 hedui setup"
    return f"没有预料到的错误({kind});以 HEDUI_LOG_LEVEL=DEBUG 重试可以看到详情"
