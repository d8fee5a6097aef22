"""Names of resources: `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME`."""

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"
STACK_REFERENCE_TYPE = "pulumi:pulumi:StackReference"
UNKNOWN_ID = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def make(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """Return the URN of a resource; the types of its ancestors, but for the stack, are part of it."""
    prefix = ""
    if parent and qualified_type(parent) != STACK_TYPE:
        prefix = qualified_type(parent) + "$"
    return f"urn:pulumi:{stack}::{project}::{prefix}{type_}::{name}"


def qualified_type(urn: str) -> str:
    """Return the type of a URN with those of its ancestors in front."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    """Return the type of a URN."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """Return the name of a URN; it may hold `::` itself."""
    return urn.split("::", 3)[3]


def package_of(type_: str) -> str:
    """Return the package of a type or function token: `aws` of `aws:s3/bucket:Bucket`."""
    return type_.split(":", 1)[0]


def is_provider(type_: str) -> bool:
    """Say whether a type is that of a provider resource."""
    return type_.startswith(PROVIDER_PREFIX)


def provider_package(type_: str) -> str:
    """Return the package that a provider resource serves."""
    return type_.removeprefix(PROVIDER_PREFIX)


def is_default_provider(urn: str) -> bool:
    """Say whether a provider resource was made by the engine itself."""
    if not is_provider(type_of(urn)):
        return False
    name = name_of(urn)
    return name == "default" or name.startswith("default_")


def reference(urn: str, id_: str) -> str:
    """Return the reference to a provider resource that stands in the resources that it serves."""
    return f"{urn}::{id_ or UNKNOWN_ID}"


def split_reference(ref: str) -> tuple[str, str]:
    """Return URN and id of a provider reference."""
    urn, _, id_ = ref.rpartition("::")
    return urn, id_
