"""``python -m nesylang``: the command ``nesy``."""

import sys

from nesylang.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
