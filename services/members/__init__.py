"""Settings of guilds and members, who may do what, and the audit log."""
