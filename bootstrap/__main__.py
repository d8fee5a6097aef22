"""Where `pulumi up` of the bootstrap starts: run it in this folder, once an account."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the project is one folder up

from infra.bootstrap import deploy

deploy()
