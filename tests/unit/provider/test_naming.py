import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.provider.naming import AutoName, Mode, automatic_name, name_of

BUCKET = AutoName(property="bucket", limit=63, lower=True, prefix_property="bucketPrefix")


@given(st.text("abcABC-", min_size=1, max_size=200), st.binary(min_size=32, max_size=32), st.integers(12, 255))
def test_a_name_fits_its_limit_and_ends_in_seven_digits(raw: str, seed: bytes, limit: int) -> None:
    name = AutoName(limit=limit).drawn(raw, seed)
    assert len(name) <= limit
    assert re.search(r"-[0-9a-f]{7}$", name)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_the_seed_alone_decides_the_digits(one: bytes, other: bytes) -> None:
    assert BUCKET.drawn("lake", one) == BUCKET.drawn("lake", one)
    assert (BUCKET.drawn("lake", one) == BUCKET.drawn("lake", other)) is (one == other)


def test_a_bucket_is_lower_case_and_an_alias_has_its_prefix() -> None:
    assert BUCKET.drawn("Landing-Zone", b"s").startswith("landing-zone-")
    assert AutoName(prefix="alias/").drawn("lake", b"s").startswith("alias/lake-")
    assert AutoName(prefix="alias/").drawn("alias/lake", b"s").startswith("alias/lake-")


def chosen(olds: Mapping[str, object], options: Mode | None = None, **news: object) -> str | None:
    return automatic_name(BUCKET, news, olds, urn_name="Lake", seed=b"new", options=options)


def test_an_automatic_name_is_kept_while_it_was_automatic() -> None:
    old = {"bucket": "lake-0123456", "__defaults": ["bucket"]}
    assert chosen(old) == "lake-0123456"
    assert chosen(old, Mode(proposed_name="proposed")) == "lake-0123456"


def test_a_name_that_the_program_gave_before_is_not_kept() -> None:
    assert chosen({"bucket": "given", "__defaults": []}) == BUCKET.drawn("Lake", b"new")


def test_a_proposed_name_is_brought_into_the_form_of_the_type() -> None:
    assert chosen({}, Mode(proposed_name="Small-Lake")) == "small-lake"


def test_disabled_automatic_names_give_none() -> None:
    assert chosen({}, Mode(mode=Mode.DISABLE)) is None


def test_a_given_prefix_is_kept_as_it_is() -> None:
    name = chosen({}, bucketPrefix="raw-")
    assert name is not None
    assert re.fullmatch(r"raw-[0-9a-f]{7}", name)


@pytest.mark.parametrize("name", ["lake", "a::b"])
def test_the_name_is_the_last_part_of_the_urn(name: str) -> None:
    assert name_of(f"urn:pulumi:dev::p::aws:s3/bucket:Bucket::{name}") == name
