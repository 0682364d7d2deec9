"""Python runs this at the start of every process that a test starts: the guard holds there, too."""

import loopback_only

loopback_only.install()
