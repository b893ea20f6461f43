"""Random patterns of every kind, with awkward names and values."""

from __future__ import annotations

from hypothesis import strategies as st

from klantreis.events.pattern import AllOf, AnyOf, Comparison, Near, Node, Not, Nth, OneOf, Then

names = st.one_of(
    st.sampled_from(
        [
            "touchpoint",
            "channel",
            "and",
            "In",
            "first",
            "nth",
            "within",
            "then",
            "after",
            "e-mail",
            "x.y",
            "prijs €",
            "a`b",
        ]
    ),
    st.text(min_size=1, max_size=8),
)
numbers = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53).map(float))
values = st.one_of(st.text(max_size=8), numbers)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Comparison, names, st.sampled_from(["=", "!="]), values),
    st.builds(Comparison, names, st.sampled_from(["<", "<=", ">", ">="]), numbers),
    st.builds(OneOf, names, st.lists(values, min_size=1, max_size=3).map(tuple)),
)
gaps = st.none() | st.integers(1, 9 * 10**17)


@st.composite
def sequences(draw: st.DrawFn, inner: st.SearchStrategy[Node]) -> Then:
    parts = draw(st.lists(inner, min_size=2, max_size=3))
    return Then(tuple(parts), tuple(draw(gaps) for _ in parts[1:]))


def near(part: Node, side: str, anchor: Node, within: int | None) -> Near:
    return Near(part, side, anchor, 1 if side == "around" and within is None else within)  # type: ignore[arg-type]


nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Nth, st.integers(-3, 3).filter(bool), inner),
        st.builds(near, inner, st.sampled_from(["after", "before", "around"]), inner, gaps),
        sequences(inner),
    ),
    max_leaves=8,
)
