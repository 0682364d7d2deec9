"""One function for each rule of the gate. `declare` says what such a function is given and gives."""
