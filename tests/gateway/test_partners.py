"""Whose messages a department takes, by the key files that it was given."""

import pytest

from hedui.gateway.partners import Partners
from hedui.wire.seals import KeyFileError, SealError, generate_key, write_public
from hedui.wire.seals.keys import add_public, public_pem

PLATFORM, ANOTHER = "310101-hedui.pub.pem", "320101-hedui.pub.pem"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "partners"
    folder.mkdir()
    return folder


def owners(partners, *signers):
    """Return to whom each signer's key is bound; `nobody` where it is not trusted."""
    verifier, told = partners.verifier(), []
    for signer in signers:
        try:
            told.append(verifier.key_of(signer.sign(b"", typ="any"), typ="any").owner)
        except SealError:
            told.append("nobody")
    return told


def test_a_key_named_after_its_owner_is_bound_to_it(folder, keys):
    write_public(keys.platform, folder / PLATFORM)
    write_public(keys.stranger, folder / ANOTHER)
    bound = owners(Partners(folder), keys.platform, keys.stranger)
    assert bound == ["310101-hedui", "320101-hedui"]


def test_beside_others_a_key_that_names_no_owner_is_told_of_and_not_taken(folder, keys, caplog):
    write_public(keys.platform, folder / PLATFORM)
    write_public(keys.stranger, folder / "platform.pub.pem")
    partners = Partners(folder)
    partners.need_key()
    assert owners(partners, keys.platform, keys.stranger) == ["310101-hedui", "nobody"]
    assert "platform.pub.pem：未予采用；有多个公钥时，文件须以所有者命名" in caplog.text


def test_a_key_is_not_freed_from_its_owner_by_a_copy_that_names_none(folder, keys):
    write_public(keys.platform, folder / PLATFORM)
    write_public(keys.platform, folder / "platform.pub.pem")
    assert owners(Partners(folder), keys.platform) == ["310101-hedui"]


@pytest.mark.parametrize("given", ["platform.pub.pem", "."])
def test_the_only_key_need_name_no_owner(folder, keys, given):
    write_public(keys.platform, folder / "platform.pub.pem")
    partners = Partners(folder / given)
    partners.need_key()
    assert owners(partners, keys.platform) == [None]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "没有可用的合作方公钥"),
        ({"readme.txt": "x"}, "没有可用的合作方公钥"),
        ({"a.pem": "x"}, "a.pem：不是可用的 PEM 公钥"),
        ({"a.pem": "x", "b.pem": "y"}, "b.pem：不是可用的 PEM 公钥"),
    ],
)
def test_it_needs_one_key_that_can_be_read(folder, files, said):
    for name, content in files.items():
        (folder / name).write_text(content)
    with pytest.raises(KeyFileError) as refused:
        Partners(folder).need_key()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_it_does_not_take_a_private_key_for_a_public_one(tmp_path):
    generate_key(tmp_path / "private.pem")
    with pytest.raises(KeyFileError):
        Partners(tmp_path / "private.pem").need_key()


def test_a_key_may_come_later(folder, keys):
    partners = Partners(folder)
    assert owners(partners, keys.platform) == ["nobody"]
    write_public(keys.platform, folder / PLATFORM)
    assert owners(partners, keys.platform) == ["310101-hedui"]


def test_in_an_overlap_both_keys_of_a_partner_are_taken_from_its_one_file(folder, keys):
    (folder / PLATFORM).write_bytes(public_pem(keys.platform.public()))
    partners = Partners(folder)
    assert owners(partners, keys.platform, keys.bank) == ["310101-hedui", "nobody"]
    add_public(keys.bank, folder / PLATFORM)
    assert owners(partners, keys.platform, keys.bank) == ["310101-hedui", "310101-hedui"]
    (folder / PLATFORM).write_bytes(public_pem(keys.bank.public()))
    assert owners(partners, keys.platform, keys.bank) == ["nobody", "310101-hedui"]


@pytest.mark.parametrize("beside", ["", "x", "-----BEGIN PUBLIC KEY-----"])
def test_a_file_of_which_a_part_is_no_key_is_left_aside_whole(folder, keys, beside):
    key = public_pem(keys.platform.public()).decode()
    (folder / PLATFORM).write_text(key + beside)
    bound = owners(Partners(folder), keys.platform)
    assert bound == (["nobody"] if beside else ["310101-hedui"])
