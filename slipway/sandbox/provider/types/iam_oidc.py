"""IAM: identity providers by OpenID Connect."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Call, Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(
    read="list_open_id_connect_provider_tags",
    add="tag_open_id_connect_provider",
    remove="untag_open_id_connect_provider",
    by="id",
    parameter="OpenIDConnectProviderArn",
)
SCHEME: Final = "https://"


def _create(scope: Scope, inputs: Properties) -> Made:
    tags: Any = [{"Key": key, "Value": value} for key, value in sorted((inputs.get("tagsAll") or {}).items())]
    made = scope.client("iam").create_open_id_connect_provider(
        Url=inputs["url"],
        ClientIDList=list(inputs["clientIdLists"]),
        ThumbprintList=list(inputs.get("thumbprintLists") or []),
        Tags=tags,
    )
    return Made(made["OpenIDConnectProviderArn"])


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    found = scope.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=resource_id)
    return {
        "id": resource_id,
        "arn": resource_id,
        # IAM keeps the address without its scheme
        "url": SCHEME + found["Url"].removeprefix(SCHEME),
        "clientIdLists": found.get("ClientIDList") or [],
        "thumbprintLists": found.get("ThumbprintList") or None,
        "tagsAll": {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []},
    }


def _change_clients(scope: Scope, change: Change) -> None:
    client = scope.client("iam")
    old, new = set(change.olds.get("clientIdLists") or []), set(change.news.get("clientIdLists") or [])
    for one in sorted(new - old):
        client.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=change.id, ClientID=one)
    for one in sorted(old - new):
        client.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=change.id, ClientID=one)


def _change_thumbprints(scope: Scope, change: Change) -> None:
    scope.client("iam").update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=change.id, ThumbprintList=list(change.news.get("thumbprintLists") or [])
    )


TYPES = (
    ResourceType(
        type="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        service="iam",
        identity={"id": "OpenIDConnectProviderArn"},
        id="@id",
        create=_create,
        read=_read,
        update=(
            Update(how=_change_clients, props=frozenset({"clientIdLists"})),
            Update(how=_change_thumbprints, props=frozenset({"thumbprintLists"})),
        ),
        delete=Call(operation="delete_open_id_connect_provider"),
        outputs={"arn": "{id}"},
        computed=frozenset({"thumbprintLists"}),
        tags=TAGS,
        unordered=frozenset({"clientIdLists", "thumbprintLists"}),
        global_service=True,
    ),
)
