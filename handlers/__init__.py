"""The conversation: commands, buttons, every word and picture a person sees."""
