"""The command line: one module a command, imported only when it is called, so that `--help` stays fast."""
