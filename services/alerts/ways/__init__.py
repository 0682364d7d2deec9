"""Ways out of Discord: Telegram, a webhook, e-mail. One port, one adapter each, and what they all say."""
