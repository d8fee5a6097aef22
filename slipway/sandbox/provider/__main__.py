"""`python -m slipway.sandbox.provider ENGINE_ADDRESS`, as Pulumi starts `pulumi-resource-aws`."""

import sys

MISUSE = 2


def main(arguments: list[str]) -> int:
    """Read the one argument and serve; misuse is said on stderr, since stdout belongs to the port line."""
    words = [word for word in arguments if not word.startswith("-")]
    if len(words) > 1 or "--help" in arguments or "-h" in arguments:
        print("usage: python -m slipway.sandbox.provider [ENGINE_ADDRESS]   (started by pulumi)", file=sys.stderr)
        return MISUSE
    from slipway.sandbox.provider.process import serve  # noqa: PLC0415  misuse is answered without the cost of gRPC

    return serve(words[0] if words else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
