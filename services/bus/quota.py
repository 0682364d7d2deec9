"""A rate that all processes share: how much the whole farm may use of something, such as a venue's API.

A rolling window on the server's own clock: one key holds what was used and reserved. Who asks reserves a
place in the line and is told how long to wait for it, so that waiting costs no further question and comes in
the order of asking.

A bucket that refills would be smaller, but lets what it holds and what flows in meanwhile through together:
twice what a venue that counts in a window allows, unless it is run well below that.
"""

from __future__ import annotations

from typing import Final

from services.bus.lane import Lane

_SLOTS: Final = 100
"""A window is divided into so many parts. What is used in one counts as used at its end: not too little."""
_STATE: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local kept = redis.call('GET', KEYS[1])
local last, rest, slots = 0, 0, {}
if kept then last, rest, slots = unpack(cmsgpack.unpack(kept)) end
local function keep(window)
  local used = slots[#slots] and slots[#slots][1] + window or 0
  local life = math.ceil((math.max(used, last, rest) - now) / 1000)
  redis.call('SET', KEYS[1], cmsgpack.pack({last, rest, slots}), 'PX', math.max(life, 1) + 1000)
end
"""
_TAKE: Final = f"""{_STATE}
local units, allowed, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local at, used, first = math.max(now, last, rest), 0, 1
for _, slot in ipairs(slots) do used = used + slot[2] end
while slots[first] do
  local ends, cost = slots[first][1] + window, slots[first][2]
  if ends > at then
    if used + units <= allowed + 1e-9 then break end
    at = ends
  end
  used, first = used - cost, first + 1
end
local wait = at - now
if wait <= tonumber(ARGV[4]) then
  local left, grain = {{}}, window / {_SLOTS}
  for i = first, #slots do left[#left + 1] = slots[i] end
  local stamp = math.ceil(at / grain) * grain
  if left[#left] and left[#left][1] >= stamp then
    left[#left][2] = left[#left][2] + units
  else
    left[#left + 1] = {{stamp, units}}
  end
  last, slots = at, left
  keep(window)
end
return string.format('%.0f', wait)
"""
_REST: Final = f"""{_STATE}
rest = math.max(rest, now + tonumber(ARGV[1]))
keep(tonumber(ARGV[2]))
return 1
"""
_MICRO: Final = 1_000_000


class Quota:
    """The shared rate called `name`: at most `units` in any `seconds`.

    What costs more than `units` in one piece gets a window of its own.
    """

    def __init__(self, lane: Lane, name: str, *, units: float, seconds: float) -> None:
        self._lane = lane
        self._key = f"omega:quota:{name}"
        self._units = units
        self._window = round(seconds * _MICRO)

    async def reserve(self, units: float, *, within: float) -> float:
        """Reserve `units` and return the seconds to wait before they may be used; 0 for at once.

        Nothing is reserved where that is longer than `within` seconds.

        Raises:
            BusUnavailable: Redis is away; nothing may have been reserved.
        """
        told = (repr(units), repr(self._units), self._window, round(within * _MICRO))
        waits = await self._lane.do("EVAL", _TAKE, 1, self._key, *told)
        return int(waits) / _MICRO  # type: ignore[call-overload, no-any-return]  # the script answers digits

    async def rest(self, seconds: float) -> None:
        """Let nobody use it for `seconds`: the other side has said so. Raises `BusUnavailable`."""
        await self._lane.do("EVAL", _REST, 1, self._key, round(seconds * _MICRO), self._window)
