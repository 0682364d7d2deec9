"""REST v10: one module a resource, and the path from a request to its answer."""
