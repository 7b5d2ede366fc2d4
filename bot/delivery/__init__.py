"""From the outbox to Telegram: lanes, pacing, outcomes, and what to do with each."""
