"""GitHub as somebody whose word about its own jobs the account takes."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.components.delivery.trust import AUDIENCE, ISSUER


@dataclass(frozen=True, kw_only=True)
class GithubProviderArgs:
    """What a GithubProvider is made from."""

    issuer: str = ISSUER
    """Host that the tokens come from. Left out: GitHub's own, not that of an enterprise."""


class GithubProvider(pulumi.ComponentResource):
    """The identity provider of GitHub Actions. An account has one for all its stacks and repositories."""

    arn: pulumi.Output[str]
    """ARN of the provider."""

    def __init__(self, name: str, args: GithubProviderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:delivery:GithubProvider", name, None, opts)

        provider = aws.iam.OpenIdConnectProvider(
            name,
            url=f"https://{args.issuer}",
            # AWS knows GitHub's certificates: no thumbprint is needed.
            client_id_lists=[AUDIENCE],
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.arn = provider.arn
        self.register_outputs({"arn": self.arn})
