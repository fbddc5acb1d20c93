"""What every provider of keys keeps: in files of both suites, and in a token that is real."""

import json
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from shutil import which

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hedui.procedure.record import ciphers
from hedui.procedure.record import keys as keys_of_an_installation
from hedui.procedure.record.key_files import FileKeys
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.wire.seals import Verifier

TODAY, TOMORROW = date(2026, 12, 1), date(2026, 12, 2)
OWNER, OTHER = b"o" * 16, b"p" * 16
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so")
ANOTHER = """
import sys
from datetime import date
from pathlib import Path
from hedui.procedure.record import key_files
uri, folder = sys.argv[1:]
if uri:
    from hedui.procedure.record import key_token
    key_token.FRESH = 0.0
    keys = key_token.TokenKeys(uri, Path(folder))
else:
    keys = key_files.FileKeys(Path(folder))
for line in sys.stdin:
    on = date.fromisoformat(line.strip())
    print(keys.signer(on).kid, keys.wrapping(on).id, keys.wrap(b"k" * 32, b"o" * 16, on).hex())
    sys.stdout.flush()
"""


@pytest.fixture
def token(tmp_path, monkeypatch):
    """Make a token of SoftHSM, and return how a provider finds it."""
    module = next((path for path in MODULES if Path(path).exists()), None)
    if module is None or which("softhsm2-util") is None:
        pytest.skip("没有 SoftHSM:请安装 softhsm2")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "pin").write_text("1234\n")
    file = tmp_path / "softhsm.conf"
    file.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(file))
    command = ["softhsm2-util", "--init-token", "--free", "--label", "hedui"]
    pins = ["--so-pin", "12345678", "--pin", "1234"]
    subprocess.run([*command, *pins], check=True, capture_output=True)
    return f"pkcs11:token=hedui?module-path={module}&pin-source={tmp_path / 'pin'}"


@pytest.fixture(params=["files", "files of sm", pytest.param("token", marks=pytest.mark.softhsm)])
def place(request, tmp_path):
    """Return where keys shall lie: suite, token and folder."""
    uri = request.getfixturevalue("token") if request.param == "token" else ""
    return "sm" if request.param == "files of sm" else "default", uri, tmp_path / "keys"


@pytest.fixture
def suite(place):
    return place[0]


@pytest.fixture
def keys(place):
    """Return a provider with its first keys."""
    suite, uri, folder = place
    keys = keys_of_an_installation._provider(uri, folder)
    keys.make(suite)
    return keys


@pytest.fixture
def case_key(suite):
    return os.urandom(16 if suite == "sm" else 32)


def test_what_it_wrapped_it_unwraps_for_its_owner_alone(keys, case_key):
    wrapped = keys.wrap(case_key, OWNER, TODAY)
    assert keys.unwrap(wrapped, OWNER) == case_key
    assert case_key not in wrapped
    with pytest.raises(Trouble):
        keys.unwrap(wrapped, OTHER)


def test_what_was_changed_does_not_unwrap(keys, case_key):
    wrapped = keys.wrap(case_key, OWNER, TODAY)
    for place in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[place] ^= 1
        with pytest.raises(Trouble):
            keys.unwrap(bytes(changed), OWNER)
    with pytest.raises(Trouble):
        keys.unwrap(wrapped[:-1], OWNER)
    assert keys.unwrap(wrapped, OWNER) == case_key


def test_its_signatures_hold_under_a_published_key_of_its_suite(keys, suite):
    signer = keys.signer(TODAY)
    jws = signer.sign(b"payload", typ="a+jws")
    assert Verifier.of(*keys.publics()).verify(jws, typ="a+jws") == b"payload"
    assert signer.suite == {"default": "ed25519", "sm": "sm2"}[suite]
    assert {held.suite for held in keys.held()} == {suite}


