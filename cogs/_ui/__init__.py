"""What cogs show: cards and how they become Discord messages."""
