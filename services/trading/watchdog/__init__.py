"""What the watchdog does without Redis and without the database."""
