"""A path tree without its small branches: what few customers do goes into the rest of the node before."""

from __future__ import annotations

from dataclasses import replace

from klantreis.events.answers.steps import Branch, PathNode, PathTree


def without_small_branches(tree: PathTree, k: int) -> PathTree:
    """The tree in which every branch that is shown, the rests too, is that of at least ``k`` customers."""
    roots, _, rest = _shown(tree.roots, None, tree.rest, k)
    return replace(tree, roots=tuple(_pruned(root, k) for root in roots), rest=rest)


def _pruned(node: PathNode, k: int) -> PathNode:
    kept, ended, rest = _shown(node.next, node.ended, node.rest, k)
    return replace(node, ended=ended, rest=rest, next=tuple(_pruned(child, k) for child in kept))


def _shown(
    nodes: tuple[PathNode, ...], ended: Branch | None, rest: Branch, k: int
) -> tuple[list[PathNode], Branch | None, Branch]:
    """The nodes, the end and the rest that can be shown; an end that is small goes into the rest, and is then None."""
    kept = [node for node in nodes if _people(node) >= k]
    folded: list[Branch | PathNode] = [node for node in nodes if _people(node) < k]
    if ended is not None and 0 < _people(ended) < k:
        folded.append(ended)
        ended = None
    if not folded and not 0 < _people(rest) < k:
        return kept, ended, rest
    if rest.count:
        folded.append(rest)
    if max(_people(branch) for branch in folded) < k:
        # Together they may still be few: the smallest that could be shown joins them.
        if kept:
            folded.append(kept.pop())
        elif ended is not None and ended.count:
            folded.append(ended)
            ended = None
    touchpoints = sum(branch.touchpoints if isinstance(branch, Branch) else 1 for branch in folded)
    return (
        kept,
        ended,
        Branch(
            count=sum(branch.count for branch in folded),
            customers=None,
            of_parent=sum(branch.of_parent for branch in folded),
            of_all=sum(branch.of_all for branch in folded),
            touchpoints=touchpoints,
        ),
    )


def _people(branch: Branch | PathNode) -> int:
    return 0 if branch.customers is None else branch.customers.count
