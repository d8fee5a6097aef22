"""The condition keys of one request: what they hold, and which ones a policy asked for that nobody here knows.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Callable, Mapping

Values = tuple[str, ...]
Deferred = Callable[[str], Values | None]
"""Looks a key up by the part behind its prefix, when a policy asks."""

KNOWN = frozenset(
    {
        "aws:currenttime", "aws:epochtime", "aws:mfaauthenticated", "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn", "aws:principalisawsservice", "aws:principalorgid", "aws:principalservicename",
        "aws:principaltype", "aws:referer", "aws:requestedregion", "aws:resourceaccount", "aws:resourceorgid",
        "aws:securetransport", "aws:sourceaccount", "aws:sourcearn", "aws:sourceip", "aws:sourcevpc", "aws:sourcevpce",
        "aws:tagkeys", "aws:useragent", "aws:userid", "aws:username", "aws:viaawsservice", "aws:calledvia",
        "aws:calledviafirst", "aws:calledvialast", "cloudwatch:namespace", "iam:passedtoservice",
        "iam:associatedresourcearn", "kms:calleraccount", "kms:encryptioncontextkeys", "kms:grantisforawsresource",
        "kms:grantoperations", "kms:granteeprincipal", "kms:viaservice", "kms:requestalias",
        "s3:prefix", "s3:delimiter",
        "s3:max-keys", "s3:tlsversion", "s3:versionid", "s3:x-amz-acl", "s3:x-amz-server-side-encryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:x-amz-storage-class", "s3:x-amz-content-sha256",
        "s3:x-amz-copy-source", "s3:resourceaccount", "s3:authtype", "s3:signatureversion", "s3:requestobjecttagkeys",
        "s3:locationconstraint", "sagemaker:instancetypes", "sagemaker:vpcsubnets", "sagemaker:vpcsecuritygroupids",
        "sagemaker:volumekmskey", "sagemaker:outputkmskey", "sagemaker:networkisolation", "sagemaker:modelarn",
        "sagemaker:intercontainertrafficencryption", "sagemaker:maxruntimeinseconds", "sagemaker:rootaccess",
        "sagemaker:modelapprovalstatus", "sagemaker:directinternetaccess", "sts:externalid", "sts:rolesessionname",
        "logs:loggeneratingresourcearns", "secretsmanager:secretid", "events:source", "events:detail-type",
        "ecr:resourcetag", "sagemaker:targetmodel", "sns:protocol", "sns:endpoint",
    }
)  # fmt: skip
"""Keys whose values the sandbox works out, or that no request here ever has (an organization, a VPC endpoint)."""
PREFIXES = (
    "aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "kms:encryptioncontext:", "iam:resourcetag/",
    "s3:requestobjecttag/", "sagemaker:resourcetag/", "ecr:resourcetag/",
    "secretsmanager:resourcetag/", "ec2:resourcetag/", "ssm:resourcetag/",
)  # fmt: skip


class RequestKeys:
    """Values by key, whatever case a policy writes it in; `unknown` collects the keys that nobody here knows."""

    def __init__(self, values: Mapping[str, Values], deferred: Mapping[str, Deferred] | None = None) -> None:
        self._values = {name.lower(): held for name, held in values.items()}
        self._deferred = {prefix.lower(): look for prefix, look in (deferred or {}).items()}
        self.unknown: set[str] = set()

    def values(self, key: str) -> Values | None:
        """Return what a key holds, None when the request does not have it."""
        name = key.lower()
        if name in self._values:
            return self._values[name]
        for prefix, look in self._deferred.items():
            if name.startswith(prefix):
                return look(key[len(prefix) :])
        if name not in KNOWN and not name.startswith(PREFIXES) and not _of_a_provider(name):
            self.unknown.add(key)
        return None

    def one(self, key: str) -> str | None:
        """Return the single value of a key, for a policy variable."""
        held = self.values(key)
        return held[0] if held is not None and len(held) == 1 else None

    def having(self, more: Mapping[str, Values], deferred: Mapping[str, Deferred] | None = None) -> "RequestKeys":
        """Return these keys and more, which win."""
        added = {name.lower(): held for name, held in more.items()}
        return RequestKeys({**self._values, **added}, {**self._deferred, **(deferred or {})})


def _of_a_provider(name: str) -> bool:
    """Tell whether a key is one of a web identity's token, `HOST:aud`, which only its own request has."""
    return "." in name.partition(":")[0]
