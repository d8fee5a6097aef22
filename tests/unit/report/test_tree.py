from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slipway.report.findings import Change, Node, Tree
from slipway.report.page import render
from slipway.report.tree import short
from tests import report_samples as samples
from tests.report_reading import find, parse, said, section

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

CREATED = Change(operation="first up", kind="create")
UPDATED = Change(operation="release 1", kind="update")


def shown(tree: Tree) -> Element:
    return section(parse(render(replace(samples.whole(), tree=tree))), "tree")


def bucket(name: str, *changes: Change) -> Node:
    return Node(type="aws:s3/bucket:Bucket", name=name, changes=changes)


def lake(*children: Node) -> Tree:
    root = Node(type="slipway:storage:Lake", name="lake", changes=(CREATED,), children=children)
    return Tree(operations=("first up", "release 1"), roots=(root,))


def chips(row: Element) -> list[str]:
    return [said(one) for one in find(row, "span", "chip")]


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("aws:s3/bucket:Bucket", "s3 Bucket"),
        ("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "sagemaker EndpointConfiguration"),
        ("slipway:storage:Lake", "storage Lake"),
        ("pulumi:providers:aws", "providers aws"),
        ("odd", "odd"),
        ("", ""),
    ],
)
def test_a_type_is_shortened_to_what_tells_it_from_others(token: str, words: str) -> None:
    assert short(token) == words


def test_every_resource_is_there_once_below_its_component() -> None:
    found = shown(samples.tree())
    assert len(find(found, "bdi", "node")) == 69
    (component,) = [one for one in find(found, "li") if find(one, "bdi", "node")[0].text == "images"]
    assert [one.text for one in find(component, "bdi", "node")] == ["images"] + ["images-serving"] * 2 + [
        "images-training"
    ] * 2


def test_a_chip_says_what_was_done_by_which_operation() -> None:
    row = find(shown(lake(bucket("raw", CREATED, UPDATED))), "li", "leaf")[0]
    assert chips(row) == ["+ created by  first up", "~ updated by  release 1"]


def test_the_first_row_counts_every_change_of_every_operation() -> None:
    row = find(shown(lake(bucket("raw", CREATED, UPDATED), bucket("curated", CREATED))), "div", "row")[1]
    assert chips(row) == ["+3 created by  first up", "~1 updated by  release 1"]
    assert "the stack 2 aws, 1 slipway" in said(row)


def test_a_component_counts_itself_and_what_is_in_it() -> None:
    (details,) = find(shown(lake(bucket("raw", CREATED), bucket("curated", CREATED))), "details")
    assert chips(details[0]) == ["+3 created by  first up"]
    assert "2 inside" in said(details[0])


def test_a_component_is_open_where_not_everything_fared_alike() -> None:
    alike = find(shown(lake(bucket("raw", CREATED), bucket("curated", CREATED))), "details")
    mixed = find(shown(lake(bucket("raw", CREATED), bucket("curated", CREATED, UPDATED))), "details")
    assert [one.get("open") for one in (*alike, *mixed)] == [None, ""]


def test_kinds_and_operations_that_nobody_foresaw_are_shown_by_name() -> None:
    found = shown(lake(bucket("raw", Change(operation="import", kind="import"))))
    assert "• import by  import" in chips(found)


def test_a_chip_stands_in_the_column_of_its_operation() -> None:
    found = shown(lake(bucket("raw", UPDATED)))
    headings = {said(one): one.get("style") for one in find(find(found, "div", "columns")[0], "span", "cell")}
    (cell,) = find(find(found, "li", "leaf")[0], "span", "cell")
    assert headings == {"first up": "--column:1", "release 1": "--column:2"}
    assert cell.get("style") == "--column:2"


@pytest.mark.parametrize(("operations", "loose"), [(("up",) * 1, False), (tuple("abcdef"), True), (("x" * 40,), True)])
def test_more_operations_than_columns_have_room_stand_one_after_the_other(
    operations: tuple[str, ...], *, loose: bool
) -> None:
    found = shown(replace(lake(), operations=operations, roots=(bucket("raw"),)))
    assert bool(find(found, "div", "loose")) == loose
