"""``klantreis effect WORKSPACE MEASUREMENT``: carry out a plan, show the effect, and keep it when asked to."""

from __future__ import annotations

import json
from datetime import datetime

import click

from klantreis.cli.effect.speaking import speaking


@click.command("measure")
@click.argument("workspace")
@click.argument("measurement")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language.")
@click.option("--write", is_flag=True, help="Keep the result in the workspace, behind the earlier ones.")
@click.option(
    "--evidence-for",
    "places",
    multiple=True,
    metavar="CLAIM",
    help="Put the effect as evidence behind a claim: a document that makes one, or DOCUMENT#CLAIM; may be repeated.",
)
@click.option("--against", is_flag=True, help="The evidence contradicts the claim.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Today, for what is too early. Default: today."
)
@click.option("--slug", help="Which workspace, when a database holds several.")
def command(
    *,
    workspace: str,
    measurement: str,
    form: str,
    lang: str | None,
    write: bool,
    places: tuple[str, ...],
    against: bool,
    on: datetime | None,
    slug: str | None,
) -> None:
    """Measure an effect as planned, and say whether it worked.

    WORKSPACE is a folder or a database; MEASUREMENT is the id or the slug of a measurement in it. The effect is
    computed from the event log of the plan's dataset. Beside it stands the difference as it is, adjusted for
    nothing, and what must be known before either is used. Nothing is written unless asked.

    \b
    Examples:
      klantreis effect my-workspace mailing
      klantreis effect my-workspace measurement:mailing --format json
      klantreis effect my-workspace mailing --write --evidence-for opportunity:coupons
    """
    from klantreis.cli.effect.showing import effect_csv, effect_json, effect_text
    from klantreis.render.effect_words import effect_words
    from klantreis.render.words import Words
    from klantreis.texts import text
    from klantreis.use_cases.author import author
    from klantreis.use_cases.measure_effect import (
        evidence_of,
        find_measurement,
        keep_evidence,
        keep_result,
        measure_effect,
    )
    from klantreis.use_cases.open_workspace import open_store

    store = open_store(workspace, workspace=slug)
    with speaking(store, lang) as language:
        day = (on or datetime.now().astimezone()).date()
        held = find_measurement(store, measurement)
        result = measure_effect(store, measurement, on=day)
        settings = store.load().settings
        words = effect_words(held, result, Words(language, settings))
        if form == "json":
            click.echo(json.dumps(effect_json(held, result, language), ensure_ascii=False, indent=2))
        elif form == "csv":
            click.echo(effect_csv(held, result))
        else:
            click.echo(effect_text(store.load(), held, words, language))
        said: list[str] = []
        if write:
            kept = keep_result(store, held.id, result, by=author())
            said.append(text(f"measurement.write.{'kept' if kept else 'same'}", language, measurement=held.id))
        for place in places:
            finding = effect_words(held, result, Words(settings.lang, settings)).finding
            evidence = evidence_of(held, result, finding)
            if against:
                evidence = evidence.model_copy(update={"stance": "contradicts"})
            put = keep_evidence(store, place, evidence, by=author())
            said.append(text(f"measurement.write.{'evidence' if put else 'evidence_same'}", language, place=place))
        for line in said:
            click.echo(line, err=True)
