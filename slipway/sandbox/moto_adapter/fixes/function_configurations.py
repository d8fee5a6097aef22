"""What a Lambda function was configured with and moto drops: at creation some of it, in an update more.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
"""

from typing import Any, Final

from moto.awslambda.models import LambdaFunction

from slipway.sandbox.moto_adapter.fixes.replacing import replace

KEPT: Final = (
    "DeadLetterConfig",
    "EphemeralStorage",
    "FileSystemConfigs",
    "KMSKeyArn",
    "LoggingConfig",
    "TracingConfig",
)


def apply() -> None:
    """Remember those members and tell them with the rest; an update of an environment may leave out its variables."""
    begin, told, update = LambdaFunction.__init__, LambdaFunction.get_configuration, LambdaFunction.update_configuration

    def begun(self: Any, account_id: str, spec: dict[str, Any], *rest: Any, **options: Any) -> None:
        begin(self, account_id, spec, *rest, **options)
        self.kept_configuration = _kept(spec)

    def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002  as moto calls it
        logging = {"LogFormat": "Text", "LogGroup": self.logs_group_name}
        kept = self.__dict__.get("kept_configuration", {})
        return {**told(self, on_create), **kept, "LoggingConfig": {**logging, **kept.get("LoggingConfig", {})}}

    def update_configuration(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        self.kept_configuration = {**self.__dict__.get("kept_configuration", {}), **_kept(config_updates)}
        environment = {"Environment": {"Variables": {}, **config_updates.get("Environment", {})}}
        update(self, {**config_updates, **(environment if "Environment" in config_updates else {})})
        return get_configuration(self)

    code = LambdaFunction.update_function_code

    def update_function_code(self: Any, updated_spec: dict[str, Any]) -> dict[str, Any]:
        self.architectures = updated_spec.get("Architectures") or self.architectures
        return dict(code(self, updated_spec))

    replace(LambdaFunction, update_function_code=update_function_code)
    replace(
        LambdaFunction, __init__=begun, get_configuration=get_configuration, update_configuration=update_configuration
    )


def _kept(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in KEPT if given.get(name) is not None}
