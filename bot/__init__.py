"""What moves: sources, intake, outbox, delivery, the clock, and the wiring."""
