"""What there is: users, guilds, channels, messages, applications, and who may see and do what."""
