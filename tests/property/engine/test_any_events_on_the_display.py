"""Whatever an operation says: it is shown, no secret with it, and nothing in it commands a terminal."""

import io
import json
import re
from typing import Any

import pyte
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from slipway.engine.display import Digest, HumanDisplay, PlainDisplay, Style, TerminalDisplay
from slipway.engine.display.difference import compare
from slipway.engine.display.layout import fitted
from slipway.engine.display.neutral import cells, cut, cut_middle, cut_start, message_of, name_of

# Shrinking a log takes minutes; the one that fails is printed.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
PATIENT = settings(phases=PHASES, max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HIDDEN = "hunter2-never-shown"
UNHEARD = "what a later version marks"
SECRET = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "ciphertext": HIDDEN,  # the engine writes [secret] here; whatever stands there is not shown
}
ASSET = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "hash": "ab" * 32, "path": "m.gz"}
ODD = {"4dabf18193072939515e22adb298388d": "nobody knows this one", "value": UNHEARD}
COMMANDS = re.compile(r"\x1b|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Of what a terminal is told, this much is ours.
OURS = re.compile(r"\x1b\[(\d+A|[KJ]|\d+(;\d+)*m|\?2026[hl])|\r\n|\r")

texts = st.text(max_size=12) | st.sampled_from(
    [
        "\x1b[2J",
        "a\x1b]0;title\x07b",
        "\r\nrm -rf",
        "tab\there",
        "\u202egnp",
        "\x9b31m",
        "ünï—漢字",
        "",
        "a::b",
        "$",
        "\udc80",
    ]
)
names = st.sampled_from(["raw", "lake", "x\x1b[31m", "漢字" * 9, "long-" * 20]) | texts
leaves = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | texts
    | st.sampled_from([SECRET, ASSET, ODD, "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "x" * 600, "one\ntwo\nthree"])
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(texts, inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Sid", "a", "b"]), inner, max_size=3).map(
            lambda found: json.dumps(found).replace(HIDDEN, "").replace(UNHEARD, "").encode("ascii", "replace").decode()
        )
    ),
    max_leaves=5,
)
properties = st.dictionaries(texts, values, max_size=4)
OPS = [
    "create", "update", "delete", "replace", "same", "create-replacement", "delete-replaced", "read", "refresh",
    "import", "discard", "discard-replaced", "read-replacement", "import-replacement", "remove-pending-replace",
    "new-op",
]  # fmt: skip
TYPES = ["pulumi:pulumi:Stack", "aws:s3/bucket:Bucket", "pulumi:providers:aws", "x\x1b[5m:y:Z"]


urns = st.builds("urn:pulumi:dev::app::{}::{}".format, st.sampled_from(TYPES), names)
sides = st.none() | st.fixed_dictionaries(
    {"id": names, "urn": urns, "parent": urns | st.just(""), "inputs": properties, "outputs": properties}
)
diff_kinds = st.sampled_from(["add", "update", "delete", "update-replace", "add-replace", "delete-replace", ""])
paths = st.sampled_from(["a", "a.b", "a[0]", 'a["b.c"].d', "[", "", "a[*]", "\x1b"]) | texts


def _typed(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"type": found["urn"].split("::")[2]}


metadata = st.fixed_dictionaries({
    "op": st.sampled_from(OPS), "urn": urns, "old": sides, "new": sides, "provider": names,
    "keys": st.lists(texts, max_size=2), "diffs": st.lists(texts, max_size=3),
    "detailedDiff": st.none() | st.dictionaries(
        paths, st.fixed_dictionaries({"diffKind": diff_kinds, "inputDiff": st.booleans()}), max_size=4
    ),
}).map(_typed)  # fmt: skip
SEVERITIES = ["error", "warning", "info", "info#err", "debug", "unheard-of"]
MESSAGES = st.sampled_from(
    ["Traceback (most recent call last):\n", '  File "/p/x.py", line 1, in f\n', "KeyboardInterrupt\n", "update failed"]
)
findings = st.fixed_dictionaries({
    "resourceUrn": urns | st.just(""), "policyName": names, "policyPackName": names, "policyPackVersion": texts,
    "message": texts | st.just("can't run policy 'x' from policy pack 'p@v1' during preview: string value at .y"),
    "enforcementLevel": st.sampled_from(["mandatory", "advisory", "remediate", "disabled", ""]),
})  # fmt: skip
event = st.one_of(
    st.builds(lambda found: {"resourcePreEvent": {"metadata": found}}, metadata),
    st.builds(lambda found: {"resOutputsEvent": {"metadata": found}}, metadata),
    st.builds(lambda found: {"resOpFailedEvent": {"metadata": found, "status": 1, "steps": 1}}, metadata),
    st.builds(
        lambda urn, severity, message, brief: {
            "diagnosticEvent": {"urn": urn, "severity": severity, "message": message, "ephemeral": brief}
        },
        urns | st.just(""), st.sampled_from(SEVERITIES), texts | MESSAGES, st.booleans(),
    ),
    st.builds(lambda found: {"policyEvent": found}, findings),
    st.builds(
        lambda found, before, after: {"policyRemediationEvent": found | {"before": before, "after": after}},
        findings, properties, properties,
    ),
    st.builds(
        lambda changes, result, packs: {
            "summaryEvent": {"resourceChanges": changes, "result": result, "PolicyPacks": packs}
        },
        st.dictionaries(st.sampled_from(OPS), st.integers(0, 3), max_size=3), st.sampled_from(["succeeded", "failed"]),
        st.dictionaries(texts, texts, max_size=2),
    ),
    st.builds(lambda config: {"preludeEvent": {"config": config}}, st.dictionaries(texts, texts, max_size=2)),
    st.sampled_from([{"cancelEvent": {}}, {"policyLoadEvent": {}}, {"somethingNew": {}}]),
)  # fmt: skip
logs = st.lists(event, max_size=14)
flags = st.fixed_dictionaries({
    name: st.booleans()
    for name in ("diff", "show_sames", "show_reads", "replacement_steps", "outputs", "full", "config", "remediations")
})  # fmt: skip
KINDS = st.sampled_from(["up", "preview", "refresh", "destroy"])


class Utf8(io.StringIO):
    """A stream that can show everything."""

    encoding = "utf-8"


def take(display: HumanDisplay, log: list[dict[str, Any]]) -> None:
    """Hand a log to a display, with a picture after each event where there are pictures."""
    for item in log:
        display.event(item)
        if isinstance(display, TerminalDisplay):
            display.paint()
    display.close()
    assert HIDDEN not in display.details()


@PATIENT
@given(log=logs, kind=KINDS, dry=st.booleans(), style=flags)
def test_any_events_give_lines_without_a_command_to_the_terminal_and_without_a_secret(
    log: list[dict[str, Any]],
    kind: str,
    dry: bool,  # noqa: FBT001
    style: dict[str, bool],
) -> None:
    out = Utf8()
    take(PlainDisplay(out, kind, "d\x1b[0m", dry_run=dry, style=Style(progress=False, **style), clock=lambda: 0.0), log)
    assert not COMMANDS.search(out.getvalue())
    assert HIDDEN not in out.getvalue()
    assert UNHEARD not in out.getvalue()
    assert all(char.isprintable() or char == "\n" for char in out.getvalue())


@PATIENT
@given(log=logs, kind=KINDS, dry=st.booleans(), style=flags, size=st.tuples(st.integers(24, 90), st.integers(5, 30)))
def test_on_a_terminal_nothing_but_our_own_commands_and_never_more_than_it_has_lines(
    log: list[dict[str, Any]],
    kind: str,
    dry: bool,  # noqa: FBT001
    style: dict[str, bool],
    size: tuple[int, int],
) -> None:
    out = Utf8(newline="")
    how = Style(progress=False, tree=True, color=True, **style | {"config": False})
    display = TerminalDisplay(out, kind, "dev", dry_run=dry, style=how, clock=lambda: 0.0, size=lambda: size)
    screen = pyte.HistoryScreen(*size, history=1000)
    for item in log:
        display.event(item)
        display.paint()
    pyte.Stream(screen).feed(re.sub(r"(?<!\r)\n", "\r\n", out.getvalue()))
    # Only the line above the tree may leave the screen: what is painted again must be on it.
    gone = "".join(line[column].data for line in screen.history.top for column in range(size[0]))
    assert f"{display._title} (dev):".startswith(gone.rstrip())
    display.close()
    assert not COMMANDS.search(OURS.sub("", out.getvalue()))
    assert HIDDEN not in out.getvalue()


@PATIENT
@given(log=logs)
def test_any_events_give_a_digest_that_is_json_without_a_secret(log: list[dict[str, Any]]) -> None:
    digest = Digest({}, show_sames=True)
    for item in log:
        if not item.get("policyRemediationEvent"):
            digest.event(item)
    assert isinstance(json.loads(digest.text()), dict)
    assert HIDDEN not in digest.text()


@given(text=st.text(max_size=30), width=st.integers(0, 20))
def test_a_text_that_is_cut_takes_no_more_cells_than_it_may(text: str, width: int) -> None:
    shown = name_of(text)
    for shorten in (cut, cut_middle, cut_start):
        assert cells(shorten(shown, width)) <= max(0, width)
    assert shown.isprintable()
    assert all(line.isprintable() for line in message_of(text).split("\n"))


@given(widths=st.lists(st.integers(0, 200), min_size=4, max_size=4), room=st.integers(20, 200))
def test_columns_fit_whatever_they_hold(widths: list[int], room: int) -> None:
    found = fitted(widths, room)
    assert sum(found) + 2 * (sum(1 for width in found if width) - 1) <= room
    assert all(0 <= new <= old for new, old in zip(found, widths, strict=True))


@PATIENT
@given(old=values, new=values)
def test_values_differ_exactly_when_a_difference_is_shown(old: Any, new: Any) -> None:
    same = old == new and isinstance(old, bool) == isinstance(new, bool)
    assert (compare("x", old, new) is None) == same
    assert compare("x", old, old) is None
