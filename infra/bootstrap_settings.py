"""What the bootstrap of an account may set."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from infra.setting_types import AccountId, Days, Section, TagValue

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
NumericId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]


class BootstrapSection(Section):
    """`slipway:bootstrap`: where the state of an account's stacks is kept, and who may deploy one from GitHub."""

    account: AccountId
    """The only AWS account that is touched, in quotes: YAML would read it as a number."""
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    """The region of bucket and key."""
    owner: TagValue
    """Who answers for it; the tag `owner` of everything."""
    state_bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    """Name of the bucket, unique in all of AWS: `pulumi login s3://NAME` names it."""
    noncurrent_version_days: Days = 90
    """Days until an overwritten or deleted state is really gone."""
    project: Name = "slipway"
    """Name of the project, as its Pulumi.yaml says it."""
    stack: Name = "dev"
    """The stack that this account is for; boundary and roles are named by it."""
    repository: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$")] | None = None
    """OWNER/NAME on GitHub. Left out: nobody deploys from GitHub."""
    repository_id: NumericId | None = None
    """Id of the repository, in quotes. Needed with `repository`."""
    repository_owner_id: NumericId | None = None
    """Id of its owner, in quotes. Needed with `repository`."""
    github_environment: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")] | None = None
    """GitHub environment whose jobs may deploy. Left out: it is called as the stack."""
    own_provider: bool = True
    """Whether GitHub's identity provider is made here. Say no where the account has one already."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.repository is not None and (self.repository_id is None or self.repository_owner_id is None):
            msg = (
                "a repository needs repository_id and repository_owner_id, which GitHub never gives to another one; "
                "`gh api repos/OWNER/NAME --jq '.id, .owner.id'` tells them"
            )
            raise ValueError(msg)
        return self


class BootstrapSettings(Section):
    """Everything that the file of a bootstrap says."""

    bootstrap: Annotated[BootstrapSection, Field()]
    """The one section."""
