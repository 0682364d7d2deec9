"""Slash commands, components, autocomplete and modals: from the member's action to the bot's answer."""
