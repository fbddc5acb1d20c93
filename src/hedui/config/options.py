"""The options of an installation: where they come from, what they mean, what they default to."""

import os
import re
import secrets
import tempfile
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from hedui.wire.seals import signs_with


@dataclass(frozen=True, slots=True)
class Option:
    """One option as `hedui check` lists it: environment name, meaning, default as shown."""

    name: str
    meaning: str
    default: str


OPTIONS = (
    Option("HEDUI_DATA_DIR", "数据目录:数据库、密钥、签署件", "./hedui-data"),
    Option(
        "HEDUI_DATABASE_URL", "数据库地址,如 postgresql://用户@主机:5432/库", "数据目录中的 SQLite"
    ),
    Option("HEDUI_SECRET_KEY", "会话签名密钥", "数据目录中自动生成"),
    Option("HEDUI_KEYS_DIR", "签名与加密密钥目录", "数据目录下 keys"),
    Option("HEDUI_PUBLIC_URL", "对外地址,用于核验二维码与撤回查询", "http://127.0.0.1:8000"),
    Option("HEDUI_ALLOWED_HOSTS", "允许的主机名,逗号分隔", "对外地址的主机名与本机"),
    Option("HEDUI_KEYS_TOKEN", "密钥所在的 PKCS#11 令牌(RFC 7512 地址)", "不用令牌,密钥在上述目录"),
    Option("HEDUI_CRYPTO_SUITE", "新建密钥的密码套件:default 或 sm(国密)", "default"),
    Option("HEDUI_ANSWER_WITHIN", "等待部门反馈的秒数;设定后代替各部门协议中的时限", ""),
    Option("HEDUI_WITHHOLD_DAYS", "记录最长可以暂不向本人展示的天数,不超过 180", "90"),
    Option("HEDUI_CORRECTION_DAYS", "部门答复数据更正请求的工作日数", "10"),
    Option("HEDUI_SOURCE_ERRORS_PERCENT", "来源错误率(百分数)超过多少即停止用于不利认定", "5"),
    Option("HEDUI_SECOND_REVIEWS", "每月每个县级地方抽查盲审的件数,不利与给予各若干件", "20"),
    Option("HEDUI_READ_SECONDS", "作不利确认以前打开核对报告至少多少秒", "120"),
    Option("HEDUI_ADVERSE_A_DAY", "每人每天至多作多少件不利确认", "20"),
    Option("HEDUI_CALLS_PER_MINUTE", "每个接入系统每分钟至多调用接口的次数", "600"),
    Option(
        "HEDUI_CLIENT_CERTIFICATE",
        "反向代理以哪个请求头转交已核验的客户端证书;只在代理总是重写它时设定",
        "",
    ),
    Option("HEDUI_TRIAL_ENDPOINTS", "试用时允许推送到本机的 http 地址:1 为允许", ""),
    Option("HEDUI_SMS_URL", "短信网关的地址;不设定则不发送短信", ""),
    Option("HEDUI_SMS_TEMPLATE", "短信模板在网关的代码", "HEDUI_NOTICE"),
    Option("HEDUI_SMS_KEY", "短信网关签回执的公钥文件(PEM)", "密钥目录中的 sms.pub.pem"),
    Option("HEDUI_LOG_LEVEL", "日志级别", "INFO"),
)
# read by `hedui bench` and by the tests, and no options of an installation
OTHERS = re.compile("HEDUI_BENCH_POSTGRES_URL|HEDUI_CI|HEDUI_TEST_.*")


@dataclass(frozen=True, slots=True)
class Options:
    """The options as the settings use them."""

    data_dir: Path
    keys_dir: Path
    keys_token: str
    database: dict[str, Any]
    secret_key: str
    public_url: str
    allowed_hosts: list[str]
    crypto_suite: str
    answer_within: int | None
    withhold_days: int
    correction_days: int
    source_errors_percent: int
    second_reviews: int
    read_seconds: int
    adverse_a_day: int
    calls_per_minute: int
    client_certificate: str
    trial_endpoints: bool
    sms_url: str
    sms_template: str
    sms_key: Path
    log_level: str


