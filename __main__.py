"""Where `pulumi up` starts."""

import gc

# The program ends when everything is registered: there is nothing to collect, and the collector would walk through the
# thousand modules of pulumi_aws again and again (a fifth of the program's CPU time, see bench/program.py).
gc.disable()

from infra.program import deploy  # noqa: E402 - importing is most of the work

deploy()
