"""
OpenPGP signatures 部门只能以 OpenPGP 签名: of a manifest, in a file beside it.

For offices that sign files with what they have. The key is pinned: a certificate in the folder of
connections, named by the department's own file there.
"""

from pathlib import Path

from hedui.procedure.record.outcome import Trouble
from hedui.wire.files import FileFault

MOST_BYTES = 64 * 1024


def verify(body: bytes, signature: bytes, key_file: Path) -> str:
    """
    Return the fingerprint of the certificate that signed, if it is the one that is pinned.

    :raises FileFault: the signature does not hold; Trouble: the certificate cannot be used
    """
    try:
        import pysequoia  # noqa: PLC0415 - an extra
    except ImportError:
        raise Trouble("没有安装 OpenPGP 组件,请运行 pip install 'hedui[openpgp]'。") from None
    try:
        pinned = pysequoia.Cert.from_file(str(key_file))
    except Exception:  # noqa: BLE001 - the library names no errors of its own
        raise Trouble(f"{key_file} 不是可以使用的 OpenPGP 公钥。") from None
    try:
        given = pysequoia.Sig.from_bytes(signature)
        verified = pysequoia.verify(bytes=body, store=lambda _: [pinned], signature=given)
        fingerprints = [str(one.certificate) for one in verified.valid_sigs]
        fingerprints.index(str(pinned.fingerprint))
    except Exception:  # noqa: BLE001 - as above
        raise FileFault("signature") from None
    return f"openpgp:{pinned.fingerprint}"
