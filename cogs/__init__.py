"""What members see: one file a feature. A cog asks services through its `Host` and imports no other cog."""
