"""A stochastic market: correlated prices whose volatility clusters, that jump, and that change their mood.

Knows log prices and steps only: no clock, no names, no ticks. The same generator state gives the same prices,
and growing in two pieces gives the same as growing at once.

Source: Bollerslev (1986), "Generalized Autoregressive Conditional Heteroskedasticity", for the variance;
Cont (2001), "Empirical properties of asset returns: stylized facts and statistical issues", for what the
result must show; Merton (1976), "Option pricing when underlying stock returns are discontinuous", for jumps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.candles import Floats, Integers

_DAY_MS = 86_400_000
_MINUTE_MS = 60_000

_SUBSTEPS = 12
"""Prices drawn inside one bar; its high and low are theirs."""
_REACTION, _MEMORY = 0.10, 0.88
_HOTTEST = 16.0
"""Variance never exceeds this multiple of its mean, so that no seed runs away."""

_RANGE, _TREND, _PANIC = 0, 1, 2
_STAY_BARS = np.array([360.0, 240.0, 30.0])
_LOUDNESS = np.array([0.9, 1.0, 2.5])
_TREND_PULL, _PANIC_PULL, _RANGE_PULL = 0.04, -0.08, 0.01
_PANIC_SHARE = 0.1
_PANIC_COUPLING = 0.5
"""How far a panic moves each coupling towards 1: everything falls together."""

_JUMP_CHANCE, _COMMON_JUMP_CHANCE = 1 / 700, 1 / 1500
_JUMP_SIGMAS = 4.0
_BASIS_MEMORY, _BASIS_STEP = 0.95, 0.00005


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """How one market moves."""

    volatility: float
    """Standard deviation of a day's log return."""
    turnover: float
    """Mean volume of a minute, in base currency."""
    coupling: float
    """Correlation of its returns with the factor all markets share, 0 to 1."""
    follows: int | None = None
    """Position of the market whose price this one has but for a small basis (spot follows its perpetual)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBars:
    """Bars of several markets: prices are natural logarithms; all arrays have the shape (bars, markets)."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    """In base currency."""


@dataclass(frozen=True, slots=True)
class _Draws:
    shocks: Floats  # (bars, substeps, leaders), unit variance
    jumps: Floats  # (bars, leaders), in standard deviations of a bar
    jump_at: Integers  # (bars,), the substep
    basis: Floats  # (bars, markets)
    crowd: Floats  # (bars, markets), the noise of volume
    mood: Integers  # (bars,)
    heading: Floats  # (bars,), +1 or -1


@dataclass(frozen=True, slots=True)
class _Course:
    before: Floats  # (bars, leaders), log price
    after: Floats
    scale: Floats  # (bars, leaders), standard deviation of the bar
    drift: Floats


class StochasticMarket:
    """Grows prices bar by bar from a random generator that is its own from now on."""

    def __init__(self, tempers: Sequence[Temper], rng: np.random.Generator) -> None:
        self._normals, self._uniforms = rng.spawn(2)
        leaders = [place for place, temper in enumerate(tempers) if temper.follows is None]
        self._leader_of = np.array(
            [leaders.index(place if t.follows is None else t.follows) for place, t in enumerate(tempers)]
        )
        self._is_follower = np.array([t.follows is not None for t in tempers])
        self._coupling = np.array([tempers[place].coupling for place in leaders])
        self._daily = np.array([tempers[place].volatility for place in leaders])
        self._turnover = np.array([t.turnover for t in tempers])
        self._level = np.zeros(len(leaders))
        self._anchor = np.zeros(len(leaders))
        self._heat = np.ones(len(leaders))
        self._basis = np.zeros(len(tempers))
        self._mood, self._heading = _RANGE, 1.0

    def rebase(self, levels: Floats) -> None:
        """Go on from these log prices, shape (markets,), with volatility and mood as they are.

        A follower's own level counts as its basis to its leader.
        """
        leaders = levels[~self._is_follower]
        self._anchor += leaders - self._level
        self._level = leaders.copy()
        self._basis = levels - leaders[self._leader_of]

    def grow(self, count: int, step_ms: int) -> LogBars:
        """Return the next `count` bars of `step_ms` each; every bar opens where the one before closed."""
        draws = self._draw(count)
        sigma = self._daily * np.sqrt(step_ms / _DAY_MS)
        course = self._run(draws, sigma)
        path = _inside(course, draws)
        return self._bars(course, path, draws, sigma, step_ms)

    def _draw(self, count: int) -> _Draws:
        leaders, markets = len(self._level), len(self._basis)
        uniforms = self._uniforms.random((count, 5 + leaders))
        columns = np.cumsum([_SUBSTEPS, _SUBSTEPS * leaders, leaders, markets])
        normals = self._normals.standard_normal((count, int(columns[-1]) + markets))
        common, own, jump, basis, crowd = np.split(normals, columns, axis=1)
        mood, heading = self._moods(uniforms[:, :3])
        coupling = (
            self._coupling + (1 - self._coupling) * np.where(mood == _PANIC, _PANIC_COUPLING, 0)[:, None]
        )
        has_jump = (uniforms[:, 5:] < _JUMP_CHANCE) | (uniforms[:, 3:4] < _COMMON_JUMP_CHANCE)
        return _Draws(
            shocks=coupling[:, None, :] * common[:, :, None]
            + np.sqrt(1 - coupling**2)[:, None, :] * own.reshape(count, _SUBSTEPS, leaders),
            jumps=np.where(has_jump, jump * _JUMP_SIGMAS, 0.0),
            jump_at=(uniforms[:, 4] * _SUBSTEPS).astype(np.int64),
            basis=basis,
            crowd=crowd,
            mood=mood,
            heading=heading,
        )

    def _moods(self, uniforms: Floats) -> tuple[Integers, Floats]:
        mood, heading = np.empty(len(uniforms), np.int64), np.empty(len(uniforms))
        for bar, (leave, choice, side) in enumerate(uniforms):
            if leave < 1 / _STAY_BARS[self._mood]:
                self._mood = _next_mood(self._mood, choice)
                self._heading = 1.0 if side < 0.5 else -1.0  # noqa: PLR2004 - a fair coin
            mood[bar], heading[bar] = self._mood, self._heading
        return mood, heading

    def _run(self, draws: _Draws, sigma: Floats) -> _Course:
        count = len(draws.mood)
        before, scale, drift = (np.empty((count, len(self._level))) for _ in range(3))
        after = np.empty_like(before)
        innovations = draws.shocks.sum(axis=1) / np.sqrt(_SUBSTEPS)
        energy = (innovations + draws.jumps) ** 2
        for bar in range(count):
            before[bar] = self._level
            scale[bar] = sigma * np.sqrt(self._heat) * _LOUDNESS[draws.mood[bar]]
            drift[bar] = self._drift(int(draws.mood[bar]), float(draws.heading[bar]), scale[bar])
            self._level = self._level + drift[bar] + scale[bar] * (innovations[bar] + draws.jumps[bar])
            self._heat = np.minimum(
                1 - _REACTION - _MEMORY + self._heat * (_REACTION * energy[bar] + _MEMORY), _HOTTEST
            )
            after[bar] = self._level
        return _Course(before, after, scale, drift)

    def _drift(self, mood: int, heading: float, scale: Floats) -> Floats:
        if mood == _RANGE:
            return _RANGE_PULL * (self._anchor - self._level)
        self._anchor = self._level
        return (_TREND_PULL * heading if mood == _TREND else _PANIC_PULL) * scale

    def _bars(self, course: _Course, path: Floats, draws: _Draws, sigma: Floats, step_ms: int) -> LogBars:
        start, end = self._bases(draws)
        share = np.arange(1, _SUBSTEPS + 1)[None, :, None] / _SUBSTEPS
        inside = path[:, :, self._leader_of] + start[:, None, :] + (end - start)[:, None, :] * share
        open_ = course.before[:, self._leader_of] + start
        close = course.after[:, self._leader_of] + end
        high = np.maximum(inside.max(axis=1), np.maximum(open_, close))
        low = np.minimum(inside.min(axis=1), np.minimum(open_, close))
        bustle = 0.3 + 0.7 * (high - low) / (1.5 * sigma[self._leader_of])
        volume = self._turnover * (step_ms / _MINUTE_MS) * bustle * np.exp(0.4 * draws.crowd - 0.08)
        return LogBars(open=open_, high=high, low=low, close=close, volume=volume)

    def _bases(self, draws: _Draws) -> tuple[Floats, Floats]:
        start, end = np.empty_like(draws.basis), np.empty_like(draws.basis)
        for bar, shock in enumerate(draws.basis * (_BASIS_STEP * self._is_follower)):
            start[bar] = self._basis
            self._basis = _BASIS_MEMORY * self._basis + shock
            end[bar] = self._basis
        return start, end


def _next_mood(mood: int, choice: float) -> int:
    if mood == _PANIC:
        return _RANGE if choice < 0.5 else _TREND  # noqa: PLR2004 - a fair coin
    if choice < _PANIC_SHARE:
        return _PANIC
    return _TREND if mood == _RANGE else _RANGE


def _inside(course: _Course, draws: _Draws) -> Floats:
    steps = np.arange(1, _SUBSTEPS + 1)
    wander = np.cumsum(draws.shocks, axis=1) / np.sqrt(_SUBSTEPS) * course.scale[:, None, :]
    slope = course.drift[:, None, :] * (steps / _SUBSTEPS)[None, :, None]
    has_jumped: npt.NDArray[np.bool_] = steps[None, :] > draws.jump_at[:, None]
    leap = (draws.jumps * course.scale)[:, None, :] * has_jumped[:, :, None]
    path: Floats = course.before[:, None, :] + wander + slope + leap
    return path
