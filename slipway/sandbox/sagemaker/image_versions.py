"""Versions of an image: numbered from 1 in the order of their creation, found by number or alias, else the newest."""

from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import in_use, not_found
from slipway.sandbox.sagemaker.listing import cut, page

KIND, IMAGE = "ImageVersion", "Image"

Record = dict[str, Any]


def create_image_version(params: Record, context: Context) -> Record:
    """Remember the next version; the same client token is answered with the version that it made."""
    name = params["ImageName"]
    image = _image(name, context)
    for record in _versions(name, context):
        if record["ClientToken"] == params["ClientToken"]:
            return {"ImageVersionArn": record["ImageVersionArn"]}
    number = image.get("LastVersion", 0) + 1
    _require_free_aliases(name, params.get("Aliases", []), context)
    now = context.now()
    arn = context.scope.arn(f"image-version/{name.lower()}/{number}")
    record = params | {
        "Version": number,
        "ImageArn": image["ImageArn"],
        "ImageVersionArn": arn,
        "ImageVersionStatus": "CREATED",
        "ContainerImage": params["BaseImage"],
        "CreationTime": now,
        "LastModifiedTime": now,
    }
    context.store.put(context.scope, KIND, _key(name, number), record)
    context.store.update(context.scope, IMAGE, name, lambda found: found.update(LastVersion=number))
    return {"ImageVersionArn": arn}


def describe_image_version(params: Record, context: Context) -> Record:
    """Everything that is remembered of a version."""
    return _existing(params, context)


def list_image_versions(params: Record, context: Context) -> Record:
    """One page of the versions of an image."""
    _image(params["ImageName"], context)
    records, token = page(
        _versions(params["ImageName"], context),
        params,
        name=lambda record: f"{record['Version']:09}",
        status="ImageVersionStatus",
    )
    return {"ImageVersions": records, "NextToken": token}


def list_aliases(params: Record, context: Context) -> Record:
    """One page of the aliases of an image's versions, of one version or of all."""
    _image(params["ImageName"], context)
    wanted = params.get("Version")
    records = [found for found in _versions(params["ImageName"], context) if wanted in (None, found["Version"])]
    names, token = cut([{"alias": alias} for found in records for alias in found.get("Aliases", [])], params)
    return {"SageMakerImageVersionAliases": [name["alias"] for name in names], "NextToken": token}


def update_image_version(params: Record, context: Context) -> Record:
    """Change what the request names; aliases are added and taken away."""
    record = _existing(params, context)
    added, gone = params.get("AliasesToAdd", []), set(params.get("AliasesToDelete", []))
    _require_free_aliases(
        params["ImageName"], [each for each in added if each not in record.get("Aliases", [])], context
    )
    unchanged = {"ImageName", "Version", "Alias", "AliasesToAdd", "AliasesToDelete"}

    def change(current: Record) -> None:
        current.update({name: value for name, value in params.items() if name not in unchanged})
        current["Aliases"] = [each for each in dict.fromkeys([*current.get("Aliases", []), *added]) if each not in gone]
        current["LastModifiedTime"] = context.now()

    context.store.update(context.scope, KIND, _key(params["ImageName"], record["Version"]), change)
    return {"ImageVersionArn": record["ImageVersionArn"]}


def delete_image_version(params: Record, context: Context) -> Record:
    """Forget a version; its number is not given again."""
    record = _existing(params, context)
    context.store.delete(context.scope, KIND, _key(params["ImageName"], record["Version"]))
    return {}


def _image(name: str, context: Context) -> Record:
    image = context.store.get(context.scope, IMAGE, name)
    if image is None:
        raise not_found(f"Image '{context.scope.arn(f'image/{name.lower()}')}' does not exist.")
    return image


def _versions(name: str, context: Context) -> list[Record]:
    return [record for record in context.store.all(context.scope, KIND) if record["ImageName"] == name]


def _existing(params: Record, context: Context) -> Record:
    _image(params["ImageName"], context)
    records = _versions(params["ImageName"], context)
    if "Version" in params:
        records = [found for found in records if found["Version"] == params["Version"]]
    elif "Alias" in params:
        records = [found for found in records if params["Alias"] in found.get("Aliases", [])]
    if not records:
        wanted = params.get("Version", params.get("Alias", "latest"))
        raise not_found(f"ImageVersion '{params['ImageName']}/{wanted}' does not exist.")
    return max(records, key=lambda found: int(found["Version"]))


def _require_free_aliases(name: str, aliases: list[str], context: Context) -> None:
    taken = {alias for record in _versions(name, context) for alias in record.get("Aliases", [])} & set(aliases)
    if taken:
        raise in_use(f"aliases of image {name} that another version has: {', '.join(sorted(taken))}")


def _key(name: str, number: int) -> str:
    return f"{name}/{number}"


OPERATIONS = {
    "CreateImageVersion": create_image_version,
    "DescribeImageVersion": describe_image_version,
    "ListImageVersions": list_image_versions,
    "ListAliases": list_aliases,
    "UpdateImageVersion": update_image_version,
    "DeleteImageVersion": delete_image_version,
}
