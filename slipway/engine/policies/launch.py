"""Runs a policy pack in its own Python; executed as a file there, so it imports nothing but the SDK.

Arguments: the program's path. The pack starts a gRPC server of the Analyzer protocol and prints its port.
"""

import os
import runpy
import sys
import threading
import time
import traceback

_PARENT_POLL = 0.5


def _leave_with_parent(parent: int) -> None:
    """End when the engine ended without ending this process."""
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL)
    os._exit(1)


def main() -> int:
    """Run the pack; its server serves until the process is interrupted."""
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    program = sys.argv[1]
    try:
        import pulumi_policy  # noqa: F401, PLC0415 - a missing SDK is told apart from a broken pack
    except ImportError as error:
        print(
            f"{error}: the Python of this policy pack ({sys.executable}) lacks the SDK; pip install pulumi-policy "
            "into it, or name another one in PulumiPolicy.yaml (`virtualenv` among the options of its runtime)",
            file=sys.stderr,
        )
        return 1
    # sys.path[0] is the folder of this file, which the pack must not see; runpy adds the pack's own.
    sys.path.pop(0)
    sys.argv = [program]
    try:
        runpy.run_path(program, run_name="__main__")
    except KeyboardInterrupt:
        return 0
    except Exception:  # noqa: BLE001 - the outermost loop of this process
        traceback.print_exc()
        return 1
    print("the pack's program ended and made no PolicyPack(...)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A rule that hangs in a thread of the server would hold the process.
    os._exit(code)
