"""What rose and fell most in 24 hours as a card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from cogs._ui.card import Card, refresh
from cogs._ui.origin import age, footnote, nature, origin_facts
from cogs._ui.tables import row, table
from services.market.figures import currency_of, day_before
from services.market.messages import Quote
from services.personas.voice import Voice

Direction = Literal["up", "down"]
_NAMES: Final[dict[Direction, str]] = {"up": "Rose most in 24 h", "down": "Fell most in 24 h"}


def movers_card(
    moved: Mapping[Direction, Sequence[Quote]],
    voice: Voice,
    *,
    now: datetime,
    key: str,
    limit: int,
    others: Sequence[Quote] = (),
) -> Card:
    """Return the card of the markets that moved most, in each direction that was asked for.

    Where none moved so, `others` that moved the other way tell that, and where it is known from.
    """
    text = voice.text
    read = [*(quote for quotes in moved.values() for quote in quotes), *others]
    still = [at for at, quotes in moved.items() if read and not quotes]
    missing = "both" if len(still) > 1 else next(iter(still), None)
    facts: dict[str, object] = {"up_market": None, "down_market": None, "still": missing}
    for direction, quotes in moved.items():
        if quotes:
            leader = {"market": quotes[0].market, "change": _move(quotes[0], voice)}
            facts |= {f"{direction}_{name}": value for name, value in leader.items()}
    origins = [quote.origin for quote in read]
    return Card(
        title=text("Movers of the last 24 h"),
        verdict=voice.render("movers", key=key, **facts),
        facts=(
            *(
                fact
                for at, quotes in moved.items()
                for fact in table(text(_NAMES[at]), _rows(quotes, voice, now))
            ),
            *origin_facts(origins, voice, now=now, of="Price"),
        ),
        actions=refresh("movers", " ".join(moved), str(limit), voice.card.name, text=text),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _rows(quotes: Sequence[Quote], voice: Voice, now: datetime) -> list[str]:
    return [line for quote in quotes for line in _pair(quote, voice, now)]


def _pair(quote: Quote, voice: Voice, now: datetime) -> Iterator[str]:
    numbers = voice.numbers
    price = f"{numbers.price(quote.price, quote.tick)} {currency_of(quote.market)}"
    yield row(quote.market, _move(quote, voice))
    yield row(f" {price}", f"{nature(quote.origin, voice.text)} {age(quote.origin, numbers, now)}")


def _move(quote: Quote, voice: Voice) -> str:
    before = day_before(quote)
    return voice.text("not known") if before is None else voice.numbers.move(before, quote.price)
