"""Addresses and invitations in a text, however they are disguised, and their removal.

Only what an allow-list names stays. What else of a text may be shown belongs to `outgoing`.
"""

from __future__ import annotations

import re
from typing import Final

_DOT: Final = r"(?:\.|\s?[\[({<]\s?(?:\.|dot|ponto)\s?[\])}>]\s?|\s\.\s?|[\u3002\uff0e\uff61\u2024])"
_ENDINGS: Final = """
    com|net|org|info|biz|xyz|app|dev|site|online|website|store|shop|club|top|link|click|live|life|world|news|blog
    |finance|exchange|trade|trading|market|markets|money|cash|fund|capital|bank|network|digital|tech|cloud|space
    |pro|vip|fun|game|games|gift|gifts|today|host|page|zone|group|agency|support|services|academy|edu|gov|mil
    |int|name|mobi|asia|eth|onion|icu|buzz|monster|lol|bot|chat|social|zip|mov|run|quest|win|bid|men|loan|io|gg
    |co|me|tv|ly|ai|so|sh|cc|ru|cn|br|pt|us|uk|eu|de|fr|es|ch|nl|pl|in|jp|kr|tk|ml|ga|cf|gq|ws|to|fm|am|su|ws|la
    |vc|id|im|is|li|example|test|invalid|lt|lv|fi|se|dk|cz|sk|ua|by|kz|ir|il|tr|gr|bg|ro|hu|rs|si|hr|at|be|ca|mx|ar|cl|pe|au|nz|za
    |ng|hk|tw|sg|my|ph|vn|th|pk|bd|ae|sa|qa|eg|ma|st|pw|nu|tf|re|pm|wf|yt|ac|bz|dj|fo|gl|hn|lc|ms|mu|sc|tc|tl|vg
""".replace("\n", "").replace(" ", "")
_AFTER: Final = r"(?:[:/?#]\S*)?"
_SCHEME: Final = re.compile(
    r"(?<![a-z0-9])(?:(?:h[tx]{1,2}ps?|hxxps?|ftps?|wss?|file|data|javascript|vbscript|mailto|tel|tg|steam"
    r"|discord|"
    r"ipfs|magnet|bitcoin|ethereum)\s?\[?:\]?(?:\s?/\s?/\s?|(?=[a-z0-9/]))\S*"
    r"|[a-z][a-z0-9+.-]{0,20}\s?\[?:\]?//\s?\S*)",
    re.IGNORECASE,
)
_INVITE: Final = re.compile(
    rf"(?:discord(?:app)?\s?{_DOT}\s?(?:gg|com|me|io|li)|discord\s?gg\b|\bt\sme(?=\s?/)|(?<!\w)(?:dsc\s?{_DOT}\s?gg|\.gg|t{_DOT}me"
    rf"|wa{_DOT}me))(?:\s?/\s?\S*)?",
    re.IGNORECASE,
)
_WWW: Final = re.compile(rf"www\s?\d?\s?{_DOT}\s?\S*", re.IGNORECASE)
_LABEL: Final = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOMAIN: Final = re.compile(
    rf"(?<![\w-])(?:[\w.+-]{{1,64}}@)?{_LABEL}(?:{_DOT}{_LABEL}){{0,6}}{_DOT}(?:(?:{_ENDINGS})(?![\w-])"
    rf"|xn--[\w-]+){_AFTER}",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    r"(?<![\d.,])(?!\d{1,3}(?:\.\d{3}){3}(?![:/\d]))(?:\d{1,3}\.){3}\d{1,3}(?:(?::\d{1,5})?/\S*|:\d{1,5})?"
    r"(?![\d,])"
    r"|\[[0-9a-f:]{2,45}\](?=[:/])\S*",
    re.IGNORECASE,
)
_PATH: Final = re.compile(r"(?<![\w-])(?=\w)[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}/\S*")
"""What has a dot and a path behind it is an address, whatever its ending."""
_SPELLED: Final = re.compile(
    r"(?<![\w-])(?!(?:a|an|the|o|no|ao|do|um|cada|esse|este|nesse|neste|desse|deste|mesmo|outro|melhor|pior|[uú]ltimo|primeiro)\s)"
    r"[\w-]+(?:\s(?:dot|ponto)\s[\w-]+)*\s(?:dot|ponto)\s(?:com|net|org|info|xyz|app|dev|io|gg|site|online|click|link|shop|store|top"
    r"|club|biz|co|me|ru|cn|br|finance|exchange|example|test|live|pro|vip|tv|ly|cc)(?![\w-])(?:\s?/\s?\S+|\s(?:slash|barra)\s\S+)*"
    r"|(?<![\w-])[\w-]+(?:\s(?:dot|ponto)\s[\w-]+){2,}",
    re.IGNORECASE,
)
"""With its points in words, as no sentence has them."""
_REST: Final = re.compile(r":\s?//|(?<=\w)://|\bwww\b\.?", re.IGNORECASE)
_MASKED: Final = re.compile(
    r"!?\[(?P<text>[^\[\]\n]{0,300})\]\s?\(\s?<?(?P<target>[^\s()<>]{0,600})[^()\n]{0,200}\)"
)
_DEFINED: Final = re.compile(r"^ {0,3}\[[^\[\]\n]{1,100}\]: ?\S[^\n]*$", re.MULTILINE)
_KINDS: Final = (_SCHEME, _INVITE, _WWW, _PATH, _DOMAIN, _ADDRESS, _SPELLED)


def without_links(text: str) -> str:
    """Return `text` without addresses; a masked one leaves its words behind.

    Args:
        text: plain letters, as `letters.plain` writes them.
    """
    unmasked = _DEFINED.sub("", _MASKED.sub(_unmasked, text))
    for kind in _KINDS:
        unmasked = kind.sub(" ", unmasked)
    return _REST.sub(" ", unmasked)


def has_links(text: str) -> bool:
    """Return whether `without_links` would take an address out of `text`, with words or without."""
    return any(kind.search(text) for kind in (_DEFINED, _MASKED, *_KINDS))


def _unmasked(found: re.Match[str]) -> str:
    return f"{found['text']} "
