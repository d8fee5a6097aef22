"""S3's tags as XML: moto fails on an empty set and takes spaces away from values.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
"""

from typing import Any
from xml.etree import ElementTree as ET

from moto.s3.exceptions import DuplicateTagKeys, NoSystemTags
from moto.s3.responses import S3Response

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Replace what reads the tags of an object and of a bucket."""
    replace(S3Response, _tagging_from_xml=_tags, _bucket_tagging_from_body=_tags_of_bucket)


def _tags(response: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    root = ET.fromstring(response.body)  # noqa: S314  (expat refuses entity bombs since 2.4.1)
    for tag in (each for each in root.iter() if _name(each) == "Tag"):
        parts = {_name(part): part.text or "" for part in tag}
        if parts.get("Key", "") in found:
            raise DuplicateTagKeys
        found[parts.get("Key", "")] = parts.get("Value", "")
    return found


def _tags_of_bucket(response: Any) -> dict[str, str]:
    found = _tags(response)
    if any(key.startswith("aws:") for key in found):
        raise NoSystemTags
    return found


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
