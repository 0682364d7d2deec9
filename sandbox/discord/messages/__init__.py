"""How a message is made from what was sent: mentions, embeds, components, files, and the posting itself."""
