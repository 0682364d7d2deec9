"""Orders as members ask for them: tickets, plans of several orders, what is open."""
