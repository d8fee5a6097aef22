"""Programs as Hypothesis draws them: resources in an order in which each stands after what it needs."""

import os
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.property.engine.worlds import GROUP, PROVIDER, THING, Wanted

CAREFUL = settings(
    max_examples=int(os.environ.get("SLIPWAY_ENGINE_EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
THINGS = ["a", "b", "c", "d", "e", "f"]
GROUPS = ["g", "h"]
PROVIDERS = ["x", "y"]

Program = list[Wanted]


@st.composite
def programs(draw: st.DrawFn, *, protect: bool = False) -> Program:
    """Draw providers, groups and things."""
    providers = draw(st.lists(st.sampled_from(PROVIDERS), unique=True, max_size=2))
    groups = draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=2))
    program = [Wanted(name, PROVIDER, kind=draw(small)) for name in providers]
    for index, name in enumerate(groups):
        parent = draw(st.sampled_from(["", *groups[:index]]))
        program.append(Wanted(name, GROUP, value=draw(small), parent=parent))
    names = draw(st.lists(st.sampled_from(THINGS), unique=True, max_size=len(THINGS)))
    for index, name in enumerate(names):
        links = _some(names[:index])
        named = draw(rarely)
        # with a name that exists once, making the new one first is a mistake of the program
        orders = [None, None, True] if named else [None, None, False, True]
        program.append(
            Wanted(
                name,
                THING,
                kind=draw(small),
                value=draw(small),
                fixed=named,
                needs=draw(links),
                uses=draw(links),
                after=draw(links),
                parent=draw(st.sampled_from(["", *groups])),
                provider=draw(st.sampled_from(["", *providers])),
                delete_first=draw(st.sampled_from(orders)),
                replaced_by_value=draw(rarely),
                ignores_value=draw(rarely),
                secret=draw(rarely),
                protect=protect and draw(rarely),
            )
        )
    return program


small = st.integers(0, 1)
rarely = st.sampled_from([False, False, False, True])


def _some(names: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=2).map(tuple) if names else st.just(())


@st.composite
def edits(draw: st.DrawFn, program: Program, *, renames: bool = True) -> Program:
    """Draw a change of a program: other values, other options, other names with an alias, and some that leave."""
    changed: Program = []
    renamed: dict[str, str] = {}
    gone = draw(st.sets(st.sampled_from([item.name for item in program]), max_size=2)) if program else set()
    for item in program:
        if item.name in gone:
            continue
        new = replace(
            item,
            needs=_kept(item.needs, gone, renamed),
            uses=_kept(item.uses, gone, renamed),
            after=_kept(item.after, gone, renamed),
            parent="" if item.parent in gone else renamed.get(item.parent, item.parent),
            provider="" if item.provider in gone else renamed.get(item.provider, item.provider),
            kind=draw(st.sampled_from([item.kind, item.kind, 1 - item.kind])),
            value=draw(st.sampled_from([item.value, item.value, 1 - item.value])),
        )
        if item.type == THING:
            new = replace(new, secret=draw(rarely), protect=False)
        if renames and draw(rarely):
            renamed[item.name] = f"{item.name}2"
            new = replace(new, name=f"{item.name}2", formerly=(item.name,))
        changed.append(new)
    return changed


def _kept(names: tuple[str, ...], gone: set[str], renamed: dict[str, str]) -> tuple[str, ...]:
    return tuple(renamed.get(name, name) for name in names if name not in gone)


@st.composite
def edited_programs(draw: st.DrawFn, *, protect: bool = False) -> tuple[Program, Program]:
    """Draw a program and what becomes of it: a change of it, or another one with some of the same names."""
    first = draw(programs(protect=protect))
    second = draw(st.one_of(edits(first), programs()))
    return first, second


@st.composite
def edited_in_order(draw: st.DrawFn) -> tuple[Program, Program]:
    """Draw a program and a change of it, in the same order and under the same names, with something new at its end.

    Where some resources are left as they were, another order could make old and new ones need each other in a circle.
    """
    first = draw(programs())
    second = draw(edits(first, renames=False))
    things = [item.name for item in second if item.type == THING]
    new = Wanted("z", value=draw(small), needs=draw(_some(things)), uses=draw(_some(things)), after=draw(_some(things)))
    return first, [*second, new] if draw(st.booleans()) else second
