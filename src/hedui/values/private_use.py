"""Characters that Chinese encodings once kept in Unicode's private use area (用户自定义区).

GBK and GB 18030-2000 had characters that Unicode did not yet know; software put them at
U+E78D…E864, where today nothing tells what they look like. GB 18030-2022 moved the last eighteen
of them to their own code points (龴龵龶龷龸龹龺龻 and ten vertical punctuation marks). Names in old
databases still carry all of them: 䶮 arrives as U+E863. :func:`mapped` gives each its present one.

Sources: GB 18030-2022 against 2000 and 2005 as described in Unicode L2/22-274; the GBK rows
FE50…FEA0 checked code by code against ICU 78, whose gb18030 decoder follows the edition of 2022;
the six that ICU leaves private (U+E816, E817, E818, E831, E83B, E855) after the published list of
changes to glibc's table. Python's gb18030 codec is older and still yields private code points.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

VERTICAL_MARKS: Final[Mapping[int, int]] = MappingProxyType(
    {
        # the second and third change places, as the standard has them
        0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14,
        0xE792: 0xFE15, 0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19,
    }
)  # fmt: skip
"""Vertical punctuation (竖排标点), bytes A6D9…A6F3; moved by GB 18030-2022."""

HAN_MOVED_IN_2022: Final = (
    0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864,
)  # fmt: skip
"""The eight private code points of Han components that GB 18030-2022 gave up."""

LATIN: Final[Mapping[int, int]] = MappingProxyType({0xE7C7: 0x1E3F, 0xE7C8: 0x01F9})
"""ḿ (moved in 2005) and ǹ (moved in 2000)."""

HAN: Final[Mapping[int, int]] = MappingProxyType(
    {
        0xE815: 0x2E81, 0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC,
        0xE819: 0x2E84, 0xE81A: 0x3473, 0xE81B: 0x3447, 0xE81C: 0x2E88,
        0xE81D: 0x2E8B, 0xE81E: 0x9FB4, 0xE81F: 0x359E, 0xE820: 0x361A,
        0xE821: 0x360E, 0xE822: 0x2E8C, 0xE823: 0x2E97, 0xE824: 0x396E,
        0xE825: 0x3918, 0xE826: 0x9FB5, 0xE827: 0x39CF, 0xE828: 0x39DF,
        0xE829: 0x3A73, 0xE82A: 0x39D0, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
        0xE82D: 0x3B4E, 0xE82E: 0x3C6E, 0xE82F: 0x3CE0, 0xE830: 0x2EA7,
        0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE833: 0x2EAA, 0xE834: 0x4056,
        0xE835: 0x415F, 0xE836: 0x2EAE, 0xE837: 0x4337, 0xE838: 0x2EB3,
        0xE839: 0x2EB6, 0xE83A: 0x2EB7, 0xE83B: 0x2298F, 0xE83C: 0x43B1,
        0xE83D: 0x43AC, 0xE83E: 0x2EBB, 0xE83F: 0x43DD, 0xE840: 0x44D6,
        0xE841: 0x4661, 0xE842: 0x464C, 0xE843: 0x9FB9, 0xE844: 0x4723,
        0xE845: 0x4729, 0xE846: 0x477C, 0xE847: 0x478D, 0xE848: 0x2ECA,
        0xE849: 0x4947, 0xE84A: 0x497A, 0xE84B: 0x497D, 0xE84C: 0x4982,
        0xE84D: 0x4983, 0xE84E: 0x4985, 0xE84F: 0x4986, 0xE850: 0x499F,
        0xE851: 0x499B, 0xE852: 0x49B7, 0xE853: 0x49B6, 0xE854: 0x9FBA,
        0xE855: 0x241FE, 0xE856: 0x4CA3, 0xE857: 0x4C9F, 0xE858: 0x4CA0,
        0xE859: 0x4CA1, 0xE85A: 0x4C77, 0xE85B: 0x4CA2, 0xE85C: 0x4D13,
        0xE85D: 0x4D14, 0xE85E: 0x4D15, 0xE85F: 0x4D16, 0xE860: 0x4D17,
        0xE861: 0x4D18, 0xE862: 0x4D19, 0xE863: 0x4DAE, 0xE864: 0x9FBB,
    }
)  # fmt: skip
"""The eighty GBK characters FE50…FEA0 (汉字及部件) at U+E815…E864."""

PRESENT: Final[Mapping[int, int]] = MappingProxyType({**VERTICAL_MARKS, **LATIN, **HAN})
"""All of them: private code point → present code point."""


def mapped(text: str) -> str:
    """Replace every private code point of the standard by its present character.

    Private code points outside the standard stay: what they look like only their maker knows.
    """
    return text.translate(PRESENT)


def decode_gb18030(raw: bytes) -> str:
    """Decode GB 18030 (GBK, GB 2312) bytes as the edition of 2022 does, for names.

    Unlike the standard's round trip table, bytes that mean a private code point also give the
    present character, because here the character counts and not the byte.

    :raises UnicodeDecodeError: the bytes are not GB 18030
    """
    return mapped(raw.decode("gb18030"))
