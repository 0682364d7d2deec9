"""The venue's REST interface: from an HTTP request to its answer."""
