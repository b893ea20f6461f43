"""``klantreis events export|erase`` of a whole workspace: its logs and the answers of its surveys."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import click

from klantreis.cli.events.tables import whole
from klantreis.texts import text
from klantreis.values import Lang


def is_workspace(place: str) -> bool:
    """Whether a place is a workspace rather than a log."""
    from klantreis.store.folder_files import SETTINGS_FILE
    from klantreis.use_cases.open_workspace import is_database

    return is_database(place) or (Path(place) / SETTINGS_FILE).is_file()


def workspace_above(place: Path) -> Path | None:
    """The folder of the workspace that a log lies in; None when it lies in none."""
    return next((folder for folder in place.absolute().parents if is_workspace(str(folder))), None)


def export_workspace(place: str, customer: str, *, slug: str | None, key_file: Path | None, form: str) -> None:
    """Print all that the logs and surveys of a workspace hold of a customer, as JSON or CSV."""
    from klantreis.use_cases.erase_in_workspace import export_from_workspace
    from klantreis.use_cases.open_workspace import open_store

    found = export_from_workspace(open_store(place, workspace=slug), customer, key_file=key_file)
    if form == "json":
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    for export in found.logs.values():
        click.echo(export.to_csv(), nl=False)
    if not found.answers:
        return
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("survey", "row", "question", "answer"))
    for one in found.answers:
        for number, row in enumerate(one.rows, start=1):
            writer.writerows((one.survey, number, question, answer) for question, answer in row.items())
        writer.writerows((one.survey, each.reason, each.column, each.answer) for each in one.refused)
    click.echo(("\n" if found.logs else "") + stream.getvalue(), nl=False)


def erase_workspace(
    place: str, customer: str, *, slug: str | None, key_file: Path | None, form: str, lang: Lang
) -> None:
    """Erase a customer from the logs and surveys of a workspace, and tell what went."""
    from klantreis.use_cases.erase_in_workspace import erase_in_workspace
    from klantreis.use_cases.open_workspace import open_store

    done = erase_in_workspace(open_store(place, workspace=slug), customer, key_file=key_file)
    if form == "json":
        click.echo(json.dumps(done.to_dict(), ensure_ascii=False, indent=2))
        return
    lines = []
    for dataset, log in done.logs.items():
        counts = {name: whole(getattr(log, name), lang) for name in ("events", "refused", "links", "left")}
        if log.total:
            lines.append(f"{dataset}: " + text("privacy.erase.done", lang, **counts))
    answers = done.answers
    for survey in dict.fromkeys((*answers.rows, *answers.refused)):
        rows, refused = (whole(each.get(survey, 0), lang) for each in (answers.rows, answers.refused))
        lines.append(f"{survey}: " + text("privacy.erase.answers", lang, rows=rows, refused=refused))
    if answers.files:
        lines.append(text("privacy.erase.files", lang, files=whole(answers.files, lang)))
    click.echo("\n".join(lines) if lines else text("privacy.erase.nothing_here", lang))
    for survey in answers.numbered:
        click.echo(text("privacy.erase.numbered", lang, survey=survey))
    for dataset in done.elsewhere:
        click.echo(text("privacy.erase.elsewhere", lang, dataset=dataset))
    if lines:
        click.echo(text("privacy.erase.beyond", lang))
