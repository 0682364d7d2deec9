"""How things look to members, in words that several layers share: themes, palettes, and how real a figure is.

Belongs here: names alone. Colours belong to the charts, sentences to whoever shows them. It imports nothing
of ours, so that messages may import it.
"""

from __future__ import annotations

from typing import Final, Literal

Theme = Literal["dark", "light"]
Palette = Literal["standard", "colour_blind"]
Nature = Literal["live", "replay", "simulated"]
MARKS: Final[dict[Nature, str]] = {"live": "LIVE", "replay": "REPLAY", "simulated": "SIMULATED"}
"""What stands beside a figure, so that nobody takes it for today's market where it is not."""
