"""What a persona says in conversation, beside what its cogs say."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_ASK = "price of BTC"

LINES: Final[tuple[Line, ...]] = (
    Line(name="chat_thanks", sample={"member": "mia"}),
    Line(name="chat_goodbye", sample={"member": "mia"}),
    Line(
        name="chat_who",
        sample={
            "name": "Xyko",
            "strengths": ["prices and charts", "order books"],
            "example": "/price market:BTC/USDT:USDT",
        },
        must=("name", "example"),
    ),
    Line(name="chat_small_talk", sample={"member": "mia"}),
    Line(name="chat_advice", sample={"market": "BTC"}, must=("market",)),
    Line(name="chat_advice", sample={"market": None}),
    Line(name="chat_trade", sample={"example": "/order"}, must=("example",)),
    Line(name="chat_cannot", sample={"example": "/help"}, must=("example",)),
    Line(
        name="chat_unsure",
        sample={"guesses": ["the price of BTC", "the chart of BTC"], "example": _ASK},
        must=("example",),
    ),
    Line(name="chat_unsure", sample={"guesses": [], "example": _ASK}, must=("example",)),
    Line(name="chat_distress"),
    Line(name="chat_private", sample={"what": "your positions"}, must=("what",)),
    Line(name="chat_remembered", sample={"fact": "I trade on 4h"}),
    Line(name="chat_forgotten"),
    Line(name="chat_memory_off"),
    Line(name="chat_model_spent"),
)
"""advice: whether to buy or sell, which nobody here says. trade: nothing is bought or sold by chat.
cannot: what no bot here does. unsure: what was meant is asked. distress: where to
find help, for who speaks of ending their life. private: shown behind a button. memory_off:
nothing was remembered, since the member has not switched it on. model_spent: today's budget is spent."""
