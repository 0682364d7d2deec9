"""What Discord refuses and how: pure checks of request bodies, and rate limits. No sockets, no world."""
