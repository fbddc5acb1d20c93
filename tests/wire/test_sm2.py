"""SM2 against the standard's own example and against OpenSSL, which is another implementation."""

import subprocess
from shutil import which

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from hedui.wire.seals import BindingMissing, KeyFileError, generate_key, load_signer, sm2
from hedui.wire.seals.keys import load_publics, public_path
from tests.wire.made import Keys

# GB/T 32918.5 appendix A.2: the example signature on the recommended curve
PUBLIC = bytes.fromhex(
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
PRIVATE = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
EXAMPLE = R.to_bytes(32) + S.to_bytes(32)
needs_openssl = pytest.mark.skipif(which("openssl") is None, reason="no openssl here")


def openssl(folder, *arguments):
    command = ["openssl", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False)


def test_the_standards_example_holds():
    key = sm2.PublicPoint(PUBLIC)
    assert key.z.hex().upper() == "B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3"
    assert sm2.verify(key, b"message digest", EXAMPLE)
    assert not sm2.verify(key, b"message digesT", EXAMPLE)


@pytest.mark.parametrize(
    ("r", "s"), [(0, S), (R, 0), (N, S), (R, N), (R + N, S), (R, N - R), (1, 1)]
)
def test_numbers_out_of_range_are_no_signature(r, s):
    signature = r.to_bytes(33)[-32:] + s.to_bytes(33)[-32:]
    assert not sm2.verify(sm2.PublicPoint(PUBLIC), b"message digest", signature)


@pytest.mark.parametrize(
    "signature", [b"", EXAMPLE[:-1], EXAMPLE + b"\0", b"\0" * 64, b"\xff" * 64]
)
def test_other_lengths_are_no_signature(signature):
    assert not sm2.verify(sm2.PublicPoint(PUBLIC), b"message digest", signature)


def test_a_signature_has_one_form(tmp_path):
    signer = generate_key(tmp_path / "ours.pem", suite="sm2")
    number = 0
    while (signature := signer.sign_bytes(number.to_bytes(4)))[32]:
        number += 1
    public, content = signer.public(), number.to_bytes(4)
    assert public.holds(content, signature)
    assert not public.holds(content, signature[:32] + signature[33:])


@pytest.mark.parametrize("point", [b"", PUBLIC[:-1], bytes(64), PUBLIC[:-1] + b"\0", b"\xff" * 64])
def test_what_is_no_point_of_the_curve_is_no_key(point):
    with pytest.raises(ValueError, match="not a point"):
        sm2.PublicPoint(point)


@needs_openssl
def test_openssl_reads_our_keys_and_verifies_what_we_sign(tmp_path):
    signer = generate_key(tmp_path / "ours.pem", suite="sm2")
    signature = signer.sign_bytes("核对".encode())
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    (tmp_path / "signature").write_bytes(encode_dss_signature(r, s))
    (tmp_path / "text").write_text("核对")
    verifying = ["pkeyutl", "-verify", "-pubin", "-inkey", "ours.pub.pem", "-rawin", "-digest"]
    files = ["sm3", "-in", "text", "-sigfile", "signature"]
    identity = ["-pkeyopt", "distid:1234567812345678"]
    assert openssl(tmp_path, *verifying, *files, *identity).returncode == 0
    (tmp_path / "text").write_text("核错")
    assert openssl(tmp_path, *verifying, *files, *identity).returncode == 1


@needs_openssl
def test_we_read_a_key_that_openssl_made(tmp_path):
    curve = ["-pkeyopt", "ec_paramgen_curve:SM2"]
    openssl(tmp_path, "genpkey", "-algorithm", "EC", *curve, "-out", "theirs.pem")
    openssl(tmp_path, "pkey", "-in", "theirs.pem", "-pubout", "-out", "theirs.pub.pem")
    signer = load_signer(tmp_path / "theirs.pem")
    [public] = load_publics(public_path(tmp_path / "theirs.pem"))
    assert (signer.suite, signer.kid) == ("sm2", public.kid)
    assert public.holds(b"text", signer.sign_bytes(b"text"))


def test_a_private_key_with_anothers_public_half_is_refused(tmp_path):
    generate_key(tmp_path / "other.pem", suite="sm2")
    theirs = sm2.PrivateScalar(PRIVATE, sm2.generate().public)
    (tmp_path / "mixed.pem").write_bytes(sm2.write_private(theirs))
    with pytest.raises(KeyFileError, match="mixed"):
        load_signer(tmp_path / "mixed.pem")


def test_without_the_binding_one_line_says_what_to_install(tmp_path, monkeypatch):
    keys = Keys.make(tmp_path, suite="sm2")
    monkeypatch.setitem(__import__("sys").modules, "gmssl_pyx", None)
    sm2.binding.cache_clear()
    for attempt in (
        lambda: generate_key(tmp_path / "new.pem", suite="sm2"),
        lambda: load_signer(tmp_path / "bank.pem"),
        lambda: load_publics(tmp_path / "bank.pub.pem"),
        lambda: keys.bank.sign_bytes(b""),
    ):
        with pytest.raises((BindingMissing, KeyFileError), match=r"hedui\[sm\]") as told:
            attempt()
        assert "\n" not in str(told.value)
    assert not (tmp_path / "new.pem").exists()
    sm2.binding.cache_clear()
