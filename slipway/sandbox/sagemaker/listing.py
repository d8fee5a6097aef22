"""Filters, order and pages of every List operation, by the names that AWS gives the parameters."""

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any

from slipway.sandbox.sagemaker.errors import validation

Record = dict[str, Any]

PAGE_SIZE = 100
NOT_FILTERS = frozenset({"MaxResults", "NextToken", "SortBy", "SortOrder", "CrossAccountFilterOption"})
WINDOW = re.compile(r"(Creat|LastModified|Created|Modified)\w*?(After|Before)")
SORT_MEMBERS = {
    "CreationTime": ("CreationTime",),
    "CreationDate": ("CreationTime",),
    "CreatedTime": ("CreationTime",),
    "CREATION_TIME": ("CreationTime",),
    "LastModifiedTime": ("LastModifiedTime", "CreationTime"),
    "LAST_MODIFIED_TIME": ("LastModifiedTime", "CreationTime"),
}


def page(
    records: Iterable[Record],
    params: Record,
    *,
    name: Callable[[Record], str],
    status: str | None = None,
    descending: bool = False,
) -> tuple[list[Record], str | None]:
    """Return the records that the parameters ask for and the token of the next page, or None on the last one.

    `name` finds a record's name, `status` names the member that StatusEquals means, `descending` is the operation's
    own order when SortOrder is not given.
    """
    kept = [record for record in records if _matches(record, params, name, status)]
    order = params.get("SortOrder")
    reverse = descending if order is None else order in {"Descending", "DESCENDING"}
    kept.sort(key=_sort_key(params.get("SortBy"), name, status), reverse=reverse)
    return cut(kept, params)


def cut(records: list[Record], params: Record) -> tuple[list[Record], str | None]:
    """Return the page of ordered records that MaxResults and NextToken mean, and the token of the next one."""
    start = _start(params.get("NextToken"))
    size = int(params.get("MaxResults") or PAGE_SIZE)
    token = _token(start + size) if start + size < len(records) else None
    return records[start : start + size], token


def _matches(record: Record, params: Record, name: Callable[[Record], str], status: str | None) -> bool:
    return all(
        _passes(record, parameter, wanted, name, status)
        for parameter, wanted in params.items()
        if parameter not in NOT_FILTERS and wanted is not None
    )


def _passes(record: Record, parameter: str, wanted: Any, name: Callable[[Record], str], status: str | None) -> bool:
    window = WINDOW.fullmatch(parameter)
    if window is not None:
        time = record.get("CreationTime" if window.group(1).startswith("Creat") else "LastModifiedTime", 0)
        return bool(time > wanted if window.group(2) == "After" else time < wanted)
    if parameter == "StatusEquals":
        return status is None or record.get(status) == wanted
    if parameter.endswith("NameContains"):
        return str(wanted).lower() in name(record).lower()
    if parameter.endswith("NamePrefix"):
        return name(record).startswith(str(wanted))
    found = record.get(parameter.removesuffix("Equals"))
    return wanted in found if isinstance(found, list) else bool(found == wanted)


def _sort_key(by: str | None, name: Callable[[Record], str], status: str | None) -> Callable[[Record], tuple[Any, ...]]:
    if by in {"Name", "NAME", "PipelineName"}:
        return lambda record: (name(record),)
    if by == "Status" and status is not None:
        return lambda record: (str(record.get(status, "")), name(record))
    members = SORT_MEMBERS.get(by or "CreationTime", ("CreationTime",))

    def key(record: Record) -> tuple[Any, ...]:
        time = next((record[member] for member in members if member in record), 0)
        return time, record.get("ModelPackageVersion", 0), name(record)

    return key


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("from:"))
    except ValueError as error:
        raise validation("The pagination token is not valid.") from error


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode()
