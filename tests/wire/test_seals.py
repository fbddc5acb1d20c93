import json
import stat
from base64 import urlsafe_b64encode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hedui.wire.seals import (
    KeyFileError,
    SealError,
    Verifier,
    derived_secret,
    ed25519,
    generate_key,
    load_public,
    load_signer,
    public_path,
)
from hedui.wire.seals.signatures import SUITES, thumbprint
from tests.wire.made import Keys


def segment(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def code_of(refused: pytest.ExceptionInfo[SealError]) -> str:
    return refused.value.code


@pytest.fixture(scope="module")
def ed25519_keys(tmp_path_factory):
    return Keys.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def sm2_keys(tmp_path_factory):
    return Keys.make(tmp_path_factory.mktemp("keys"), suite="sm2")


def algorithm(signer):
    return SUITES[signer.suite].ALGORITHM


def test_it_verifies_what_it_signed(keys):
    jws = keys.platform.sign(b"payload", typ="a+jws")
    assert keys.trusted().verify(jws, typ="a+jws") == b"payload"


def test_another_library_verifies_it_too(ed25519_keys):
    jws = ed25519_keys.platform.sign(b"payload", typ="a+jws")
    key = ed25519_keys.platform.public().key
    assert jwt.PyJWS().decode(jws, key, algorithms=["EdDSA"]) == b"payload"


def test_a_detached_signature_holds_for_its_payload_alone(keys):
    signature = keys.platform.sign_detached(b"payload", typ="a+jws")
    assert signature.count("..") == 1
    keys.trusted().verify_detached(signature, b"payload", typ="a+jws")
    with pytest.raises(SealError) as refused:
        keys.trusted().verify_detached(signature, b"Payload", typ="a+jws")
    assert code_of(refused) == "signature_invalid"


def test_it_refuses_any_changed_byte(keys):
    jws = keys.platform.sign(b'{"fen":100}', typ="a+jws")
    header, payload, seal = jws.split(".")
    for changed in (
        f"{header}.{segment({'fen': 900})}.{seal}",
        f"{header}.{payload}.{'A' * len(seal)}",
        f"{header}.{payload}.{seal[:-2]}",
    ):
        with pytest.raises(SealError) as refused:
            keys.trusted().verify(changed, typ="a+jws")
        assert code_of(refused) == "signature_invalid"


def test_a_signature_has_one_form_only(keys):
    jws = keys.platform.sign(b"payload", typ="a+jws")
    # 64 bytes leave four spare bits in the last of 86 characters; a tolerant reader ignores them
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(jws[-1])
    twin = jws[:-1] + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last + 1]
    with pytest.raises(SealError) as refused:
        keys.trusted().verify(twin, typ="a+jws")
    assert code_of(refused) == "malformed_object"


def test_it_refuses_a_key_that_is_not_trusted(keys):
    jws = keys.stranger.sign(b"payload", typ="a+jws")
    with pytest.raises(SealError) as refused:
        keys.trusted().verify(jws, typ="a+jws")
    assert code_of(refused) == "unknown_partner"


def test_it_refuses_a_stranger_who_claims_a_trusted_kid(keys):
    claimed = {"alg": algorithm(keys.platform), "kid": keys.platform.kid, "typ": "a+jws"}
    body = f"{segment(claimed)}.{segment({})}"
    seal = urlsafe_b64encode(keys.stranger.sign_bytes(body.encode())).decode().rstrip("=")
    forged = f"{body}.{seal}"
    with pytest.raises(SealError) as refused:
        keys.trusted().verify(forged, typ="a+jws")
    assert code_of(refused) == "signature_invalid"


def test_it_refuses_one_kind_of_signature_for_another(keys):
    jws = keys.platform.sign(b"payload", typ="report+jws")
    with pytest.raises(SealError) as refused:
        keys.trusted().verify(jws, typ="authorization+jws")
    assert code_of(refused) == "malformed_object"


@pytest.mark.parametrize("alg", ["none", "HS256", "ES256", "eddsa", "sm2", "the other"])
def test_the_algorithm_belongs_to_the_key_and_not_to_the_header(keys, alg):
    if alg == "the other":
        alg = {"EdDSA": "SM2", "SM2": "EdDSA"}[algorithm(keys.platform)]
    header = segment({"alg": alg, "kid": keys.platform.kid, "typ": "a+jws"})
    signed = f"{header}.{segment({})}"
    seal = urlsafe_b64encode(keys.platform.sign_bytes(signed.encode())).decode().rstrip("=")
    with pytest.raises(SealError) as refused:
        keys.trusted().verify(f"{signed}.{seal}", typ="a+jws")
    assert code_of(refused) == "signature_invalid"


