"""One module a change of the schema; a released one is not edited, and none goes back: a backup does."""
