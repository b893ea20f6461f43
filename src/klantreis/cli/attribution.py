"""``klantreis attribution``: the credit for an outcome by every method side by side, and as an insight."""

from __future__ import annotations

import json
from typing import Any

import click

from klantreis.cli.events.questions import moment
from klantreis.cli.finding_options import finding_options, language_of, store_to_write


@click.command("attribution")
@click.argument("place", metavar="WORKSPACE|LOG")
@click.argument("outcome", metavar="OUTCOME")
@click.option("--dataset", metavar="ID", help="Which dataset of the workspace, when it has several.")
@click.option("--by", metavar="FIELD", help="What is credited.  [default: channel, or touchpoint without channels]")
@click.option("--lookback", metavar="DURATION", help="Only touches up to this long before an outcome led to it.")
@click.option(
    "--outcomes",
    type=click.Choice(["each", "first"]),
    default="each",
    show_default=True,
    help="Which outcomes of a customer end a path.",
)
@click.option("--touches", metavar="PATTERN", help="Only these events can be on a path.")
@click.option("--fold-repeats", is_flag=True, help="Take immediate repeats on a path as one.")
@click.option(
    "--order",
    "orders",
    multiple=True,
    type=click.IntRange(1, 4),
    help="Order of the chain for the removal effect; may be given again.  [default: 1 and 2]",
)
@click.option("--where", metavar="PATTERN", help="Only events that match.")
@click.option("--from", "since", callback=moment, metavar="DAY", help="From this day, or moment, on.")
@click.option("--to", "until", callback=moment, metavar="DAY", help="Up to and including this day.")
@click.option("--segment", metavar="PATTERN", help="Only customers with at least one matching event.")
@finding_options(
    "klantreis attribution",
    writes="Keep the credit as an insight of the workspace.",
    draws=200,
    fewest_draws=0,
    drawn="Draws for the intervals; 0: none.",
    hides="Leave out what fewer than K customers met",
)
def command(**asked: Any) -> None:
    """Divide the credit for OUTCOME over what customers met before it, by every method side by side.

    Rules (first, last, linear, position), the Shapley value, and the removal effect in a Markov chain of order 1 and 2,
    on the same paths: those that led to OUTCOME, a pattern, and those that led to nothing. None of these is causal.

    \b
    Examples:
      klantreis attribution my-workspace 'touchpoint = "order"' --lookback 30d
      klantreis attribution my-workspace 'first touchpoint = "order"' --by touchpoint --fold-repeats --write
      klantreis attribution log 'amount >= 50' --by channel --format csv
    """
    from klantreis.cli.attribution_text import attribution_csv, attribution_text
    from klantreis.events.filter import Filter
    from klantreis.texts import text
    from klantreis.use_cases.attribute_outcome import attribute_outcome, log_for, write_attribution

    log, store, source = log_for(asked["place"], asked["dataset"], slug=asked["slug"])
    lang = language_of(asked["lang"], store)
    into = store_to_write(store, asked["place"], "log", lang) if asked["write"] else None
    period = (asked["since"], asked["until"])
    chosen = Filter(period=None if period == (None, None) else period, where=asked["where"], customers=asked["segment"])
    for pattern in (asked["outcome"], asked["touches"], asked["where"], asked["segment"]):
        for field, value in log.unknown_values(pattern) if pattern is not None else ():
            click.echo(text("events.scope.unknown", lang, field=field, value=value), err=True)
    found = attribute_outcome(
        log,
        asked["outcome"],
        **{name: asked[name] for name in ("by", "lookback", "outcomes", "touches", "fold_repeats", "draws", "seed")},
        orders=asked["orders"] or (1, 2),
        filter=chosen,
        source=source,
    )
    shown = found.suppressed(asked["hide_below"])
    if asked["form"] == "json":
        click.echo(json.dumps(shown.to_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo((attribution_csv if asked["form"] == "csv" else attribution_text)(shown, lang))
    if into is not None:
        # What is written tells of customers for longer than a screen does.
        done = write_attribution(into, found.suppressed(max(5, asked["hide_below"])), by=asked["author"])
        click.echo(text("attribution.text.wrote", lang, id=done.entry.document), err=True)
