"""What a member wants, found without a model: the same every time, in both languages."""
