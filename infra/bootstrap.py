"""The bootstrap of an account: what must exist before a stack's first `up`. A program of its own, in `bootstrap/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pydantic import ValidationError

from infra.bootstrap_settings import BootstrapSection, BootstrapSettings
from infra.components.delivery.delivery_roles import DeliveryRoles, DeliveryRolesArgs
from infra.components.delivery.github_provider import GithubProvider, GithubProviderArgs
from infra.components.delivery.state_store import StateStore, StateStoreArgs
from infra.components.delivery.trust import Repository, provider_arn
from infra.components.security.permissions_boundary import PermissionsBoundary, PermissionsBoundaryArgs
from infra.components.security.statements import bucket_arn
from infra.naming import Names, partition
from infra.provider import aws_provider
from infra.settings import SettingsError, StackSection
from infra.settings_report import NAMESPACE, problems_of
from infra.stack_config import read_sections
from infra.surroundings import delivery_place

if TYPE_CHECKING:
    from collections.abc import Mapping


def deploy() -> None:
    """Declare the bootstrap of the account that the file names."""
    settings = read_bootstrap()
    tags = StackSection(
        environment="prod", account=settings.account, region=settings.region, owner=settings.owner
    )  # what is made here is kept, whatever the stack that it is for
    names = Names(project=settings.project, stack=settings.stack)
    provider = aws_provider(tags, Names(project=settings.project, stack="bootstrap"))
    ours = pulumi.ResourceOptions(providers=[provider])

    state = StateStore(
        "state",
        StateStoreArgs(
            account_id=settings.account,
            region=settings.region,
            bucket_name=settings.state_bucket,
            noncurrent_version_days=settings.noncurrent_version_days,
        ),
        ours,
    )
    boundary = PermissionsBoundary(
        "boundary",
        PermissionsBoundaryArgs(
            account_id=settings.account,
            region=settings.region,
            policy_name=names.boundary,
            repository_prefix=f"{names.project}-{names.stack}",
        ),
        ours,
    )
    roles = _roles(settings, names, state, ours)

    pulumi.export("login", pulumi.Output.concat("s3://", state.bucket, f"/{names.project}?region={settings.region}"))
    pulumi.export("secrets_provider", pulumi.Output.concat("awskms://", state.alias, f"?region={settings.region}"))
    pulumi.export("state_key_arn", state.key_arn)
    pulumi.export("permissions_boundary_arn", boundary.arn)
    pulumi.export("delivery", None if roles is None else dict(roles))


def read_bootstrap() -> BootstrapSection:
    """Return the settings of the bootstrap that is running; every problem of its file comes in one RunError."""
    file = f"bootstrap/Pulumi.{pulumi.get_stack()}.yaml"
    sections = {key.removeprefix(NAMESPACE): value for key, value in read_sections().items()}
    try:
        return BootstrapSettings.model_validate(sections).bootstrap
    except ValidationError as error:
        raise pulumi.RunError(str(SettingsError(file, problems_of(error, BootstrapSettings)))) from error


def _roles(
    settings: BootstrapSection, names: Names, state: StateStore, ours: pulumi.ResourceOptions
) -> Mapping[str, pulumi.Output[str]] | None:
    """Declare who may preview and deploy the stack from GitHub, so that its first `up` needs no administrator."""
    if settings.repository is None or settings.repository_id is None or settings.repository_owner_id is None:
        return None
    return DeliveryRoles(
        "delivery",
        DeliveryRolesArgs(
            place=delivery_place(names, settings.account, settings.region),
            repository=Repository(
                name=settings.repository,
                repository_id=settings.repository_id,
                owner_id=settings.repository_owner_id,
            ),
            github_environment=settings.stack if settings.github_environment is None else settings.github_environment,
            provider_arn=(
                GithubProvider("github", GithubProviderArgs(), ours).arn
                if settings.own_provider
                else provider_arn(settings.account, settings.region)
            ),
            preview_role_name=names.delivery_role("preview"),
            deploy_role_name=names.delivery_role("deploy"),
            state_bucket_arn=bucket_arn(settings.region, settings.state_bucket),
            state_key_arn=state.key_arn,
            boundary_arn=f"arn:{partition(settings.region)}:iam::{settings.account}:policy/{names.boundary}",
        ),
        ours,
    ).arns
