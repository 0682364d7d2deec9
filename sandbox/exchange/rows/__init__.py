"""The rows of the venue's answers and pushes, built from our own types. Nothing here asks or decides."""
