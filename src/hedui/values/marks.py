"""How the marks between Chinese words are written (标点)."""

import re

_CHINESE = "[\u3400-\u9fff\u3001-\u301f\uff08-\uff1f“”]"
_FULL = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}
_BETWEEN = re.compile(f"(?<={_CHINESE})([,:;?!])|(?:(?<=[0-9A-Za-z%])([,;])(?={_CHINESE}))")
_BRACKETS = re.compile(rf"\(([^()]*{_CHINESE}[^()]*)\)")


def punctuated(text: object) -> str:
    """Write the marks between Chinese words at full width, as Chinese is set."""
    written = _BRACKETS.sub(r"（\1）", str(text))
    return _BETWEEN.sub(lambda found: _FULL[found[0]], written)
