from slipway.sandbox.provider.facts.document import DOCUMENT, row, text
from slipway.sandbox.provider.types import supported


def test_the_page_is_what_the_declarations_and_the_cases_say() -> None:
    assert DOCUMENT.read_text() == text(), "run python -m slipway.sandbox.provider.facts.document"


def test_every_type_says_what_creates_reads_and_deletes_it() -> None:
    silent = {"aws:secretsmanager/secretVersion:SecretVersion"}  # AWS deletes versions with their secret
    for token in supported():
        _, _, create, read, *_, delete, _ = row(token)
        assert "nothing" not in create + read
        assert ("nothing" in delete) == (token in silent)


def test_a_row_names_the_operations_of_a_declaration_and_of_its_functions() -> None:
    _, name, create, read, update, replaced, imported, refresh, delete, _ = row("aws:lambda/function:Function")
    assert name == "`{name}`"
    assert create.startswith("`create_function`")
    assert "`get_function`" in read
    assert "`update_function_code`" in update
    assert replaced == "name, packageType"
    assert imported == "by the id"
    assert "s3Key" in refresh
    assert delete == "`delete_function`"
