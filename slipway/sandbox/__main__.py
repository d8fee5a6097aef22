"""`python -m slipway.sandbox up|down|status|logs|env|push|clock|serve`."""

import sys

from slipway.sandbox.control.commands import main

sys.exit(main(sys.argv[1:]))
