"""Posts by the clock: when they are due, who of several processes makes them, and what stands in them."""