def read_options() -> Options:
    """Read the options: the environment first, then hedui.toml in the data directory."""
    data_dir = Path(os.environ.get("HEDUI_DATA_DIR", "hedui-data")).resolve()
    written = written_in(data_dir)

    def option(name: str, default: str) -> str:
        return os.environ.get(name) or str(written.get(name, default))

    public_url = option("HEDUI_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
    hosts = option("HEDUI_ALLOWED_HOSTS", "")
    within = option("HEDUI_ANSWER_WITHIN", "")
    keys_dir = Path(option("HEDUI_KEYS_DIR", str(data_dir / "keys")))
    return Options(
        data_dir=data_dir,
        keys_dir=keys_dir,
        keys_token=option("HEDUI_KEYS_TOKEN", ""),
        database=database(option("HEDUI_DATABASE_URL", f"sqlite:///{data_dir}/hedui.sqlite3")),
        secret_key=option("HEDUI_SECRET_KEY", "") or _kept_secret(data_dir),
        public_url=public_url,
        allowed_hosts=[host for host in hosts.split(",") if host]
        or [str(urlsplit(public_url).hostname), "127.0.0.1", "localhost"],
        crypto_suite=_suite(option("HEDUI_CRYPTO_SUITE", "default")),
        answer_within=_seconds(within) if within else None,
        withhold_days=_number("HEDUI_WITHHOLD_DAYS", option("HEDUI_WITHHOLD_DAYS", "90"), 180),
        correction_days=_number("HEDUI_CORRECTION_DAYS", option("HEDUI_CORRECTION_DAYS", "10"), 90),
        source_errors_percent=_number(
            "HEDUI_SOURCE_ERRORS_PERCENT", option("HEDUI_SOURCE_ERRORS_PERCENT", "5"), 50
        ),
        second_reviews=_number("HEDUI_SECOND_REVIEWS", option("HEDUI_SECOND_REVIEWS", "20"), 1_000),
        read_seconds=_number("HEDUI_READ_SECONDS", option("HEDUI_READ_SECONDS", "120"), 3_600),
        adverse_a_day=_number("HEDUI_ADVERSE_A_DAY", option("HEDUI_ADVERSE_A_DAY", "20"), 50),
        calls_per_minute=_calls(option("HEDUI_CALLS_PER_MINUTE", "600")),
        client_certificate=option("HEDUI_CLIENT_CERTIFICATE", ""),
        trial_endpoints=option("HEDUI_TRIAL_ENDPOINTS", "") == "1",
        sms_url=option("HEDUI_SMS_URL", "").rstrip("/"),
        sms_template=option("HEDUI_SMS_TEMPLATE", "HEDUI_NOTICE"),
        sms_key=Path(option("HEDUI_SMS_KEY", str(keys_dir / "sms.pub.pem"))),
        log_level=option("HEDUI_LOG_LEVEL", "INFO"),
    )


def _suite(name: str) -> str:
    try:
        signs_with(name)
    except ValueError as error:
        raise SystemExit(f"{error}。") from None
    return name


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 864_001):
        raise SystemExit("HEDUI_ANSWER_WITHIN 应为 1 至 864000 之间的秒数。")
    return int(text)


def _calls(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000):
        raise SystemExit("HEDUI_CALLS_PER_MINUTE 应为 1 至 1000000 之间的次数。")
    return int(text)


def _number(name: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= most):
        raise SystemExit(f"{name} 应为 1 至 {most} 之间的整数。")
    return int(text)


def written_in(data_dir: Path) -> dict[str, Any]:
    """Return what hedui.toml in a data directory sets."""
    file = data_dir / "hedui.toml"
    if not file.exists():
        return {}
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SystemExit(f"{file} 不是可以识读的 TOML 文件。") from None
    if unknown := written.keys() - {option.name for option in OPTIONS}:
        raise SystemExit(f"{file} 中有不认识的设置:{'、'.join(sorted(unknown))}。")
    return written


def in_force(data_dir: Path) -> list[dict[str, str]]:
    """List every option as it is in force, for `hedui check`; secrets are not shown."""
    written = written_in(data_dir)
    return [
        {"name": one.name, "meaning": one.meaning, "value": _shown(one, written)} for one in OPTIONS
    ]


def unknown_in(environment: Iterable[str]) -> list[str]:
    """Name the variables that look like options of ours and are none."""
    known = {one.name for one in OPTIONS}
    ours = {name for name in environment if name.startswith("HEDUI_")}
    return sorted(name for name in ours - known if not OTHERS.fullmatch(name))


def _shown(option: Option, written: dict[str, Any]) -> str:
    value = os.environ.get(option.name) or str(written.get(option.name, ""))
    if not value:
        return option.default or "(未设置)"
    return "(已设置,不显示)" if "SECRET" in option.name or "@" in value else value


def _kept_secret(data_dir: Path) -> str:
    """Keep a session secret in the data directory, once that exists; else one for this process."""
    if not data_dir.exists():
        return secrets.token_urlsafe(48)
    path = data_dir / "secret.key"
    if not path.exists():
        # Several processes may begin at once: the first whole file is everybody's.
        descriptor, own = tempfile.mkstemp(dir=data_dir)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(own, path)
        os.unlink(own)
    return path.read_text(encoding="ascii")


def database(url: str) -> dict[str, Any]:
    """Turn a database URL, sqlite:///path or postgresql://user:pass@host/name, into settings."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "hedui.config.sqlite",
            "NAME": parts.path[1:],
            # FULL: an acknowledged write survives power loss. IMMEDIATE: take the write lock at
            # the start, so that two writers queue instead of failing half-way.
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                " PRAGMA secure_delete=ON;",
            },
            "CONN_MAX_AGE": None,
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "hedui.config.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            # Planning most of our statements takes longer than running them.
            "OPTIONS": {"server_side_binding": True, "prepare_threshold": 1}
            | {
                name: int(value) if value.isdecimal() else value
                for name, value in parse_qsl(parts.query, strict_parsing=bool(parts.query))
            },
        }
    raise SystemExit(
        f"HEDUI_DATABASE_URL 只支持 sqlite:/// 与 postgresql://,现在是 {parts.scheme}://"
    )
