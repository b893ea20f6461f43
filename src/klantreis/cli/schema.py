"""``klantreis schema``: the JSON Schemas of the documents, for editors and other programs."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("kind", required=False)
def command(kind: str | None) -> None:
    """Print the JSON Schema of one KIND of document, or of all.

    \b
    Examples:
      klantreis schema persona > persona.schema.json
      klantreis schema
    """
    import json

    from klantreis.errors import NotFoundError, did_you_mean
    from klantreis.workspace import schemas

    known = schemas()
    if kind is not None and kind not in known:
        raise NotFoundError(f"There is no kind of document {kind!r}.", hint=did_you_mean(kind, known, what="kind"))
    shown = known if kind is None else known[kind]
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2, sort_keys=True))
