"""Numbers that look random and follow from what they are for: seeds, names, places and moments.

Unlike a generator's they need nothing that came before them, so whoever asks for one alone gets the same.

Source: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", for the mixing.
"""

from __future__ import annotations

import hashlib

import numpy as np

from analytics.candles import Floats, Integers

_STRIDE = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def key_of(*parts: int | str) -> int:
    """Return 64 bits that stand for `parts`, the same in every process."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def uniforms(key: int, places: Integers) -> Floats:
    """Return a number from 0 (included) to 1 (excluded) for each of `places`, of any shape but ()."""
    mixed = places.astype(np.uint64) * _STRIDE + np.uint64(key)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def drifts(key: int, moments_ms: Integers, *, period_ms: int) -> Floats:
    """Return numbers from -1 to 1 that move slowly: drawn once a `period_ms`, and straight in between."""
    place = moments_ms // period_ms
    before, after = uniforms(key, place), uniforms(key, place + 1)
    share = (moments_ms - place * period_ms) / period_ms
    found: Floats = 2.0 * (before + (after - before) * share) - 1.0
    return found


def drift(key: int, moment_ms: int, *, period_ms: int) -> float:
    """Return one of `drifts`."""
    return float(drifts(key, np.array([moment_ms], np.int64), period_ms=period_ms)[0])
