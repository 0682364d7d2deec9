"""The risk gate: what every order must pass, and how large one may be."""
