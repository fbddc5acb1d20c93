"""What click and the operating system say in English, said in one Chinese line."""

import errno
import re
import socket  # noqa: TID251 - for the error of a host name that does not resolve
from collections.abc import Iterable

import click

VALUES = (
    (r"does not exist", "文件或目录不存在"),
    (r"is a directory\.", "应为文件,这里是目录"),
    (r"is a file\.", "应为目录,这里是文件"),
    (r"is not (readable|writable|executable)", "没有读写权限"),
    (r"is not a valid (integer|int)", "应为整数"),
    (r"is not in the range (.+?)\.?$", r"超出允许的范围 \1"),
    (r"is not one of (.+?)\.?$", r"应为其中之一:\1"),
    (r"is not '.+'\.$", "不在可选的值之中"),
    (r"does not match the format '%Y-%m-%d'", "应写作 2024-08-01 这样的日期"),
    (r"^(.*[一-鿿].*)$", r"\1"),  # said by a command of ours
)
USAGE = "用法见 --help"
COMMANDS = (
    (r"^No such command '(.*?)'", r"没有命令 \1,可用的命令见 --help"),
    (r"^Got unexpected extra arguments? \((.*)\)", rf"多出了参数 \1,{USAGE}"),
)
CAUSES = {
    errno.ENOENT: "文件或目录不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "应为文件,这里是目录",
    errno.ENOTDIR: "路径中间有一段是文件,不是目录",
    errno.EEXIST: "已有同名的文件",
    errno.EROFS: "所在的文件系统只读",
    errno.ENOSPC: "磁盘已满",
    errno.EIO: "磁盘读写出错",
    errno.ENAMETOOLONG: "名称过长",
    errno.EADDRINUSE: "已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
}


def cause(error: OSError) -> str:
    """Say why the operating system refused."""
    if isinstance(error, socket.gaierror):
        return "主机名无法解析"
    known = CAUSES.get(error.errno or 0)
    return known or f"系统错误 {errno.errorcode.get(error.errno or 0, error.errno)}"


def in_chinese(wrong: click.ClickException) -> str:
    """Say what was wrong with the command as it was typed."""
    if isinstance(wrong, click.NoSuchOption):
        return f"没有选项 {wrong.option_name},可用的选项见 --help"
    if isinstance(wrong, click.BadOptionUsage):
        takes = "后面要写值" if "require" in wrong.message else "后面不能写值"
        return f"选项 {wrong.option_name} {takes},{USAGE}"
    if isinstance(wrong, click.MissingParameter):
        return f"缺少参数 {_name_of(wrong)},{USAGE}"
    if isinstance(wrong, click.BadParameter):
        return f"参数 {_name_of(wrong)} 不对:{_said(VALUES, wrong.message) or '写法不对,' + USAGE}"
    return _said(COMMANDS, wrong.message) or " ".join(wrong.message.split())


def _said(wordings: Iterable[tuple[str, str]], english: str) -> str:
    text = " ".join(english.split())
    found = ((re.search(pattern, text), said) for pattern, said in wordings)
    return next((match.expand(said) for match, said in found if match), "")


def _name_of(wrong: click.BadParameter) -> str:
    if wrong.param is None:
        return str(wrong.param_hint or "")
    if isinstance(wrong.param, click.Option):
        return wrong.param.opts[-1]
    return wrong.param.human_readable_name
