"""A review on its pull request, against a server on loopback that behaves as GitHub's API does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slipway.failure import Failure, Misuse
from slipway.preview.github.place import place
from slipway.preview.github.posting import post
from slipway.preview.markdown.marker import Marker
from tests.github_server import PERSON, READER, GitHubServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with GitHubServer() as server:
        yield server


def pages(*texts: str, project: str = "app", stack: str = "dev") -> list[str]:
    """Return pages with these texts, marked as those of a stack."""
    return [
        f"{Marker(kind='preview', project=project, stack=stack, page=number, of=len(texts)).written()}\n{text}\n"
        for number, text in enumerate(texts, start=1)
    ]


def test_a_first_review_is_written_and_a_second_one_edits_it_in_place(github: GitHubServer) -> None:
    where = place(None, github.environment())
    assert post(pages("one"), where) == "comment on pull request 7 of team/app: 1 written"
    assert post(pages("two"), where) == "comment on pull request 7 of team/app: 1 edited"
    assert github.repository.shown() == pages("two")
    assert post(pages("two"), where) == "comment on pull request 7 of team/app: 1 as it was"


def test_pages_are_added_and_removed_as_a_review_grows_and_shrinks(github: GitHubServer) -> None:
    where = place("7", github.environment())
    post(pages("a", "b", "c"), where)
    assert post(pages("a", "B"), where) == "comment on pull request 7 of team/app: 2 edited, 1 removed"
    assert github.repository.shown() == pages("a", "B")
    assert post(pages("a", "B", "c"), where).endswith("2 edited, 1 written")


def test_stacks_whose_names_begin_alike_have_comments_of_their_own(github: GitHubServer) -> None:
    where = place(None, github.environment())
    for stack in ("dev", "dev-tokyo", "d"):
        post(pages(stack, stack=stack), where)
    post(pages("new"), where)
    shown = github.repository.shown()
    assert shown == [*pages("new"), *pages("dev-tokyo", stack="dev-tokyo"), *pages("d", stack="d")]


def test_a_comment_is_found_behind_hundreds_of_others(github: GitHubServer) -> None:
    for number in range(250):
        github.repository.comment(f"comment {number}", {"login": "eve", "type": "User"})
    github.repository.comment(pages("old")[0])
    post(pages("new"), place(None, github.environment()))
    assert github.repository.shown()[-1] == pages("new")[0]
    assert sum("page=" in request for request in github.repository.requests) == 3


def test_a_mark_that_somebody_else_wrote_is_left_alone(github: GitHubServer) -> None:
    forged = pages("mine")[0]
    github.repository.comment(forged, {"login": "eve", "type": "User"})
    github.repository.comment(f"> {forged}")
    post(pages("real"), place(None, github.environment()))
    assert github.repository.shown() == [forged, f"> {forged}", *pages("real")]


def test_a_person_edits_their_own_comment_and_not_a_bots(github: GitHubServer) -> None:
    github.repository.comment(pages("of a bot")[0])
    github.repository.comment(pages("of ada")[0], {"login": "ada", "type": "User"})
    post(pages("new"), place(None, github.environment(PERSON)))
    assert github.repository.shown() == [*pages("of a bot"), *pages("new")]


def test_doubles_that_two_runs_at_once_have_left_are_removed(github: GitHubServer) -> None:
    for _ in range(3):
        github.repository.comment(pages("old")[0])
    assert post(pages("new"), place(None, github.environment())).endswith("1 edited, 2 removed")
    assert github.repository.shown() == pages("new")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("8", "number 8 of team/app is an issue, not a pull request"),
        ("9", "there is no pull request 9 in team/app, or the token can't see it"),
    ],
)
def test_a_number_that_is_no_pull_request_is_told(github: GitHubServer, number: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        post(pages("x"), place(number, github.environment()))
    assert github.repository.shown() == []


@pytest.mark.parametrize("number", ["", "0", "seven", "-7", "7; ls", "7/../8", "\u0667"])
def test_what_is_no_number_is_refused_before_anybody_is_asked(github: GitHubServer, number: str) -> None:
    with pytest.raises(Misuse, match="is no number of a pull request: give digits only, such as 42"):
        place(number, github.environment())
    assert github.repository.requests == []


def test_a_token_of_the_wrong_scope_is_told_what_it_lacks(github: GitHubServer) -> None:
    with pytest.raises(
        Failure, match=r"may not write the comments of team/app .*pull-requests: write.*--summary there"
    ):
        post(pages("x"), place(None, github.environment(READER)))


def test_a_token_that_github_does_not_know_is_told(github: GitHubServer) -> None:
    with pytest.raises(Failure, match=r"GitHub does not take the token \(Bad credentials\)"):
        post(pages("x"), place(None, github.environment("stale")))


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1764115200"}, "try again after 00:00:00 UTC"),
        (403, {"Retry-After": "60"}, "try again in 60 seconds"),
        (429, {}, "try again later"),
    ],
)
def test_a_rate_limit_is_told_from_a_missing_permission(
    github: GitHubServer, status: int, headers: dict[str, str], said: str
) -> None:
    github.repository.answers = [(status, headers, {"message": "API rate limit exceeded"})]
    with pytest.raises(Failure, match=f"GitHub's rate limit is used up .*{said}"):
        post(pages("x"), place(None, github.environment()))


def test_an_answer_that_fails_is_asked_again_but_nothing_is_written_twice(github: GitHubServer) -> None:
    github.repository.answers = [(502, {}, None), (503, {}, None)]
    post(pages("x"), place(None, github.environment()))
    assert github.repository.requests.count("GET /repos/team/app/pulls/7") == 3
    github.repository.answers = [(200, {}, {}), (403, {}, {}), (200, {}, []), (502, {}, None)]
    with pytest.raises(Failure, match="GitHub answers 502 to POST"):
        post(pages("y", stack="other"), place(None, github.environment()))
    assert github.repository.shown() == pages("x")


def test_a_redirect_does_not_carry_the_token_away(github: GitHubServer) -> None:
    with GitHubServer() as elsewhere:
        target = elsewhere.environment()["GITHUB_API_URL"]
        github.repository.answers = [(301, {"Location": f"{target}/repos/team/app/pulls/7"}, {})]
        with pytest.raises(Failure, match="team/app is not at"):
            post(pages("x"), place(None, github.environment()))
        assert elsewhere.repository.requests == []


def test_a_server_that_is_not_there_is_told() -> None:
    with GitHubServer() as gone:
        environment = gone.environment()
    with pytest.raises(Failure, match=r"GitHub can't be reached at http://127.0.0.1"):
        post(pages("x"), place(None, environment))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"GITHUB_TOKEN": " "}, "there is no token to comment with"),
        ({"GITHUB_REPOSITORY": "app"}, "GITHUB_REPOSITORY is 'app'"),
        ({"GITHUB_REPOSITORY": "a/b/../c"}, "GITHUB_REPOSITORY is"),
        ({"GITHUB_API_URL": "http://api.github.com"}, "it must begin with https://"),
        ({"GITHUB_API_URL": "file:///etc/passwd"}, "it must begin with https://"),
        ({"GITHUB_REF": "refs/heads/main"}, "--pr is missing"),
    ],
)
def test_what_the_environment_lacks_is_told(change: dict[str, str], said: str) -> None:
    environment = {"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "team/app", "GITHUB_REF": "refs/pull/7/merge", **change}
    with pytest.raises(Misuse, match=said):
        place(None, environment)


def test_a_token_is_not_in_what_a_place_says_of_itself() -> None:
    where = place("7", {"GH_TOKEN": "ghp_secret", "GITHUB_REPOSITORY": "team/app"})
    assert "ghp_secret" not in repr(where)
    assert where.api == "https://api.github.com"
