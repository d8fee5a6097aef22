"""What the shell of the engine refuses, in the user's words."""


class EngineError(Exception):
    """A command cannot go on: the message is shown after `error: `, and the process ends with `exit_code`."""

    def __init__(self, message: str, *, exit_code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


class UnsupportedError(EngineError):
    """Something that the real command line has and this one has not, refused by name with the way out."""

    def __init__(self, what: str, way_out: str = "") -> None:
        hint = way_out or "install the real `pulumi` (https://www.pulumi.com/docs/install/); it continues this stack"
        super().__init__(f"{what} is not supported by the embedded engine: {hint}", exit_code=2)
