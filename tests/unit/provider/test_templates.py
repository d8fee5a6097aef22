import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.provider.templates import at_path, filled, parsed

words = st.text("abcXYZ019.-", min_size=1, max_size=12)


@given(words, st.text("abc:/-", min_size=1, max_size=12))
def test_an_id_gives_back_what_it_was_made_of(role: str, name: str) -> None:
    for template in ("{role}:{name}", "{role}/{name}", "{name}"):
        values = {"role": role, "name": name}
        found = parsed(template, filled(template, values))
        assert found is not None
        assert found == {key: values[key] for key in found}


def test_a_text_of_another_form_gives_none() -> None:
    assert parsed("{role}:{name}", "no-colon") is None


@pytest.mark.parametrize(
    ("path", "value"),
    [("Role.Arn", "a"), ("repositories[0].name", "r"), ("repositories[1]", None), ("Nothing.Arn", None), ("", "all")],
)
def test_paths_into_answers(path: str, value: object) -> None:
    answer = {"Role": {"Arn": "a"}, "repositories": [{"name": "r"}]}
    assert at_path(answer, path) == (answer if value == "all" else value)
