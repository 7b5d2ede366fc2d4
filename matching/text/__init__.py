"""Text of bulletins: tokenizer, pieces of words, sentence splitter, the Reading type; no places."""
