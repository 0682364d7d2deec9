"""What the supervisor says on the bus, and the service that answers for it."""
