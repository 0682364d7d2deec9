"""The four verbs between processes, over Redis or Valkey."""
