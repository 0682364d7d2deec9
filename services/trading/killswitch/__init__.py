"""The kill switch: latch, cancel, close, and verify until flat."""
