"""A local exchange that speaks Bitget's own protocol, for unmodified clients. It matches nothing itself."""
