"""A stand-in for Telegram: a real HTTP server on loopback, for the demo and the tests."""
