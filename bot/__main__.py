"""Entry point of `python -m bot` and of the command `tocsin`."""

import sys

from bot.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
