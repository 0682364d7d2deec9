"""Which of our languages a few words are written in: a count of small words, which says so when in doubt."""

from __future__ import annotations

from collections.abc import Sequence

from services.locales import Locale

_PORTUGUESE = frozenset(
    """
    agora ajuda algo alguém ao aos aqui até boa bom cadê como compara comparar converta converte cotacao
    custa da das de depois deu dia dos ela ele em entre era essa esse esta este está estão eu explica faz
    fazer foi hoje isso isto já lhe mais mas meu minha mostra mostre muito na nada nao nas nos nossa nosso
    não obrigada obrigado olá onde ontem os ou para pela pelo pode por porque posso pra preco quais qual
    quando quanta quanto quantos que quem quero sao se sem ser seu sim sobre sua são tem tenho tá também um
    uma vai vale você voce vocês é à às
    """.split()  # noqa: SIM905 - prose is read and kept more easily than a list of a hundred literals
)
_ENGLISH = frozenset(
    """
    about and any are at be by can compare could did does doing for from gm had has have hello help hey hi
    how i if in into is it its just most much my not of on or our please price show should some tell than
    thanks that the their there they this to today was we were what when where which who why will with would
    you your
    """.split()  # noqa: SIM905 - as above
)
"""Words of one of our languages and not of the other: `a`, `as`, `do`, `me` and `no` are both's."""
_ONLY_PORTUGUESE = frozenset("ãõçâêô")
_HELLO = ["oi"]
"""Alone it greets in Portuguese; beside other words it may be short for open interest."""


def language_of(words: Sequence[str]) -> Locale | None:
    """Return the language that more of `words`, which are in small letters, are of; None where none leads."""
    portuguese = sum(word in _PORTUGUESE or not _ONLY_PORTUGUESE.isdisjoint(word) for word in words)
    english = sum(word in _ENGLISH for word in words)
    if list(words) == _HELLO or portuguese > english:
        return "pt-BR"
    return "en" if english > portuguese else None
