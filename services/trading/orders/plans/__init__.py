"""Orders of several that the farm carries out itself: one class a kind, and `keeping`, which runs them."""
