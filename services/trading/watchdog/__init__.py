"""What the watchdog does without Redis and without the database.

It stands on the files and the flattening of the kill switch, which is what it does in the desk's place.
"""
