"""What is said of the sky, and of what it has to do with a market.

Bodies, signs, phases and aspects are English words, which whoever shows them translates. Longitudes are in
degrees of the ecliptic of date, seen from the centre of the Earth.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from services.bus.messages import Message, Request
from services.market.messages import Origin

Lack = Literal["no source", "no reading yet", "its source cannot be read"]


class DailyCloses(Message, frozen=True, kw_only=True):
    """Closes of a market's days, oldest first; a day begins at `time`, in ms since 1970, UTC."""

    market: str
    time: list[int]
    close: list[float]
    origin: Origin


class Spot(Message, frozen=True, kw_only=True):
    """A longitude, and the sign of the tropical zodiac that it is so many degrees into."""

    longitude: float
    sign: str
    degree: float


class Place(Message, frozen=True, kw_only=True):
    """Where a body stands, and how many degrees it moves in a day; less than none where it is retrograde."""

    body: str
    spot: Spot
    speed: float

    @property
    def is_retrograde(self) -> bool:
        """Return whether it moves backwards through the signs."""
        return self.speed < 0


class AspectSeen(Message, frozen=True, kw_only=True):
    """Two bodies in aspect; `orb` is how many degrees they are from exact."""

    first: str
    second: str
    kind: str
    orb: float
    is_applying: bool


class SkyEvent(Message, frozen=True, kw_only=True):
    """Something that happens in the sky, such as ``{planet} turns retrograde``."""

    title: str
    """A key of the texts, with places."""
    at: datetime
    words: dict[str, str] = msgspec.field(default_factory=dict)
    """What stands in the places: texts themselves."""
    distance_km: float | None = None
    """Of perigee and apogee."""


class Measured(Message, frozen=True, kw_only=True):
    """A value that an instrument read, with whoever published it."""

    value: float
    at: datetime
    source: str


class SolarCycle(Message, frozen=True, kw_only=True):
    """The cycle of sunspots that runs, by the month of the minimum that it began with."""

    number: int
    began: datetime
    years: float
    """Since then."""


class Sky(Message, frozen=True, kw_only=True):
    """The sky at a moment. What nobody read up to then is None, and so is a cycle nobody knows yet."""

    at: datetime
    places: list[Place]
    aspects: list[AspectSeen]
    """The closest first."""
    phase: str
    lit: float
    """The share of the Moon's disc, 0 to 1."""
    age_days: float
    mean_node: Spot
    true_node: Spot
    cycle: SolarCycle | None = None
    sunspots: Measured | None = None
    schumann: Measured | None = None
    """The fundamental of the Schumann resonance, in Hz."""
    sunspots_lack: Lack = "no source"
    """Why there is no number, where there is none."""
    schumann_lack: Lack = "no source"

    def place(self, body: str) -> Place:
        """Return where `body` stands.

        Raises:
            KeyError: there is no such body.
        """
        return {place.body: place for place in self.places}[body]

    @property
    def retrograde(self) -> list[str]:
        """Return which planets are retrograde."""
        return [place.body for place in self.places if place.is_retrograde]


class MoonFinding(Message, frozen=True, kw_only=True):
    """The Moon at a moment, and what it does next."""

    at: datetime
    place: Place
    phase: str
    lit: float
    age_days: float
    distance_km: float
    mean_node: Spot
    true_node: Spot
    before: list[SkyEvent]
    """The last four quarters, the oldest first."""
    quarters: list[SkyEvent]
    """The next four, the nearest first."""
    apsides: list[SkyEvent]
    """The next perigee and the next apogee, in the order in which they come."""
    eclipses: list[SkyEvent]
    """The next of the Sun and the next of the Moon, likewise."""


class Turn(Message, frozen=True, kw_only=True):
    """The moment a planet stands still, to be retrograde afterwards or direct."""

    planet: str
    at: datetime
    spot: Spot
    is_retrograde: bool


class Backwards(Message, frozen=True, kw_only=True):
    """A planet that is retrograde, since when and until when."""

    place: Place
    since: datetime
    until: datetime


class Retrogrades(Message, frozen=True, kw_only=True):
    """Which planets are retrograde at a moment, and which turn when."""

    at: datetime
    planets: list[Backwards]
    turns: list[Turn]
    """The next of each planet, the nearest first."""


class Aspects(Message, frozen=True, kw_only=True):
    """The aspects at a moment, the closest first."""

    at: datetime
    aspects: list[AspectSeen]


class Calendar(Message, frozen=True, kw_only=True):
    """What happens in the `days` after a moment, the nearest first."""

    at: datetime
    days: int
    events: list[SkyEvent]


class Factor(Message, frozen=True, kw_only=True):
    """Something in the sky that is said to move markets: a name to ask by, and a title in English."""

    name: str
    title: str


class Factors(Message, frozen=True, kw_only=True):
    """Every factor that can be tested."""

    factors: list[Factor]


class FactorTested(Message, frozen=True, kw_only=True):
    """What a market's days say of a factor. Nothing sizes or triggers a trade by it."""

    factor: Factor
    market: str
    days: int
    labelled: int
    """On how many of them the factor was at work."""
    first_at: datetime
    last_at: datetime
    """The beginnings of the first and the last day, in market time."""
    effect: float
    """The mean return of those days less that of the others, as a share; 0.001 is 0.1 % a day."""
    low: float
    high: float
    """Its 95 % interval."""
    p_alone: float
    p: float
    """Corrected for all that were `tried`."""
    tried: int
    rounds: int
    """How often the returns were put into another order."""
    block: int
    """How many days stayed together."""
    is_found: bool
    origin: Origin


class GetSky(Request[Sky], frozen=True, kw_only=True, tag="cosmic.get_sky"):
    """Ask for the sky, now or `at` another moment. Raises `UserMistake` for one outside 1800 to 2100."""

    at: datetime | None = None


class GetMoon(Request[MoonFinding], frozen=True, kw_only=True, tag="cosmic.get_moon"):
    """Ask for the Moon. Raises as `GetSky`."""

    at: datetime | None = None


class GetRetrogrades(Request[Retrogrades], frozen=True, kw_only=True, tag="cosmic.get_retrogrades"):
    """Ask which planets are retrograde, and which turn next. Raises as `GetSky`."""

    at: datetime | None = None


class GetAspects(Request[Aspects], frozen=True, kw_only=True, tag="cosmic.get_aspects"):
    """Ask which bodies are in aspect. Raises as `GetSky`."""

    at: datetime | None = None


class GetCalendar(Request[Calendar], frozen=True, kw_only=True, tag="cosmic.get_calendar"):
    """Ask what happens in the next `days`, up to 366. Raises as `GetSky`, and `UserMistake` for more."""

    days: int = 30
    at: datetime | None = None


class ListFactors(Request[Factors], frozen=True, kw_only=True, tag="cosmic.list_factors"):
    """Ask what can be tested."""


class TestFactor(Request[FactorTested], frozen=True, kw_only=True, tag="cosmic.test_factor"):
    """Ask what the days of a market say of a factor.

    Raises `UserMistake` for an unknown factor, and where there are too few days, and as
    `services.market.messages.GetCandles`.
    """

    __test__: ClassVar[bool] = False
    """Its name must not make a test runner take it for a test."""
    factor: str
    """Its name or its title."""
    market: str
