"""Cards on the bus: what the chat process answers, as a bot shows it."""

from __future__ import annotations

from cogs._ui.card import Action, Card, Fact, Picture
from services.chat.messages import ActionShown, FactShown, PictureShown, Shown


def to_shown(card: Card, *, part: str) -> Shown:
    """Return a card without the bytes of its picture, which are kept at `part`."""
    picture = card.picture
    return Shown(
        verdict=card.verdict,
        title=card.title,
        facts=[FactShown(name=one.name, value=one.value, is_wide=one.is_wide) for one in card.facts],
        picture=None if picture is None else PictureShown(part=part, name=picture.name, alt=picture.alt),
        actions=[ActionShown(label=one.label, press=one.press, style=one.style) for one in card.actions],
        footnote=card.footnote,
        tone=card.tone,
        accent=card.accent,
    )


def to_card(shown: Shown, png: bytes | None) -> Card:
    """Return the card; its picture is left out where its bytes are gone."""
    picture = shown.picture
    return Card(
        verdict=shown.verdict,
        title=shown.title,
        facts=tuple(Fact(one.name, one.value, one.is_wide) for one in shown.facts),
        picture=None if picture is None or png is None else Picture(png, picture.name, picture.alt),
        actions=tuple(Action(one.label, one.press, one.style) for one in shown.actions),
        footnote=shown.footnote,
        tone=shown.tone,
        accent=shown.accent,
    )
