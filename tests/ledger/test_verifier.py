"""The verifier's own arithmetic and reading, where an honest ledger never leads it."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hedui.ledger import verify
from hedui.wire.seals import generate_key

INFINITY = (1, 1, 0)


@pytest.mark.parametrize("suite", ["ed25519", "sm2"])
def test_a_key_has_the_name_that_departments_give_it(tmp_path, suite):
    public = generate_key(tmp_path / "key.pem", suite=suite).public()
    assert verify._thumbprint(public.raw.hex()) == public.kid


def test_a_point_and_its_contrary_come_to_nothing(tmp_path):
    raw = generate_key(tmp_path / "key.pem", suite="sm2").public().raw
    x, y = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    point, contrary = (x, y, 1), (x, verify.SM2_P - y, 1)
    assert verify._added(point, contrary)[2] % verify.SM2_P == 0
    assert verify._added(INFINITY, point) == verify._added(point, INFINITY) == point


def test_a_key_that_is_no_point_of_the_curve_signs_nothing():
    """Of a point whose double is nothing anybody could make signatures: s is 1, r + s is even."""
    public = (1).to_bytes(32) + bytes(32)
    constants = (verify.SM2_P - 3, verify.SM2_B, *verify.SM2_G)
    curve = b"".join(number.to_bytes(32) for number in constants)
    signer = verify._sm3(bytes([0, 128]) + verify.SM2_IDENTITY + curve + public)
    for content in (b"%d" % number for number in range(8)):
        digest = int.from_bytes(verify._sm3(signer + content))
        r = (digest + verify.SM2_G[0]) % verify.SM2_N
        assert not verify.sm2_holds(public, content, r.to_bytes(32) + (1).to_bytes(32))


@pytest.mark.parametrize("wrong", [{"alg": "none"}, {"kid": "another"}, {"typ": "JWT"}])
def test_a_count_that_was_signed_as_something_else_does_not_hold(tmp_path, wrong):
    signer = generate_key(tmp_path / "key.pem")
    signed = signer.sign(b"{}", typ=verify.COUNTS)
    assert verify._claims(signed, signer.public().raw.hex()) == {}
    head, rest = signed.split(".", 1)
    said = json.loads(base64.urlsafe_b64decode(head + "==")) | wrong
    other = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    with pytest.raises(verify.Broken, match="不是这样签署的"):
        verify._claims(f"{other}.{rest}", signer.public().raw.hex())


@pytest.mark.parametrize(("kind", "length"), [(1, 31), (2, 32), (4, 16)])
def test_an_export_with_a_key_that_is_none_is_not_read(kind, length):
    key = {"name": "x", "kind": kind, "public": base64.b64encode(bytes(length)).decode()}
    header = json.dumps({"format": verify.FORMAT, "keys": [key]}).encode()
    with pytest.raises(verify.Unreadable, match="不是台账导出文件"):
        verify.verify(iter([header]))


def test_a_key_that_cannot_sign_is_no_key_of_a_ledger(tmp_path):
    public = x25519.X25519PrivateKey.generate().public_key()
    file = tmp_path / "exchange.pem"
    file.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(verify.Unreadable, match="不是 Ed25519 或 SM2 公钥"):
        verify.public_keys_in(file)


def test_a_key_on_a_curve_that_nobody_here_knows_is_none_either(tmp_path):
    der = verify._SM2_DER.replace(bytes.fromhex("822d"), bytes.fromhex("822e")) + bytes(64)
    file = tmp_path / "curve.pem"
    body = base64.b64encode(der).decode()
    file.write_text(f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
    with pytest.raises(verify.Unreadable, match="不是 Ed25519 或 SM2 公钥"):
        verify.public_keys_in(file)
