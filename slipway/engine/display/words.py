"""The words and signs of steps, and how names are shortened; as the real command line has them."""

import re
from typing import Any

from slipway.engine.display.neutral import name_of

SIGNS = {
    "create": "+ ",
    "update": "~ ",
    "delete": "- ",
    "replace": "+-",
    "create-replacement": "++",
    "delete-replaced": "--",
    "read": "> ",
    "read-replacement": ">>",
    "refresh": "~ ",
    "import": "= ",
    "import-replacement": "=>",
    "discard": "< ",
    "discard-replaced": "<<",
    "remove-pending-replace": "~ ",
}
COLORS = {
    "create": "32",
    "update": "33",
    "delete": "31",
    "replace": "35",
    "create-replacement": "32",
    "delete-replaced": "31",
    "read": "36",
    "refresh": "33",
    "import": "36",
    "discard": "31",
}  # ANSI foreground numbers
PLANNED = {
    "same": "unchanged",
    "create-replacement": "create replacement",
    "delete-replaced": "delete original",
    "refresh": "refreshing",
    "read-replacement": "read for replacement",
    "import-replacement": "import replacement",
    "discard-replaced": "discard original",
}
DOING = {
    "create": "creating",
    "update": "updating",
    "delete": "deleting",
    "replace": "replacing",
    "create-replacement": "creating replacement",
    "delete-replaced": "deleting original",
    "read": "reading",
    "read-replacement": "reading for replacement",
    "refresh": "refreshing",
    "import": "importing",
    "import-replacement": "importing replacement",
    "discard": "discarding",
    "discard-replaced": "discarding original",
}
DONE = {
    "same": "unchanged",
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
    "create-replacement": "created replacement",
    "delete-replaced": "deleted original",
    "read": "read",
    "read-replacement": "read for replacement",
    "refresh": "refreshed",
    "import": "imported",
    "import-replacement": "imported replacement",
    "discard": "discarded",
    "discard-replaced": "discarded original",
}
_MINUTES = 120  # seconds that are still written as seconds


def short_type(token: str) -> str:
    """Shorten `aws:s3/bucket:Bucket` to `aws:s3:Bucket`."""
    parts = token.split(":")
    if len(parts) == 3 and "/" in parts[1]:  # noqa: PLR2004 - package:module/member:Type
        module, _, member = parts[1].rpartition("/")
        if member.lower() == parts[2].lower():
            return f"{parts[0]}:{module}:{parts[2]}"
    return token


def resource_of(urn: str) -> tuple[str, str]:
    """Return short type and name of a URN."""
    parts = urn.split("::", 3)
    if len(parts) < 4:  # noqa: PLR2004 - urn, project, types, name
        return urn, ""
    return short_type(parts[2].rpartition("$")[2]), parts[3]


def name_and_type(urn: str) -> tuple[str, str]:
    """Return short type and name of a URN, fit to be shown."""
    kind, name = resource_of(urn)
    return name_of(kind), name_of(name)


def changed_keys(metadata: dict[str, Any]) -> str:
    """Return `[diff: ~a,+b]` of a step, or nothing."""
    detailed = metadata.get("detailedDiff") or {}
    signs: dict[str, set[str]] = {}
    for path, entry in detailed.items():
        top = re.split(r"[.\[]", path, maxsplit=1)[0] or path
        kind = entry.get("diffKind", "update") if path == top or path.startswith('["') else "update"
        signs.setdefault(top, set()).add("+" if kind.startswith("add") else "-" if kind.startswith("delete") else "~")
    for key in metadata.get("diffs") or [] if not detailed else []:
        signs.setdefault(key, set()).add("~")
    if not signs:
        return ""
    keys = sorted(f"{next(iter(found)) if len(found) == 1 else '~'}{key}" for key, found in signs.items())
    return name_of(f"[diff: {','.join(sorted(keys, key=lambda text: text[1:]))}]")


def elapsed(seconds: float) -> str:
    """Write how long something took as (0.12s), (7s) or (2m05s)."""
    return f"({seconds:.2f}s)" if 0 < seconds < 1 else f"({duration(seconds)})"


def duration(seconds: float) -> str:
    """Write a duration as 7s, 2m05s or 1h02m."""
    whole = max(0, round(seconds))
    if whole < _MINUTES:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes}m{rest:02d}s" if minutes < 60 else f"{minutes // 60}h{minutes % 60:02d}m"  # noqa: PLR2004


def is_default_provider(metadata: dict[str, Any]) -> bool:
    """Say whether a step is of a provider that no program asked for; the counts leave it out, too."""
    kind, name = str(metadata["type"]), str(metadata["urn"]).rpartition("::")[2]
    return kind.startswith("pulumi:providers:") and (name == "default" or name.startswith("default_"))
