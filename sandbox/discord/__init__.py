"""A local Discord: gateway v10, REST v10, a CDN and a member API, on one port. Imports no Discord library."""
