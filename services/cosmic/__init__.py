"""Sun, Moon and planets, and whether they have anything to do with a market."""
