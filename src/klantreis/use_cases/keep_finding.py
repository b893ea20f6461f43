"""Keep what an analysis found as an insight of the workspace: new, or in the place of an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klantreis.edits import SetField
from klantreis.errors import ChangeError
from klantreis.research.insight import Insight
from klantreis.use_cases.edit import Edited, create, edit
from klantreis.values import to_body

if TYPE_CHECKING:
    from klantreis.store.protocol import Store


def keep_insight(store: Store, insight: Insight, *, by: str) -> Edited:
    """Write an insight; one with the same id gets the new claim, and what people added to it stays.

    Raises
    ------
    ChangeError
        When it says already what was found, or refers to what is not there.
    """
    before = store.load().documents.get(insight.id)
    if before is None:
        return create(store, insight, by=by)
    assert isinstance(before, Insight)  # noqa: S101 - the id says so
    if before.claim == insight.claim:
        raise ChangeError(f"{insight.id} says this already; nothing was written.")
    return edit(store, insight.id, SetField(path=("claim",), value=to_body(insight)["claim"]), by=by)


def keep_if_new(store: Store, insight: Insight, *, by: str) -> Edited | None:
    """Write an insight as :func:`keep_insight` does; None when it said this already.

    Raises
    ------
    ChangeError
        When it refers to what is not there.
    """
    before = store.load().documents.get(insight.id)
    if isinstance(before, Insight) and before.claim == insight.claim:
        return None
    return keep_insight(store, insight, by=by)
