"""What the venue refuses and how it says so: its codes, their words, and our reasons behind them.

Source: the codes and words that clients of the venue have recorded; which code the venue itself would choose
where several fit is not known for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.exchange.orders import Refusal

ABNORMAL = "40015"
"""The venue cannot tell now what it is asked; later it may."""
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "429": "Too Many Requests",
        "22001": "No order to cancel",
        "22002": "No position to close",
        "25204": "Order does not exist",
        "40001": "ACCESS_KEY cannot be empty",
        "40002": "ACCESS_SIGN cannot be empty",
        "40005": "Invalid ACCESS_TIMESTAMP",
        "40008": "Request timestamp expired",
        "40009": "sign signature error",
        "40011": "ACCESS_PASSPHRASE cannot be empty",
        "40012": "apikey/password is incorrect",
        "40014": "Incorrect permissions",
        ABNORMAL: "System is abnormal, please try again later",
        "40017": "Parameter verification failed",
        "40019": "Parameter cannot be empty",
        "40034": "Parameter does not exist",
        "40037": "Apikey does not exist",
        "40084": "Your account is in Classic Account mode, and the Unified Account API is not supported",
        "40085": "Your account is in Unified Account mode, and the Classic Account API is not supported",
        "40109": "The data of the order cannot be found, please confirm the order number",
        "40200": "Server upgrade, please try again later",
        "40308": "The contract is being temporarily maintained",
        "40309": "The contract has been removed",
        "40404": "Request URL NOT FOUND",
        "40762": "The order amount exceeds the balance",
        "40774": "The order type for unilateral position must also be the unilateral position type.",
        "40786": "Duplicate clientOid",
        "40797": "Exceeded the maximum settable leverage",
        "40808": "Parameter verification exception",
        "40815": "The price is outside the allowed range",
        "40917": "Stop price already reached by the current price",
        "43012": "Insufficient balance",
        "45110": "less than the minimum order quantity",
        "45111": "less than the minimum amount",
        "45112": "more than the maximum order quantity",
        "45117": "Currently holding positions or orders, the margin mode cannot be adjusted",
        "400171": "Parameter verification failed",
        "400172": "Parameter verification failed",
    }
)
_STATUS = MappingProxyType({"429": 429, "40404": 404})

REASONS: Mapping[Refusal, str] = MappingProxyType(
    {
        "duplicate_id": "40786",
        "position_mode": "40774",
        "margin_mode": "45117",
        "below_min_amount": "45110",
        "below_min_cost": "45110",
        "above_max_amount": "45112",
        "precision": "40808",
        "price_band": "40815",
        "no_position": "22002",
        "no_funds": "40762",
        "leverage": "40797",
        "in_use": "45117",
        "already_triggered": "40917",
        "would_cross": "40815",
        "not_found": "40109",
        "already_done": "22001",
        "market_closed": "40308",
        "unsupported": "40017",
        "stale_market": "40308",
        "other": ABNORMAL,
    }
)
"""The code of each reason for classic accounts; unified ones differ where `UNIFIED` says so."""
UNIFIED: Mapping[str, str] = MappingProxyType({"40109": "25204", "22001": "25204", "40017": "400172"})
"""The code of the unified protocol for one of the classic."""


class Refused(Exception):
    """A request that the venue answers with a code instead of data."""

    def __init__(self, code: str, more: str = "") -> None:
        words = WORDS.get(code, "")
        super().__init__(f"{words}: {more}" if more and words else words or more)
        self.code = code
        self.status = _STATUS.get(code, 400)
        self.headers: dict[str, str] = {}

    @classmethod
    def because(cls, reason: Refusal, more: str = "", *, is_unified: bool = False) -> Refused:
        """Build the answer for one of our own reasons."""
        code = REASONS[reason]
        return cls(UNIFIED.get(code, code) if is_unified else code, more)
