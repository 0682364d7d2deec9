"""The ledger: fills, lots, realised profit, funding, the journal and its export."""
