"""Text of bulletins: tokenizer, sentence splitter and the Reading type; no languages, no places."""
