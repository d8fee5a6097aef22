"""`python -m slipway.engine`: the command line of the embedded engine."""

import sys

from slipway.engine.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
