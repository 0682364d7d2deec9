"""Local servers that speak the real protocols: unmodified client libraries connect to them."""
