"""What was said, errors first; of tracebacks only what is the program's own."""

import re
from collections.abc import Iterable, Sequence

from slipway.engine.display.notes import TRACE, Note
from slipway.engine.display.paint import BOLD, RED, YELLOW, Paint
from slipway.engine.display.words import name_and_type

_FRAMES = 12  # lines of a program's traceback that are shown, at most
_FEW = 3  # lines that are not worth leaving out
_CHAINS = ("During handling of the above exception", "The above exception was the direct cause")
_MACHINERY = re.compile(
    r'File "(<frozen |.*/(slipway/engine|pulumi/(runtime|log|output)|grpc|asyncio|concurrent/futures)/'
    r"|.*/lib/python3[^/]*/(?!(site|dist)-packages/)|.*/pulumi-language-python-exec\")"
)
_STOPPED = re.compile(r"^(KeyboardInterrupt|asyncio\.exceptions\.CancelledError|SystemExit)\b")


def diagnostics_block(errors: Sequence[Note], others: Sequence[Note], paint: Paint, *, stack: str = "") -> list[str]:
    """Return errors, then warnings, then what the program printed, each under its resource, or else the stack."""
    lines: list[str] = []
    warnings = [note for note in others if note.severity == "warning"]
    printed = [note for note in others if note.severity == "info"]
    complained = _without_machinery([note for note in others if note.severity == "info#err"])
    for notes, word, color in (
        (errors, "error: ", RED),
        (warnings, "warning: ", YELLOW),
        ([*printed, *complained], "", ""),
    ):
        groups: dict[str, list[str]] = {}
        for note in notes:
            groups.setdefault(note.urn or stack, []).append(note.text)
        for urn, texts in groups.items():
            lines.append(f"  {place(urn)}:")
            for text in texts:
                body = shortened(text) if word else text.splitlines()
                lines += [
                    "    " + (paint(word, BOLD, color) if word and n == 0 else "") + line for n, line in enumerate(body)
                ]
            lines.append("")
    return ["Diagnostics:", *lines[:-1]] if lines else []


def place(urn: str) -> str:
    """Return whose message it is: `aws:s3:Bucket (raw)`."""
    if not urn:
        return "this operation"
    kind, name = name_and_type(urn)
    return f"{kind} ({name})"


def shortened(text: str) -> list[str]:
    """Return a message's lines; of a traceback only the frames of the program, and of many of these the last ones."""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith(TRACE)), None)
    if start is None:
        return lines
    kept = lines[: start + 1]
    theirs = True
    for line in lines[start + 1 :]:
        if line.startswith("  File "):
            theirs = not _MACHINERY.search(line)
        elif not line.startswith("  "):
            theirs = True
        if theirs:
            kept.append(line)
    tail = len(kept) - start - 1 - _FRAMES
    if tail <= _FEW:
        return kept
    return [*kept[: start + 1], f"  ... {tail} lines left out", *kept[-_FRAMES:]]


def _without_machinery(notes: Sequence[Note]) -> list[Note]:
    """Leave out the tracebacks of a program that was stopped; every line of one is a message of its own."""
    kept: list[Note] = []
    for trace in _tracebacks(notes):
        texts = [note.text for note in trace]
        if texts[0].startswith(TRACE):
            if _STOPPED.match(texts[-1]):
                continue
            urn, severity = trace[0].urn, trace[0].severity
            kept += [Note(urn, severity, line) for line in shortened("\n".join(texts))]
        elif not texts[0].startswith(_CHAINS):
            kept += trace
    return kept


def _tracebacks(notes: Iterable[Note]) -> Iterable[list[Note]]:
    """Give lines one by one, and those of a traceback together, up to its exception."""
    trace: list[Note] = []
    for note in notes:
        if note.text.startswith(TRACE):
            if trace:
                yield trace
            trace = [note]
        elif trace:
            trace.append(note)
            if not note.text.startswith((" ", TRACE)):
                yield trace
                trace = []
        else:
            yield [note]
    if trace:
        yield trace
