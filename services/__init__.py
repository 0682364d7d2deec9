"""Use cases and the ports they stand on. No Discord, and no vendor type outside an adapter."""
