"""The digest that names a release."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from infra.components.serving.releases import Release, ServingShape, declared_releases, release_digest

if TYPE_CHECKING:
    from random import Random
from typing import Any

texts = st.text(max_size=20)
releases = st.builds(
    Release,
    model_data=texts,
    model_sha256=texts,
    image=texts,
    code=texts,
    instance_type=texts,
    initial_instance_count=st.integers(1, 1000),
)
shapes = st.builds(
    ServingShape,
    environment=st.dictionaries(texts, texts, max_size=4),
    capture_percentage=st.integers(0, 100),
    container_startup_timeout_seconds=st.integers(60, 3600),
)


@given(releases, shapes)
def test_a_digest_is_eight_hexadecimal_digits(release: Release, shape: ServingShape) -> None:
    digest = release_digest(release, shape)
    assert len(digest) == 8
    assert int(digest, 16) >= 0


@given(releases, shapes, st.data())
def test_every_field_of_a_release_is_in_its_digest(release: Release, shape: ServingShape, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from([field.name for field in fields(Release)]))
    value = getattr(release, field)
    other: dict[str, Any] = {field: value + 1 if isinstance(value, int) else value + "x"}
    assert release_digest(replace(release, **other), shape) != release_digest(release, shape)


@given(releases, shapes)
def test_how_a_release_is_served_is_in_its_digest(release: Release, shape: ServingShape) -> None:
    others = [
        replace(shape, environment={**shape.environment, "ONE_MORE": "1"}),
        replace(shape, capture_percentage=(shape.capture_percentage + 1) % 101),
        replace(shape, container_startup_timeout_seconds=shape.container_startup_timeout_seconds + 1),
    ]
    assert all(release_digest(release, other) != release_digest(release, shape) for other in others)


@given(releases, shapes, st.randoms(use_true_random=False))
def test_the_order_of_environment_variables_does_not_matter(
    release: Release, shape: ServingShape, random: Random
) -> None:
    items = list(shape.environment.items())
    random.shuffle(items)
    assert release_digest(release, replace(shape, environment=dict(items))) == release_digest(release, shape)


@given(releases, st.none() | releases, shapes)
def test_what_is_declared_is_the_current_release_and_one_other_at_most(
    current: Release, previous: Release | None, shape: ServingShape
) -> None:
    declared = declared_releases(current, previous, shape)
    assert next(iter(declared.values())) == current
    assert set(declared) == {release_digest(one, shape) for one in (current, previous) if one is not None}


@given(releases, releases, shapes)
def test_a_rollback_declares_the_same_resources(current: Release, previous: Release, shape: ServingShape) -> None:
    assert set(declared_releases(current, previous, shape)) == set(declared_releases(previous, current, shape))