def test_a_new_sealing_key_wraps_from_its_day_on_and_the_old_one_still_unwraps(
    keys, suite, case_key
):
    before = keys.wrap(case_key, OWNER, TODAY)
    made = keys.add("sealing", suite, TOMORROW)
    assert keys.wrap(case_key, OWNER, TODAY)[:8] == before[:8]
    after = keys.wrap(case_key, OWNER, TOMORROW)
    assert after[:8].hex() == made.id == keys.wrapping(TOMORROW).id
    assert after[:8] != before[:8]
    assert keys.unwrap(before, OWNER) == keys.unwrap(after, OWNER) == case_key


def test_a_new_signing_key_is_published_before_it_signs(keys, suite):
    first = keys.signer(TODAY)
    made = keys.add("signing", suite, TOMORROW)
    assert keys.signer(TODAY).kid == first.kid
    assert keys.signer(TOMORROW).kid == made.id
    assert [public.kid for public in keys.publics()] == [first.kid, made.id]


@pytest.mark.parametrize("use", ["signing", "sealing"])
def test_a_day_has_one_key(keys, suite, use):
    keys.add(use, suite, TOMORROW)
    told = keys.held()
    with pytest.raises(Refusal, match="另定日期"):
        keys.add(use, suite, TOMORROW)
    assert keys.held() == told


def test_a_process_that_runs_finds_new_keys_and_what_it_wraps_is_opened_here(place, keys, suite):
    _, uri, folder = place
    command = [sys.executable, "-c", ANOTHER, uri, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as another:

        def ask(on: date) -> list[str]:
            another.stdin.write(f"{on}\n")
            another.stdin.flush()
            return another.stdout.readline().split()

        assert ask(TOMORROW)[:2] == [keys.signer(TODAY).kid, keys.wrapping(TODAY).id]
        signing = keys.add("signing", suite, TOMORROW)
        sealing = keys.add("sealing", suite, TOMORROW)
        kid, name, wrapped = ask(TOMORROW)
        another.stdin.close()
    assert (kid, name) == (signing.id, sealing.id)
    assert keys.unwrap(bytes.fromhex(wrapped), OWNER) == b"k" * 32


def test_a_process_that_is_forked_uses_the_keys_too(keys, case_key):
    wrapped = keys.wrap(case_key, OWNER, TODAY)
    fork = multiprocessing.get_context("fork")
    told = fork.SimpleQueue()

    def child() -> None:
        told.put((keys.unwrap(wrapped, OWNER), keys.signer(TODAY).sign_bytes(b"text")))

    process = fork.Process(target=child)
    process.start()
    process.join(30)
    opened, signature = told.get()
    assert opened == case_key
    assert keys.publics()[0].holds(b"text", signature)
    assert keys.unwrap(wrapped, OWNER) == case_key


def test_the_index_stays_what_it_is(keys, suite):
    before = keys.index(b"value")
    keys.add("sealing", suite, TODAY)
    keys.make(suite)
    assert keys.index(b"value") == before
    assert keys.index(b"other") != before


def test_made_again_they_stay(keys, suite):
    told, publics = keys.held(), keys.publics()
    keys.make(suite)
    assert (keys.held(), keys.publics()) == (told, publics)


# ---- files


def test_files_are_readable_by_their_owner_alone(tmp_path):
    keys = FileKeys(tmp_path / "keys")
    keys.make("default")
    keys.add("signing", "sm", TODAY)
    keys.add("sealing", "sm", TODAY)
    modes = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "keys").iterdir()}
    assert modes.pop("platform.pub.pem")
    assert len(modes) == 5
    assert set(modes.values()) == {0}


def test_what_an_earlier_version_wrapped_and_indexed_is_found_again(tmp_path):
    """Before keys had names: one of 60 bytes under `sealing.key`, and no file for the index."""
    folder = tmp_path / "keys"
    folder.mkdir()
    secret = os.urandom(32)
    (folder / "sealing.key").write_text(secret.hex(), encoding="ascii")

    def derived(purpose):
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)

    nonce, key = os.urandom(12), os.urandom(32)
    wrapped = nonce + AESGCM(derived(b"hedui case keys")).encrypt(nonce, key, OWNER)
    keys = FileKeys(folder)
    keys.make("default")
    keys.add("sealing", "sm", TODAY)
    assert keys.unwrap(wrapped, OWNER) == key
    assert (folder / "index.key").read_text() == derived(b"hedui blind index").hex()
    assert keys.unwrap(keys.wrap(key, OWNER, TODAY), OWNER) == key


