"""The contract kit: all well with a good gateway, and it sees each of many that are made wrong."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from hedui.gateway import app, authority, desk, lookup, standing
from hedui.gateway.contract_cases import CASES
from hedui.gateway.first_answers import FirstAnswers
from hedui.gateway.settings import Listening, Settings, mapped_by
from hedui.gateway.trying import try_own
from hedui.wire import envelope, inquiry, shapes, strict_json
from hedui.wire.answering import build_answer
from hedui.wire.moments import FRESHNESS
from hedui.wire.seals import Verifier, generate_key
from tests.gateway.bank import ROWS, write_rows
from tests.gateway.test_secured import SecuredBank
from tests.wire.made import LI, PLATFORM, ZHANG


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    data = write_rows(tmp_path_factory.mktemp("contract") / "bank.csv", ROWS)
    mapped = mapped_by(data, "bank")
    return Settings(mapped, beside=data, listening=Listening(0), partner_keys=())


def failed(settings, *names):
    return {t.name for t in try_own(settings, only=frozenset(names) or None) if t.passed is False}


def test_our_gateway_passes_every_case(settings):
    tried = list(try_own(settings))
    assert [t for t in tried if not t.passed] == []
    assert len(tried) == len(CASES) >= 45
    # and leaves nothing beside the data
    assert [path.name for path in settings.beside.parent.iterdir()] == ["bank.csv"]


def no_fault(*_, **__):
    return None


def all_items(artefact, items):
    return tuple(items)


def answers_whatever_is_asked(patch):
    patch.setattr(authority, "covered_items", all_items)
    patch.setattr(authority, "covers", no_fault)


def tells_too_much(patch):
    whole = lookup._records

    def records(source, asked, rows, readable):
        return whole(source, asked, rows, [name for name in source.items if name in rows[0].cells])

    patch.setattr(lookup, "_records", records)


def amount_beside_the_band(patch):
    whole = lookup._minimal

    def minimal(source, forms, records, asked):
        return {**whole(source, forms, records, asked), **records[0]}

    patch.setattr(lookup, "_minimal", minimal)


def wrong_signature(patch):
    def built(*arguments, signer, **more):
        return build_answer(*arguments, signer=STRANGER, **more)

    patch.setattr(desk, "build_answer", built)


def as_if_it_were_another(patch):
    whole = lookup.find

    def found(*arguments, **more):
        return replace(whole(*arguments, **more), number=LI)

    patch.setattr(desk, "find", found)


def without(place, name, by):
    return lambda patch: patch.setattr(place, name, by)


def lax_json(patch):
    lax = lambda body, **_: json.loads(body)  # noqa: E731
    patch.setattr(strict_json, "loads", lax)


STRANGER = None

WRONG = {
    "every authorization covers": (
        without(authority, "covers", no_fault),
        {"授权已过期", "授权尚未生效", "授权期过长", "授权人是另一人", "期间超出授权"},
    ),
    "asks nobody what was revoked": (
        without(standing.Standing, "is_revoked", lambda *_: False),
        {"授权已撤回"},
    ),
    "answers whatever is asked": (
        answers_whatever_is_asked,
        {"所问多于授权", "所问未经授权", "授权的是另一来源"},
    ),
    "tells more than was asked": (tells_too_much, {"只问一项", "所问多于授权"}),
    "tells the amount beside the band": (amount_beside_the_band, {"简答"}),
    "signs with another key": (wrong_signature, {"经授权查询一人"}),
    "answers about another person": (as_if_it_were_another, {"经授权查询一人"}),
    "does not look at signatures": (
        without(Verifier, "_verify", no_fault),
        {"报文被改动", "授权内容被改动"},
    ),
    "takes whoever says who they are": (
        without(envelope, "_from_partner", no_fault),
        {"冒用他人名义"},
    ),
    "takes messages of any age": (
        lambda patch: patch.setattr(
            desk,
            "parse_search",
            lambda *a, **m: inquiry.parse_search(
                *a, **(m | {"freshness": FRESHNESS + timedelta(days=1)})
            ),
        ),
        {"报文早于 15 分钟", "报文晚于 15 分钟"},
    ),
    "answers what is for others": (
        lambda patch: patch.setattr(
            desk,
            "parse_search",
            lambda *a, **m: inquiry.parse_search(*a, **(m | {"audience": lambda _: True})),
        ),
        {"报文收件人是别人"},
    ),
    "knows no replay": (
        without(FirstAnswers, "find", no_fault),
        {"同一报文再来", "同一编号的另一报文"},
    ),
    "reads any JSON": (lax_json, {"重复的键"}),
    "takes unknown keys": (without(shapes, "check", no_fault), {"未约定的键", "另一版本"}),
    "takes any kind of content": (without(app, "_need_json", no_fault), {"另一内容类型"}),
    "matches by number alone": (
        without(lookup, "match_identity", lambda asked, name, number, found: "exact"),
        {"姓名不符(并夹带 SQL)"},
    ),
}


@pytest.mark.parametrize(("wrong", "seen"), WRONG.values(), ids=list(WRONG))
def test_it_sees_a_gateway_that_is_made_wrong(settings, tmp_path, wrong, seen):
    globals()["STRANGER"] = generate_key(tmp_path / "stranger.pem")
    with pytest.MonkeyPatch.context() as patch:
        wrong(patch)
        assert failed(settings, *seen) >= seen - {"另一版本"}


def hedui(*words):
    done = subprocess.run(
        [sys.executable, "-m", "hedui", "department", "test", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_clerk_runs_it_over_a_file(settings):
    code, said, _ = hedui("--source", "bank", "--data", settings.beside)
    assert (code, said.splitlines()[-1]) == (0, f"{len(CASES)} 项合格,0 项不合格,0 项未提供。")
    assert ZHANG not in said


def test_it_tries_what_runs_elsewhere_behind_mutual_tls(tmp_path):
    bank = SecuredBank(tmp_path)
    keys = tmp_path / "trial"
    elsewhere = ["--url", f"https://127.0.0.1:{bank.port}", "--source", "bank", "--keys", keys]
    elsewhere += ["--receiver", "310101-bank", "--sender", PLATFORM]
    code, _, said = hedui(*elsewhere)
    # first it makes the keys, and says what to do with them
    assert (code, "请登记到被检验的一方" in said) == (2, True)
    text = (tmp_path / "department.yaml").read_text(encoding="utf-8")
    text = text.replace("public_key: 310101", "public_key: trial/310101")
    text = "\n".join(line for line in text.splitlines() if "status:" not in line)
    (tmp_path / "department.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "record.jsonl.revoked").write_text("TRIAL-REVOKED")
    (tmp_path / "shown.token").write_text("a-token-handed-over-in-person")
    bank.start()
    try:
        elsewhere += ["--public-key", tmp_path / "bank.pub.pem", "--ca", tmp_path / "ca.pem"]
        elsewhere += ["--certificate", tmp_path / "client.pem"]
        elsewhere += ["--private-key", tmp_path / "client.key"]
        code, said, _ = hedui(*elsewhere, "--json")
        assert code == 1  # without the token everything is turned away
        assert json.loads(said)["holds"] is False
        code, said, _ = hedui(*elsewhere, "--token-file", tmp_path / "shown.token")
        wrong = [line for line in said.splitlines() if line.startswith("  ×")]
        assert (code, wrong) == (0, [])
    finally:
        bank.stop()
        bank.platform.server.shutdown()
