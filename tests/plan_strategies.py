"""Event logs of any plan at all, as Hypothesis strategies; secrets in them hold HIDDEN, which nothing may show."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests import event_logs as logs

HIDDEN = "hunter2hunter2"
HOSTILE = (
    "@everyone",
    "#1",
    "org/repo#42",
    "GH-7",
    "`",
    "``` ",
    "|",
    "a\\|b",
    "\\",
    "</details>",
    "<script>alert(1)</script>",
    "<!-- -->",
    "-->",
    "![x](http://e.example/x.png)",
    "[x](javascript:alert(1))",
    "https://e.example",
    "www.e.example",
    "*b*",
    "_i_",
    "~~s~~",
    "# h",
    "- l",
    "$$x$$",
    ":tada:",
    "\u202egnp.exe",
    "\u200b",
    "\n\n# h",
    "\r\n| a |",
    "\x00",
    "\x1b[31m",
    "&lt;",
    "&#64;x",
    " ",
    "",
    "ä" * 90,
    "x" * 5000,
    "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
    "slipway:preview page=1",
    "[secret]",
    "a@b.example",
    "1. x",
    "=====",
    "---",
)
TYPES = (
    "aws:s3/bucket:Bucket",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:kms/key:Key",
    "aws:sagemaker/endpoint:Endpoint",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:appautoscaling/target:Target",
    "slipway:lake:Lake",
    "pulumi:providers:aws",
    "random:a:B",
    "aws:iam/policy:Policy",
)
KEYS = (
    "policy",
    "role",
    "name",
    "bucket",
    "tags",
    "tagsAll",
    "retentionInDays",
    "productionVariants",
    "endpointConfigName",
    "kmsKeyId",
    "assumeRolePolicy",
    "policyArn",
    "ingress",
    "minCapacity",
    "blockPublicAcls",
    "dataCaptureConfig",
    "inlinePolicies",
    "__defaults",
    "environment",
    "instanceType",
    "initialInstanceCount",
)
POLICIES = (
    '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}',
    '{"Statement": {"Effect": "Allow", "Principal": "*", "NotAction": ["a:*"], "Resource": ["x", "y|`@z"]}}',
    '{"Statement": [{"Effect": "Deny", "Principal": {"AWS": "1"}, "Action": "s:*", "Condition": {"Bool": {"a": 1}}}]}',
    '{"Statement": [1]}',
    "{",
    "[]",
)

texts = st.one_of(st.text(max_size=20), st.sampled_from(HOSTILE))
names = st.one_of(texts, st.sampled_from(("raw", "scorer")))
secrets = st.just({**logs.SECRET, "ciphertext": HIDDEN, "plaintext": f'"{HIDDEN}"'})
scalars = st.one_of(
    texts,
    st.sampled_from(POLICIES),
    st.booleans(),
    st.none(),
    st.integers(-5, 500),
    st.floats(allow_nan=False),
    st.just(logs.UNKNOWN),
    secrets,
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.sampled_from(KEYS), texts), inner, max_size=4)
    ),
    max_leaves=5,
)
properties = st.dictionaries(st.one_of(st.sampled_from(KEYS), texts), values, max_size=4)


@st.composite
def steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return the events of one step; a secret of one side stands in clear text on the other."""
    token, name = draw(st.sampled_from(TYPES)), draw(names)
    old, new = draw(properties), draw(properties)
    if draw(st.booleans()):
        old["environment"] = {"TOKEN": draw(secrets)}
        new["environment"] = {"TOKEN": HIDDEN}
        new["tags"], new["tagsAll"] = {"t": draw(secrets)}, {"t": HIDDEN}
    flags = {"old_protect": draw(st.booleans()), "new_protect": draw(st.booleans())}
    operation = draw(st.sampled_from(("create", "update", "delete", "replace", "same", "import", "refresh", "newer")))
    if operation == "create":
        new.pop("environment", None)  # in clear text only where the other side says that it is a secret
        return [logs.step("create", token, name, None, new, **flags)]
    if operation == "delete":
        return [logs.step("delete", token, name, old, None, **flags)]
    detailed = draw(
        st.dictionaries(st.one_of(st.sampled_from(KEYS), texts), st.just({"diffKind": "update"}), max_size=3)
    )
    if operation == "replace":
        return logs.replaced(token, name, old, new, detailedDiff=detailed or None)
    return [logs.step(operation, token, name, old, new, detailedDiff=detailed or None, **flags)]


@st.composite
def complaints(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return errors and words of policies."""
    errors = [
        {"diagnosticEvent": {"severity": "error", "message": text, "urn": logs.RAW}}
        for text in draw(st.lists(texts, max_size=8))
    ]
    judged = [
        {
            "policyEvent": {
                "policyName": name,
                "message": text,
                "enforcementLevel": level,
                "resourceUrn": logs.urn("a:b:C", name),
            }
        }
        for name, text, level in draw(
            st.lists(st.tuples(texts, texts, st.one_of(texts, st.sampled_from(("mandatory", "advisory")))), max_size=8)
        )
    ]
    return [*errors, *judged]


@st.composite
def event_logs(draw: st.DrawFn) -> list[bytes]:
    """Return the lines of a log: whole or cut off, with lines in it that are none."""
    events = [event for found in draw(st.lists(steps(), max_size=7)) for event in found]
    lines = logs.log(*events, *draw(complaints()), whole=draw(st.booleans()))
    for line in draw(st.lists(st.binary(max_size=30), max_size=2)):
        lines.insert(draw(st.integers(0, len(lines))), line + b"\n")
    return lines
