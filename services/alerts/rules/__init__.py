"""One function for each kind of condition. `declare` says what such a function is given and gives."""
