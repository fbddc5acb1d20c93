"""
Gather what a department has decided: data, partners, hours, pace, page (设置).

One YAML file, `department.schema.json` says what it may hold; or the options of the command.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hedui.catalogue import sources
from hedui.catalogue.reading import Page, Shape
from hedui.gateway.limits import Hours
from hedui.gateway.mapping import Mapped, load_mapping, plain
from hedui.values import divisions

IN_THE_CLEAR = "在网络上监听而没有证书,姓名、身份号码和答复会不加密地经过网络"
BEHIND_A_PROXY = "前面已有代理承担 TLS、别处连不到这里的"
MAPPINGS = frozenset({".yaml", ".yml"})


class SettingsError(ValueError):
    """Settings that cannot be used; the message says where and what to do."""


SHAPE = Shape("hedui.gateway", "department.schema.json", SettingsError)


@dataclass(frozen=True, slots=True)
class Contact:
    """
    How one partner and we reach one another beside the signature.

    token_sha256: of the token that it shows us; token_file: holds the one that we show it
    certificate_name: the DNS name that its client certificate carries, None where none is looked at
    callback: where its later answers go; status: how its authorizations' addresses begin
    """

    token_sha256: str | None = None
    certificate_name: str | None = None
    callback: str | None = None
    status: str | None = None
    token_file: Path | None = None
    ca: Path | None = None
    certificate: Path | None = None
    private_key: Path | None = None


@dataclass(frozen=True, slots=True)
class Listening:
    """
    Where one listens; with a certificate by TLS, with a client CA for its clients alone.

    behind_tls_proxy: somebody says that a proxy ends TLS before it, and that nobody else reaches it
    """

    port: int
    host: str = "127.0.0.1"
    certificate: Path | None = None
    private_key: Path | None = None
    client_ca: Path | None = None
    behind_tls_proxy: bool = False

    @property
    def is_by_tls(self) -> bool:
        """Whether who comes here comes by TLS, ended here or before."""
        return self.certificate is not None or self.behind_tls_proxy

    def refusal(self, certificate: str, proxy: str) -> tuple[str, str] | None:
        """
        Return what is at stake and what to do where it would be read on the way, else nothing.

        Messages are signed, not encrypted. certificate, proxy: how the one is given here and the
        other is said; "" where there can be no certificate
        """
        if self.is_by_tls or _is_this_machine(self.host):
            return None
        here = f"{certificate},或只在" if certificate else "请只在"
        return IN_THE_CLEAR, f"{here} 127.0.0.1 监听;{BEHIND_A_PROXY},{proxy}"

    @property
    def url(self) -> str:
        """Return the address."""
        return f"{'https' if self.certificate else 'http'}://{self.host}:{self.port}"

    def uvicorn(self) -> dict[str, Any]:
        """Return the same in the words of uvicorn."""
        import ssl  # noqa: PLC0415 - only a server needs it

        said: dict[str, Any] = {"host": self.host, "port": self.port}
        if self.certificate:
            said |= {"ssl_certfile": self.certificate, "ssl_keyfile": self.private_key}
        if self.client_ca:
            said |= {"ssl_ca_certs": f"{self.client_ca}", "ssl_cert_reqs": ssl.CERT_REQUIRED}
        return said


@dataclass(frozen=True, slots=True)
class Settings:
    """
    All that a gateway is told.

    partner_keys: PEM files, or directories of them; key, record: default beside the data
    later: how long a question that is answered later is kept
    page: where the department's own page is, and the file of passwords to it
    """

    mapped: Mapped
    beside: Path
    listening: Listening
    partner_keys: tuple[Path, ...]
    key: Path | None = None
    record: Path | None = None
    division: str | None = None
    suite: str = "ed25519"
    agreed: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    hours: Hours | None = None
    per_minute: int | None = None
    later: timedelta = timedelta(hours=72)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    page: Listening | None = None
    passwords: Path | None = None


def mapped_by(data: Path, source: str | None) -> Mapped:
    """
    Return the mapping that a file is, or that of a file which needs none.

    :raises MappingError: it cannot be used
    :raises SettingsError: the source is not said, or not the mapping's
    """
    if data.suffix in MAPPINGS:
        mapped = load_mapping(data)
        if source not in (None, mapped.source.name):
            raise SettingsError(f"{data.name} 是 {mapped.source.name} 的对照表,不是 {source} 的")
        return mapped
    if source is None:
        raise SettingsError("没有写明数据来源(source)")
    return plain(data, sources()[source])


def beside(data: Path) -> Path:
    """Return beside what a department's files lie: its data, also where a mapping stands for it."""
    for ending in (".mapping.yaml", ".mapping.yml"):
        if data.name.endswith(ending):
            return data.with_name(data.name.removesuffix(ending))
    return data