def test_the_public_key_is_no_secret_for_an_hmac(keys):
    public = keys.platform.public().raw
    headers = {"kid": keys.platform.kid, "typ": "a+jws"}
    forged = jwt.PyJWS().encode(b"payload", public, algorithm="HS256", headers=headers)
    with pytest.raises(SealError):
        keys.trusted().verify(forged, typ="a+jws")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "EdDSA", "typ": "a+jws"},
        {"alg": "EdDSA", "kid": 1, "typ": "a+jws"},
        {"alg": "EdDSA", "kid": "k", "typ": "a+jws", "crit": ["b64"], "b64": False},
        {"alg": "EdDSA", "kid": "k", "typ": "a+jws", "jwk": {}},
        [],
    ],
)
def test_it_refuses_a_header_that_says_more_or_less_than_it_should(keys, header):
    with pytest.raises(SealError) as refused:
        keys.trusted().verify(f"{segment(header)}.YQ.YQ", typ="a+jws")
    assert code_of(refused) == "malformed_object"


@pytest.mark.parametrize("text", ["", ".", "..", "a.b", "a.b.c.d", "a b.c.d", "é.a.b", "a..b"])
def test_it_refuses_what_is_no_jws(keys, text):
    for verify in (
        lambda: keys.trusted().verify(text, typ="a+jws"),
        lambda: keys.trusted().verify_detached(text, b"", typ="a+jws"),
    ):
        with pytest.raises(SealError):
            verify()


@pytest.fixture(params=list(SUITES))
def suite(request):
    return request.param


def test_keys_come_back_from_their_files(tmp_path, suite):
    path = tmp_path / "310101-hedui.pem"
    made = generate_key(path, suite=suite)
    public = load_public(public_path(path))
    assert load_signer(path).kid == made.kid == public.kid
    assert public.owner == "310101-hedui"
    assert made.suite == public.suite == suite
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    jws = load_signer(path).sign(b"payload", typ="a+jws")
    assert Verifier.of(public).verify(jws, typ="a+jws") == b"payload"


def test_a_key_is_never_overwritten(tmp_path):
    generate_key(tmp_path / "a.pem")
    with pytest.raises(FileExistsError):
        generate_key(tmp_path / "a.pem")


def test_the_kid_is_the_rfc_7638_thumbprint():
    # RFC 8037 appendix A.3 gives the thumbprint of this key
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    key = jwt.algorithms.OKPAlgorithm.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": x})
    assert thumbprint(ed25519, key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_it_refuses_files_that_hold_no_key_of_ours(tmp_path):
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    (tmp_path / "curve.pem").write_bytes(pem)
    (tmp_path / "text.pem").write_text("not a key")
    for name in ("curve.pem", "text.pem", "absent.pem"):
        with pytest.raises(KeyFileError, match=name):
            load_signer(tmp_path / name)
        with pytest.raises(KeyFileError, match=name):
            load_public(tmp_path / name)


def test_a_derived_secret_is_stable_and_of_its_label_alone(suite, tmp_path):
    one, other = tmp_path / "one.pem", tmp_path / "other.pem"
    generate_key(one, suite=suite)
    generate_key(other, suite=suite)
    assert derived_secret(one, b"a") == derived_secret(one, b"a")
    assert derived_secret(one, b"a") != derived_secret(one, b"b")
    assert derived_secret(one, b"a") != derived_secret(other, b"a")


def test_a_private_key_is_not_printed(keys, suite, tmp_path):
    assert "sign_bytes=" not in repr(keys.bank)
    key = SUITES[suite].generate()
    assert SUITES[suite].secret(key).hex() not in repr(key)
    assert "scalar=" not in repr(key)


@pytest.mark.parametrize("wears", ["its own kid", "the kid of the other"])
def test_a_signature_of_one_suite_is_none_under_a_key_of_the_other(ed25519_keys, sm2_keys, wears):
    for owner, other in ((ed25519_keys, sm2_keys), (sm2_keys, ed25519_keys)):
        claimed = {"its own kid": owner.platform, "the kid of the other": other.platform}[wears]
        both = Verifier.of(owner.platform.public(), other.platform.public())
        header = {"alg": algorithm(other.platform), "kid": claimed.kid, "typ": "a+jws"}
        body = f"{segment(header)}.{segment({})}"
        seal = urlsafe_b64encode(owner.platform.sign_bytes(body.encode())).decode().rstrip("=")
        with pytest.raises(SealError) as refused:
            both.verify(f"{body}.{seal}", typ="a+jws")
        assert code_of(refused) == "signature_invalid"
