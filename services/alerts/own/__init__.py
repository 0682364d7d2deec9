"""A member's own alerts: saving them, changing them, telling of them, and all that is kept of a member."""
