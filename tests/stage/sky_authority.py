"""Skyfield with the ephemeris DE421 as the authority on where bodies are, in universal time."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.candles import Floats

with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)  # the Earth's rotation it ships ends before today
    from skyfield.api import Loader
    from skyfield_data import get_skyfield_data_path

    _LOAD = Loader(get_skyfield_data_path(), expire=False)

TIMES: Any = _LOAD.timescale(builtin=True)
EPHEMERIS: Any = _LOAD("de421.bsp")
_OUTER = ("Jupiter", "Saturn", "Uranus", "Neptune", "Pluto")
_JULIAN = 2_415_020.0


def moments(days: npt.ArrayLike) -> Any:
    """Return our moments as Skyfield's times, whose UTC knows no leap second before 1972 or to come."""
    return TIMES.ut1_jd(np.asarray(days) + _JULIAN)


def longitudes(body: str, days: npt.ArrayLike) -> Floats:
    """Return apparent geocentric longitudes of date in degrees."""
    name = f"{body.lower()} barycenter" if body in _OUTER else body.lower()
    seen = EPHEMERIS["earth"].at(moments(days)).observe(EPHEMERIS[name]).apparent()
    return np.asarray(seen.ecliptic_latlon(epoch="date")[1].degrees)


def speeds(body: str, days: npt.ArrayLike) -> Floats:
    """Return speeds in longitude in degrees a day, over an hour."""
    at = np.asarray(days)
    late, early = longitudes(body, at + 1 / 48), longitudes(body, at - 1 / 48)
    return np.asarray(((late - early + 180) % 360 - 180) * 24)


def moon_node(days: npt.ArrayLike) -> Floats:
    """Return the longitude of the osculating ascending node of the Moon in degrees."""
    from skyfield.framelib import ecliptic_frame  # noqa: PLC0415 - what imports this module may not need it

    at = moments(days)
    seen = (EPHEMERIS["moon"] - EPHEMERIS["earth"]).at(at)
    normal = np.cross(seen.xyz.au.T, seen.velocity.au_per_d.T).T
    turned = np.einsum("ijn,jn->in", ecliptic_frame.rotation_at(at), normal)
    return np.asarray(np.degrees(np.arctan2(turned[0], -turned[1])) % 360)