def test_the_suite_changes_by_a_key_of_the_other(tmp_path):
    keys = FileKeys(tmp_path / "keys")
    keys.make("default")
    before = keys.wrap(b"k" * 32, OWNER, TODAY)
    keys.add("sealing", "sm", TODAY)
    keys.add("signing", "sm", TODAY)
    assert (keys.signer(TODAY).suite, keys.wrapping(TODAY).suite) == ("sm2", "sm")
    assert keys.unwrap(before, OWNER) == b"k" * 32
    after = keys.wrap(b"k" * 32, OWNER, TODAY)
    assert keys.unwrap(after, OWNER) == b"k" * 32


def test_a_key_that_is_destroyed_takes_with_it_what_only_it_wrapped(tmp_path):
    keys = FileKeys(tmp_path / "keys")
    keys.make("default")
    before = keys.wrap(b"k" * 32, OWNER, TODAY)
    keys.add("sealing", "default", TODAY)
    after = keys.wrap(b"k" * 32, OWNER, TODAY)
    (tmp_path / "keys" / "sealing.key").unlink()
    assert keys.unwrap(after, OWNER) == b"k" * 32
    with pytest.raises(Trouble, match="包裹密钥不在"):
        keys.unwrap(before, OWNER)


@pytest.mark.parametrize("content", ["", "x", "00" * 31, "md5:" + "00" * 32, ":" + "00" * 32])
def test_a_file_that_is_no_key_is_said_to_be_none(tmp_path, content):
    keys = FileKeys(tmp_path / "keys")
    keys.make("default")
    (tmp_path / "keys" / "sealing.key").write_text(content)
    with pytest.raises(Trouble, match=r"sealing\.key 不是可用的加密密钥"):
        keys.wrap(b"k" * 32, OWNER, TODAY)


def test_without_keys_one_is_told_to_set_up(tmp_path):
    for attempt in (
        lambda keys: keys.signer(TODAY),
        lambda keys: keys.wrapping(TODAY),
        lambda keys: keys.index(b""),
    ):
        with pytest.raises(Trouble, match="hedui setup"):
            attempt(FileKeys(tmp_path))


def test_a_signing_key_that_is_none_is_told_in_one_line(tmp_path):
    keys = FileKeys(tmp_path)
    keys.make("default")
    for file in tmp_path.glob("*.pem"):
        file.write_text("no key")
    for ask in (keys.held, keys.publics, lambda: keys.signer(TODAY)):
        with pytest.raises(Trouble, match="。$"):
            ask()


def test_what_is_no_key_of_a_case_opens_nothing():
    with pytest.raises(ValueError, match="no key of these ciphers"):
        ciphers.cipher(bytes(24))
    sealed = ciphers.cipher(bytes(16)).encrypt(bytes(12), b"", None)
    assert ciphers.cipher(bytes(16)).decrypt(bytes(12), sealed, None) == b""
    with pytest.raises(InvalidTag):
        ciphers.cipher(bytes(16)).decrypt(bytes(12), sealed[:-1], None)


# ---- the token


def test_without_the_library_one_is_told_what_to_install():
    """In a process of its own, since a module is imported once."""
    run = "import sys; sys.modules['pkcs11'] = None; import hedui.procedure.record.key_token"
    said = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=False)
    assert "需要安装 hedui[pkcs11]" in said.stderr.splitlines()[-1]


@pytest.mark.softhsm
def test_without_keys_in_the_token_one_is_told_to_set_up(token, tmp_path):
    from hedui.procedure.record.key_token import TokenKeys

    keys = TokenKeys(token, tmp_path / "keys")
    for ask in (
        lambda: keys.index(b""),
        lambda: keys.wrapping(TODAY),
        lambda: keys.signer(TODAY),
    ):
        with pytest.raises(Trouble, match="hedui setup"):
            ask()


