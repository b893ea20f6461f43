"""One customer in a whole workspace: erased from every log and every survey that it keeps, or handed over from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from klantreis.events.dataset import Dataset
from klantreis.store.protocol import Store
from klantreis.use_cases.erase_answers import ErasedAnswers, erase_answers
from klantreis.use_cases.erase_customer import Erased, erase_customer
from klantreis.use_cases.export_customer import CustomerExport, export_customer
from klantreis.use_cases.find_respondent import RespondentAnswers, answers_of_person, nothing_held


@dataclass(frozen=True)
class ErasedInWorkspace:
    """What was erased from each log by its dataset, and of answers.

    ``elsewhere`` names datasets whose events are not on this machine.
    """

    logs: dict[str, Erased]
    answers: ErasedAnswers
    elsewhere: tuple[str, ...]

    @property
    def total(self) -> int:
        """Rows and files that went."""
        return sum(one.total for one in self.logs.values()) + self.answers.total

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "logs": {dataset: one.to_dict() for dataset, one in self.logs.items()},
            "answers": self.answers.to_dict(),
            "elsewhere": list(self.elsewhere),
        }


@dataclass(frozen=True)
class ExportOfWorkspace:
    """All that a workspace keeps of one customer: in logs by dataset, and in answers."""

    customer: str
    logs: dict[str, CustomerExport]
    answers: tuple[RespondentAnswers, ...]
    elsewhere: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "customer": self.customer,
            "logs": {dataset: one.to_dict() for dataset, one in self.logs.items()},
            "answers": [one.to_dict() for one in self.answers],
            "elsewhere": list(self.elsewhere),
        }


def erase_in_workspace(
    store: Store, customer: str, *, by: str = "klantreis events erase", key_file: Path | None = None
) -> ErasedInWorkspace:
    """Erase one customer from every log on this machine that a dataset names, and from every survey that names people.

    All ids that a log takes for the same customer are looked for in the answers too. A second time nothing changes; one
    that was interrupted is completed by the next.

    Parameters
    ----------
    customer
        Any id of the customer, or a pseudonym.
    key_file
        Where the key of pseudonyms is, if not in its usual place.

    Raises
    ------
    NotFoundError, InvalidInputError, DocumentError, EventImportError, StoreError
        When a key is needed and not there, or a log or the answers cannot be read or written. Before anything is
        erased, every log is looked into.
    """
    logs, elsewhere = _logs(store)
    ids = _ids(logs, customer, key_file)
    # Answers come first: a log that is clean would no longer say which ids are one customer.
    answers = erase_answers(store, ids, by=by, key_file=key_file)
    erased = {dataset: erase_customer(log, customer, key_file=key_file) for dataset, log in logs.items()}
    return ErasedInWorkspace(erased, answers, elsewhere)


def export_from_workspace(store: Store, customer: str, *, key_file: Path | None = None) -> ExportOfWorkspace:
    """Gather all that the logs and the surveys of a workspace hold of one customer.

    Raises
    ------
    NotFoundError
        When they hold nothing, or a key is not there.
    InvalidInputError, DocumentError, EventImportError
        When a log, a key or the answers cannot be read.
    """
    logs, elsewhere = _logs(store)
    found = {dataset: export for dataset, log in logs.items() for export in _exported(log, customer, key_file)}
    answers = answers_of_person(store, _ids(logs, customer, key_file), key_file=key_file)
    if not found and not answers:
        raise nothing_held(f"The workspace {store.location}")
    return ExportOfWorkspace(customer, found, answers, elsewhere)


def _logs(store: Store) -> tuple[dict[str, Path], tuple[str, ...]]:
    """The logs on this machine by dataset, and the datasets whose events are elsewhere or nowhere."""
    from klantreis.events.local.folder import is_log

    logs, elsewhere = {}, []
    for dataset in store.load().of(Dataset):
        if dataset.log is None:
            continue
        path = store.file(dataset.log)
        if is_log(path):
            logs[dataset.id] = path
        else:
            elsewhere.append(dataset.id)
    return logs, tuple(elsewhere)


def _ids(logs: dict[str, Path], customer: str, key_file: Path | None) -> frozenset[str]:
    """All ids of the customer, as given and as the logs have them."""
    from klantreis.sources.privacy_log import id_in, looked_into
    from klantreis.sources.privacy_removal import ids_of

    ids = {customer.strip()}
    for log in logs.values():
        with looked_into(log) as held:
            mine = id_in(held, customer, key_file=key_file)
            ids.update(ids_of(held.connection, held.kept, mine, merge=held.merge))
    return frozenset(ids)


def _exported(log: Path, customer: str, key_file: Path | None) -> Iterator[CustomerExport]:
    """What a log holds of a customer; nothing when it holds nothing."""
    from klantreis.sources.privacy_log import id_in, looked_into
    from klantreis.sources.privacy_rejects import About, refused_rows
    from klantreis.sources.privacy_removal import ids_of, is_held

    with looked_into(log) as held:
        mine = id_in(held, customer, key_file=key_file)
        ids = ids_of(held.connection, held.kept, mine, merge=held.merge)
        about = About(ids)
        there = is_held(held.connection, held.kept, ids) or (
            held.rejects is not None
            and any(about.is_about(row) for _, row in refused_rows(held.connection, held.rejects, held.named))
        )
    if there:
        yield export_customer(log, customer, key_file=key_file)
