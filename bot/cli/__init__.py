"""Command line: the parser, and one module for each subcommand of `tocsin`.

The running bot itself is assembled in `bot.app`.
"""
