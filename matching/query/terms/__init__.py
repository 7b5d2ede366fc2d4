"""Terms of a query: what its words, names, distances and prefixes stand for."""
