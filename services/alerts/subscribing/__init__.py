"""Who hears of what by itself, and when: subscriptions, quiet hours and digests."""