@pytest.mark.softhsm
def test_no_secret_key_can_be_taken_out_of_the_token(token, tmp_path):
    import pkcs11
    from pkcs11 import Attribute, ObjectClass

    from hedui.procedure.record.key_token import TokenKeys

    keys = TokenKeys(token, tmp_path / "keys")
    keys.make("default")
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {"platform.pub.pem"}
    secret = []
    for kind, content in (
        (ObjectClass.PRIVATE_KEY, Attribute.VALUE),
        (ObjectClass.SECRET_KEY, Attribute.VALUE),
    ):
        for key in keys._session.get_objects({Attribute.CLASS: kind}):
            secret.append(key.label)
            assert not key[Attribute.EXTRACTABLE]
            with pytest.raises(pkcs11.PKCS11Error):
                key[content]
    assert sorted(secret) == ["hedui-index", "hedui-sealing", "hedui-signing"]


@pytest.mark.softhsm
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("token=hedui", "token=another"), "another 不能"),
        (("libsofthsm2.so", "none.so"), "不能"),
        (("pin&", "nopin&"), "不能打开"),
        (("pkcs11:", "file:"), "RFC 7512"),
        (("pin-source", "x"), "RFC 7512"),
    ],
)
def test_what_is_wrong_with_the_token_is_one_line(token, tmp_path, wrong, said):
    from hedui.procedure.record.key_token import TokenKeys

    wrong_uri = (token + "&").replace(*wrong)
    with pytest.raises(Trouble, match=said) as told:
        TokenKeys(wrong_uri, tmp_path / "keys").make("default")
    assert "\n" not in str(told.value)


@pytest.mark.softhsm
def test_a_token_that_went_away_is_opened_anew_when_it_is_back(token, tmp_path):
    import pkcs11

    from hedui.procedure.record.key_token import TokenKeys, Where

    keys = TokenKeys(token, tmp_path / "keys")
    keys.make("default")
    wrapped = keys.wrap(b"k" * 32, OWNER, TODAY)
    pkcs11.lib(Where.read(token).module).finalize()
    with pytest.raises(Trouble, match="不能使用"):
        keys.wrap(b"k" * 32, OWNER, TODAY)
    assert keys.unwrap(wrapped, OWNER) == b"k" * 32


@pytest.mark.softhsm
def test_threads_use_the_one_session_in_turn(token, tmp_path):
    from hedui.procedure.record.key_token import TokenKeys

    keys = TokenKeys(token, tmp_path / "keys")
    keys.make("default")
    [public] = keys.publics()

    def use(number: int) -> bool:
        content = number.to_bytes(4) * 8
        wrapped = keys.wrap(content, OWNER, TODAY)
        signed = public.holds(content, keys.signer(TODAY).sign_bytes(content))
        return signed and keys.unwrap(wrapped, OWNER) == content

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(use, range(400)))


@pytest.mark.softhsm
def test_the_token_makes_no_keys_of_the_other_suite(token, tmp_path):
    from hedui.procedure.record.key_token import TokenKeys

    with pytest.raises(Trouble, match="default"):
        TokenKeys(token, tmp_path / "keys").make("sm")


@pytest.mark.softhsm
def test_an_installation_keeps_its_keys_in_the_token(token, begun):
    """Set up, list, rotate and wrap anew, as an operator does it."""
    environment = {**os.environ, "HEDUI_DATA_DIR": str(begun)}
    environment.pop("HEDUI_DATABASE_URL", None)
    environment["HEDUI_KEYS_TOKEN"] = token

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "hedui", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("setup")
    run("keys", "rotate", "sealing")
    run("keys", "rewrap")
    told = json.loads(run("keys", "list", "--json"))
    assert [(one["use"], one["state"]) for one in told] == [
        ("signing", "current"), ("sealing", "past"), ("sealing", "current"),
    ]  # fmt: skip
    assert not list((begun / "keys").glob("*.key"))
