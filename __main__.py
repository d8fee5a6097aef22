"""Where `pulumi up` starts."""

from infra.program import deploy

deploy()
