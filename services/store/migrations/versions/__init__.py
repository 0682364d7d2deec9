"""One module a change of the schema; none is edited once it was released."""
