"""Markets that are played: recordings as if they were happening now, and simulations, on one tape."""
