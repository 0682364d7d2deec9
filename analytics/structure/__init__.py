"""The structure of price: where it turned, and the bands in which it turned several times."""