def load_settings(path: Path, *, suite: str = "ed25519") -> Settings:
    """
    Read a file of settings; the paths in it are beside it.

    :raises SettingsError, MappingError, DivisionError: what is wrong in it, and what to do
    """
    try:
        page = Page(path.stem, path.read_text(encoding="utf-8-sig"), SHAPE)
    except UnicodeDecodeError:
        raise SettingsError(f"{path.name}:不是 UTF-8 文字;请以 UTF-8 另存。") from None
    content, folder = page.content, path.parent
    if content.get("source") not in (None, *sources()):
        raise page.wrong(("source",), "目录中没有这个来源", f"可以写 {'、'.join(sources())}")
    data = folder / content["data"]
    mapped = mapped_by(data, content.get("source"))
    _is_of_the_source(page, content, mapped)
    _have_tokens_all(page, content["partners"])
    if "division" in content:
        divisions.division(content["division"])
    listening = _listening(page, "listen", content["listen"], folder)
    own_page = content.get("page")
    return Settings(
        mapped=mapped,
        beside=beside(data),
        listening=listening,
        partner_keys=tuple(folder / one["public_key"] for one in content["partners"].values()),
        key=folder / content["key"] if "key" in content else None,
        record=folder / content["record"] if "record" in content else None,
        division=content.get("division"),
        suite=suite,
        agreed=frozenset(content["agreed"]) if "agreed" in content else None,
        purposes=frozenset(content["purposes"]) if "purposes" in content else None,
        hours=_hours(content.get("hours")),
        per_minute=content.get("per_minute"),
        later=timedelta(hours=content.get("later_hours", 72)),
        contacts={
            name: _contact(page, name, said, folder, is_certified=listening.client_ca is not None)
            for name, said in content["partners"].items()
        },
        page=_listening(page, "page", own_page, folder) if own_page else None,
        passwords=folder / own_page["passwords"] if own_page else None,
    )


def _is_of_the_source(page: Page, content: Mapping[str, Any], mapped: Mapped) -> None:
    known = {item.full_name for item in mapped.source.askable.values()}
    for number, name in enumerate(content.get("agreed", ())):
        if name not in known:
            raise page.wrong(("agreed", number), "来源没有这个查询项", "请对照目录改正或删去")


def _have_tokens_all(page: Page, partners: Mapping[str, Any]) -> None:
    have = ["token_sha256" in said for said in partners.values()]
    if any(have) and not all(have):
        raise page.wrong(("partners",), "有的合作方没有令牌", "请都写 token_sha256,或都不写")


def _contact(
    page: Page, name: str, said: Mapping[str, Any], folder: Path, *, is_certified: bool
) -> Contact:
    if "certificate_name" in said and not is_certified:
        place = ("partners", name, "certificate_name")
        raise page.wrong(place, "没有要求客户端证书", "请在 listen 中写 client_ca")
    words = ("token_sha256", "callback", "status")
    files = ("token_file", "ca", "certificate", "private_key")
    for word in ("callback", "status"):
        if str(said.get(word, "")).startswith("http://") and not _is_here(said[word]):
            place = ("partners", name, word)
            raise page.wrong(place, "不是 https 地址", "个人信息只经 https 发送,请改为 https://…")
    return Contact(
        **{word: said.get(word) for word in words},
        certificate_name=said.get("certificate_name", name) if is_certified else None,
        **{file: folder / said[file] if file in said else None for file in files},
    )


def _is_here(address: str) -> bool:
    return _is_this_machine(urlsplit(address).hostname or "")


def _is_this_machine(host: str) -> bool:
    """Whether only who is on this machine reaches what listens at a host."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _listening(page: Page, name: str, said: Mapping[str, Any], folder: Path) -> Listening:
    files = ("certificate", "private_key", "client_ca")
    if ("certificate" in said) != ("private_key" in said):
        raise page.wrong((name,), "证书和私钥应同时写", "请补上 certificate 或 private_key")
    if "client_ca" in said and "certificate" not in said:
        raise page.wrong((name,), "没有服务器证书", "要验证客户端证书,请先写 certificate")
    listening = Listening(
        port=said["port"],
        host=said.get("host", "127.0.0.1"),
        behind_tls_proxy=said.get("behind_tls_proxy", False),
        **{file: folder / said[file] if file in said else None for file in files},
    )
    if said_why := listening.refusal(
        "请写 certificate 和 private_key", "写 behind_tls_proxy: true"
    ):
        raise page.wrong((name,), *said_why)
    return listening


def _hours(said: Mapping[str, Any] | None) -> Hours | None:
    if said is None:
        return None
    first, last = (time.fromisoformat(said[key]) for key in ("from", "to"))
    return Hours(first, last, frozenset(said.get("days", range(1, 8))))
