"""The desk: accounts, intents, orders, risk, the kill switch, the ledger, strategies and seasons."""
