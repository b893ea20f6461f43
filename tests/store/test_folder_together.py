"""Writing several files of a folder breaks off anywhere: whoever looks next sees all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klantreis.personas.persona import Persona
from klantreis.store import folder_together
from klantreis.store.folder import FolderStore
from klantreis.use_cases.create_together import create_together
from klantreis.use_cases.edit import create
from klantreis.workspace import WorkspaceSettings

NEW = (Persona(id="persona:an", name="An"), Persona(id="persona:bo", name="Bo"))
#: The steps of a writing of two documents: the plan, then for each its history and its file, then the plan is gone.
STEPS = [("write_whole", 0), ("append_entry", 0), ("write_whole", 1), ("append_entry", 1), ("write_whole", 2)]
STEPS += [("remove_file", 0)]
LOOKS: tuple[Callable[[FolderStore], object], ...] = (
    lambda store: store.load(),
    lambda store: store.version("persona:bo"),
    lambda store: store.history("persona:bo"),
    lambda store: store.fingerprint(),
    lambda store: create(store, Persona(id="persona:cas", name="Cas"), by="els"),
)


@pytest.mark.parametrize(("name", "call"), STEPS)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("look", range(len(LOOKS)))
def test_it_may_break_off_before_or_after_every_step(
    name: str, call: int, after: bool, look: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "shop"
    FolderStore(root).fill([WorkspaceSettings(id="workspace:shop", title="De winkel")])
    calls: list[Any] = []
    real = getattr(folder_together, name)

    def broken(*given: Any, **how: Any) -> Any:
        calls.append(given)
        if len(calls) - 1 == call and not after:
            raise KeyboardInterrupt
        done = real(*given, **how)
        if len(calls) - 1 == call:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(folder_together, name, broken)
    with pytest.raises(KeyboardInterrupt):
        create_together(FolderStore(root), NEW, by="els")
    monkeypatch.undo()
    LOOKS[look](FolderStore(root))
    held = FolderStore(root)
    there = [held.load().find(one.id) for one in NEW]
    assert there in ([None, None], list(NEW))
    assert there == list(NEW) or (name, call, after) == ("write_whole", 0, False)
    assert [len(held.history(one.id)) for one in NEW] == [int(one is not None) for one in there]
    assert not folder_together.is_unfinished(root)
    if there[0] is None:
        create_together(held, NEW, by="els")
        assert held.load().find("persona:bo") == NEW[1]
