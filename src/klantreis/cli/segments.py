"""``klantreis segments``: groups of customers, how steady they are, what sets them apart, and a persona from one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from klantreis.cli.events.questions import moment
from klantreis.cli.finding_options import finding_options, language_of, store_to_write


@click.command("segments")
@click.argument("workspace")
@click.argument("source", required=False)
@click.option("--by", multiple=True, metavar="FIELD", help="Group by this field; may be given again.")
@click.option("--leave-out", multiple=True, metavar="FIELD", help="Leave this field out; may be given again.")
@click.option("--fields", "only_fields", is_flag=True, help="List the fields there are, and stop.")
@click.option("--k", type=click.IntRange(min=2), help="How many groups.  [default: what the data choose from 2 to 8]")
@click.option("--rfm", metavar="ATTRIBUTE", help="Group by recency, frequency and the sum of this attribute.")
@click.option("--where", metavar="PATTERN", help="Only events that match.")
@click.option("--from", "since", callback=moment, metavar="DAY", help="From this day, or moment, on.")
@click.option("--to", "until", callback=moment, metavar="DAY", help="Up to and including this day.")
@click.option("--persona", type=click.IntRange(min=1), metavar="SEGMENT", help="Draft a persona from this segment.")
@click.option("--name", help="What to call that persona.")
@finding_options(
    "klantreis segments",
    writes="Keep the segments as an insight of the workspace.",
    draws=100,
    fewest_draws=0,
    drawn="Samples drawn again for the stability; 0: none.",
    hides="Leave out groups of fewer than K customers",
)
def command(**asked: Any) -> None:
    """Find groups of customers, and say how steady they are and what sets them apart.

    WORKSPACE is a folder or a database. SOURCE is a dataset or a survey in it, or a CSV, XLSX or Parquet file with a
    row for each customer; the only dataset with an event log when left out. WORKSPACE may itself be such a file.

    Groups are made by some fields and told apart by others, which were held back: what made a group always differs.
    A method always gives groups; see how often they come back in other samples, and mind the notes.

    \b
    Examples:
      klantreis segments my-workspace --fields
      klantreis segments my-workspace --where 'touchpoint in ("order", "return")'
      klantreis segments my-workspace survey:spring --by nps --by effort --k 3 --format csv
      klantreis segments my-workspace --rfm amount --write
      klantreis segments my-workspace --persona 2 --name "Noor"
      klantreis segments customers.xlsx --by orders --by returns
    """
    from klantreis.cli.segments_progress import Bar
    from klantreis.cli.segments_text import fields_text, segments_csv, segments_json, segments_text
    from klantreis.errors import InvalidInputError
    from klantreis.events.filter import Filter
    from klantreis.texts import text
    from klantreis.use_cases.draft_persona import draft_persona
    from klantreis.use_cases.find_segments import find_segments, write_segments
    from klantreis.use_cases.open_workspace import open_store
    from klantreis.use_cases.read_customers import TABLES, read_customers

    if (asked["persona"] is None) != (asked["name"] is None):
        raise InvalidInputError("A persona needs a segment and a name.", hint='Give --persona 2 --name "Noor".')
    bare = asked["workspace"].lower().endswith(TABLES)
    store = None if bare else open_store(asked["workspace"], workspace=asked["slug"])
    lang = language_of(asked["lang"], store)
    if asked["write"] or asked["name"]:
        store_to_write(store, asked["workspace"], "table", lang)
    customers = read_customers(
        store,
        asked["workspace"] if bare else asked["source"],
        by=asked["by"],
        leave_out=asked["leave_out"],
        filter=_filter(asked, Filter),
    )
    if asked["only_fields"]:
        click.echo(fields_text(customers, lang))
        return
    bar = Bar(lang)
    try:
        found = find_segments(
            customers,
            k=asked["k"],
            rfm=asked["rfm"],
            draws=asked["draws"],
            seed=asked["seed"],
            progress=bar.show,
        )
    finally:
        bar.clear()
    shown = {"text": segments_text, "json": segments_json, "csv": segments_csv}[asked["form"]]
    click.echo(shown(found, lang, hide_below=asked["hide_below"]))
    if store is None:
        return
    # What is written tells of customers for longer than a screen does, so small groups are left out of it always.
    if asked["write"]:
        done = write_segments(store, found, by=asked["author"])
        click.echo(text("segments.text.wrote_insight", lang, id=done.entry.document), err=True)
    if asked["name"]:
        draft = draft_persona(store, found, asked["persona"], name=asked["name"], by=asked["author"])
        claims, source = draft.claims, customers.source or customers.title
        click.echo(
            text("segments.text.wrote_persona", lang, id=draft.persona.id, claims=claims, source=source), err=True
        )


def _filter(asked: dict[str, Any], kind: Any) -> Any:
    """The filter asked for; None when none is."""
    period: tuple[datetime | None, datetime | None] = (asked["since"], asked["until"])
    if period == (None, None) and asked["where"] is None:
        return None
    return kind(period=None if period == (None, None) else period, where=asked["where"])
