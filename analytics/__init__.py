"""Pure mathematics: arrays in, frozen results out. No clock, randomness, logging or I/O."""
