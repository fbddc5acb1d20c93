"""Private code points of the old encodings become the characters they always meant."""

import unicodedata

from hedui.values import private_use


def pua_bytes() -> dict[int, bytes]:
    """Give for each GBK private code point its two bytes: FE50…FEA0 without FE7F, in order."""
    trails = [trail for trail in range(0x50, 0xA1) if trail != 0x7F]
    return {0xE815 + n: bytes((0xFE, trail)) for n, trail in enumerate(trails)}


def test_the_eighteen_of_2022_have_their_present_code_points() -> None:
    moved = "".join(chr(private_use.HAN[code]) for code in private_use.HAN_MOVED_IN_2022)
    assert moved == "龴龵龶龷龸龹龺龻"
    assert [ord(c) for c in moved] == list(range(0x9FB4, 0x9FBC))
    marks = {0xE78D: "COMMA", 0xE78E: "IDEOGRAPHIC FULL STOP", 0xE78F: "IDEOGRAPHIC COMMA"}
    for code, name in marks.items():
        there = private_use.VERTICAL_MARKS[code]
        assert unicodedata.name(chr(there)) == f"PRESENTATION FORM FOR VERTICAL {name}"
    assert sorted(private_use.VERTICAL_MARKS.values()) == list(range(0xFE10, 0xFE1A))
    assert len(private_use.HAN_MOVED_IN_2022) + len(private_use.VERTICAL_MARKS) == 18


def test_the_table_has_all_eighty_of_gbk_and_is_one_to_one() -> None:
    assert sorted(private_use.HAN) == list(range(0xE815, 0xE865))
    assert len(set(private_use.PRESENT.values())) == len(private_use.PRESENT) == 92
    assert not any(unicodedata.category(chr(c)) == "Co" for c in private_use.PRESENT.values())


def test_it_agrees_with_the_codec_of_the_first_edition_where_that_knew_the_character() -> None:
    # Python's gb18030 is the edition of 2000: what it maps out of private use, we map the same way
    known = {}
    for code, raw in pua_bytes().items():
        character = raw.decode("gb18030")
        if unicodedata.category(character) != "Co":
            known[code] = ord(character)
    assert len(known) == 66
    assert known.items() <= private_use.HAN.items()


def test_bytes_decode_as_the_edition_of_2022_does() -> None:
    assert private_use.decode_gb18030(b"\xfe\x59") == "龴"
    assert private_use.decode_gb18030(bytes.fromhex("82359037")) == "龴"
    assert private_use.decode_gb18030(b"\xfe\x51") == "\U00020087"
    assert private_use.decode_gb18030("王䶮".encode("gb18030")) == "王䶮"
    assert private_use.decode_gb18030(b"\xcd\xf5\xfe\x9f") == "王䶮"


def test_private_code_points_of_others_stay_as_they_are() -> None:
    assert private_use.mapped("\ue000王\ue863") == "\ue000王䶮"
