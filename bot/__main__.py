"""Entry point of `python -m bot` and of the command `tocsin`."""

import gc
import sys

# Modules are permanent: to search them for garbage takes a third of the time of a short command.
gc.disable()
from bot.cli.main import main  # noqa: E402

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
