"""Which workspaces are served, and everything a page needs to know of the one that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

from django.http import HttpRequest

from klantreis.errors import DocumentError, KlantreisError, NotFoundError, did_you_mean
from klantreis.ids import slugify
from klantreis.journeys.vocabulary import in_words_of
from klantreis.store.protocol import Store
from klantreis.texts import catalogue
from klantreis.use_cases.open_workspace import open_store
from klantreis.values import Lang
from klantreis.web.language import chosen
from klantreis.web.options import ServeOptions
from klantreis.workspace import Workspace


@dataclass(frozen=True)
class WorkspaceContext:
    """One request's view of one workspace."""

    slug: str
    workspace: Workspace
    store: Store
    lang: Lang
    on: date

    def t(self, message: str, **values: object) -> str:
        """A text of the interface in the reader's language and in the words of the workspace's market."""
        return in_market_words(raw_text(message, self.lang), self.workspace, self.lang).format(**values)

    def word(self, label: str) -> str:
        """A label of ours (a phase, a lane) in the words of the workspace's market."""
        return in_market_words(label, self.workspace, self.lang)


def raw_text(message: str, lang: Lang) -> str:
    """A message with its placeholders still open: what fills them may be people's own words, which stay as they are."""
    messages = catalogue()
    if message not in messages:
        raise NotFoundError(f"There is no message {message!r}.", hint=did_you_mean(message, messages, what="message"))
    return messages[message][lang]


def in_market_words(label: str, workspace: Workspace, lang: Lang) -> str:
    """A label in the words of a workspace's market; its own word for people only in its own language."""
    settings = workspace.settings
    person = settings.person_word if lang == settings.lang else None
    return in_words_of(label, market=settings.market, lang=lang, person=person)


@dataclass
class Served:
    """The workspaces behind one running server; each is opened once."""

    list_slugs: Callable[[], tuple[str, ...]]
    open_one: Callable[[str], Store]
    _stores: dict[str, Store] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def slugs(self) -> tuple[str, ...]:
        """The workspaces that exist now, in order."""
        return self.list_slugs()

    def store(self, slug: str) -> Store:
        """The store of one workspace; NotFoundError names those that exist."""
        with self._lock:
            if slug not in self._stores:
                known = self.slugs()
                if slug not in known:
                    raise NotFoundError(
                        f"There is no workspace {slug!r} here.",
                        hint=did_you_mean(slug, known, what="workspace"),
                        message_id="errors.no_workspace",
                        values={"workspace": slug},
                    )
                self._stores[slug] = self.open_one(slug)
            return self._stores[slug]


def served_by(options: ServeOptions) -> Served:
    """The workspaces that these options name; a database is migrated first.

    Raises
    ------
    StoreError, NotFoundError
        When there is no workspace at that place. One with faults in its files is served: its page names them.
    """
    if options.folder is not None:
        slug = slugify(options.folder.resolve().name)
        store = open_store(options.folder)
        with suppress(DocumentError):
            store.load()
        return Served(lambda: (slug,), lambda _: store)
    from klantreis.store.database.store import workspaces

    database = str(options.database)
    workspaces(database)  # makes its tables ready, or says that it does not exist
    return Served(lambda: tuple(workspaces(database)), lambda slug: open_store(database, workspace=slug))


_served: list[Served] = []


def serve_these(served: Served) -> None:
    """Make these the workspaces of this process."""
    _served[:] = [served]


def served() -> Served:
    """The workspaces of this process."""
    if not _served:
        raise NotFoundError("No workspace is being served.", hint="Start with: klantreis serve FOLDER")
    return _served[0]


def current(request: HttpRequest) -> WorkspaceContext:
    """The workspace that the address names, as it is now; worked out once a request."""
    known = getattr(request, "klantreis", None)
    if isinstance(known, WorkspaceContext):
        return known
    match: Any = request.resolver_match
    slug = match.kwargs["workspace"]
    store = served().store(slug)
    workspace = store.load()
    found = WorkspaceContext(
        slug=slug,
        workspace=workspace,
        store=store,
        lang=chosen(request) or workspace.settings.lang,
        on=date.today(),  # noqa: DTZ011 - the reader's own day, on the reader's own machine
    )
    request.klantreis = found
    return found


def current_or_none(request: HttpRequest) -> WorkspaceContext | None:
    """The workspace that the address names; None outside a workspace or when it was never opened."""
    known = getattr(request, "klantreis", None)
    return known if isinstance(known, WorkspaceContext) else None


def first_language() -> Lang:
    """The language of the first workspace that can be read; Dutch when none can."""
    for slug in served().slugs():
        try:
            return served().store(slug).load().settings.lang
        except KlantreisError:
            continue
    return "nl"


def lang_of(request: HttpRequest) -> Lang:
    """The language of an answer, inside or outside a workspace."""
    context = current_or_none(request)
    return context.lang if context else chosen(request) or "nl"
