"""Where bulletins come from: one module a kind, each an adapter of one third party."""
