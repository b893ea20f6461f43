"""``klantreis effect plan``: how many customers are needed to see an effect, or which effect so many can show."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import click

from klantreis.cli.effect.speaking import speaking

if TYPE_CHECKING:
    from klantreis.analysis.effect.power import Power
    from klantreis.values import Lang


@click.command("plan")
@click.argument("workspace", required=False)
@click.argument("measurement", required=False)
@click.option("--smallest", type=float, metavar="EFFECT", help="Smallest effect that matters.")
@click.option("--baseline", type=float, metavar="SHARE", help="Share before: the outcome is a yes or no.")
@click.option("--sd", type=float, metavar="NUMBER", help="Standard deviation of the outcome over customers.")
@click.option("--n", "have", type=click.IntRange(min=2), help="Customers in each group: which effect can they show?")
@click.option("--power", type=float, default=0.8, show_default=True, help="Chance of seeing the effect.")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Level of the interval.")
@click.option("--write", is_flag=True, help="Keep the number in the plan of the measurement.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language, or English.")
@click.option("--slug", help="Which workspace, when a database holds several.")
def command(
    *,
    workspace: str | None,
    measurement: str | None,
    smallest: float | None,
    baseline: float | None,
    sd: float | None,
    have: int | None,
    power: float,
    confidence: float,
    write: bool,
    form: str,
    lang: str | None,
    slug: str | None,
) -> None:
    """Say how many customers a plan needs.

    With WORKSPACE and MEASUREMENT the spread between customers is taken from the baseline of the plan; otherwise say
    the smallest effect that matters, and the share before (yes or no) or the standard deviation. The number is for
    groups drawn by lot; without a lot more are needed.

    \b
    Examples:
      klantreis effect plan my-workspace mailing --write
      klantreis effect plan --smallest 0.05 --baseline 0.31
      klantreis effect plan --baseline 0.31 --n 500
    """
    from klantreis.texts import text
    from klantreis.use_cases.author import author
    from klantreis.use_cases.measure_effect import customers_needed, find_measurement, keep_needed
    from klantreis.use_cases.open_workspace import open_store

    if workspace is None:
        with speaking(None, lang) as language:
            found = _asked(smallest, baseline, sd, have, power=power, alpha=1 - confidence)
            _show(found, form, language, in_all=None)
        return
    store = open_store(workspace, workspace=slug)
    with speaking(store, lang) as language:
        from klantreis.measurement.planning import in_all

        held = find_measurement(store, measurement or "")
        found = customers_needed(store, held.id, power=power)
        n = in_all(found, held.plan)
        _show(found, form, language, in_all=n)
        if write:
            kept = keep_needed(store, held.id, n, by=author())
            said = text(f"measurement.write.{'needed' if kept else 'needed_same'}", language, measurement=held.id, n=n)
            click.echo(said, err=True)


def _asked(
    smallest: float | None,
    baseline: float | None,
    sd: float | None,
    have: int | None,
    *,
    power: float,
    alpha: float,
) -> Power:
    from klantreis.analysis.effect.power import minimum_detectable_effect, sample_size
    from klantreis.errors import InvalidInputError

    if (baseline is None) == (sd is None) or (smallest is None) == (have is None):
        raise InvalidInputError(
            "Say either the share before (--baseline) or the standard deviation (--sd), and either the smallest "
            "effect that matters (--smallest) or how many customers each group has (--n).",
            message_id="measurement.error.say_either",
        )
    spread = 1.0 if sd is None else sd
    if have is not None:
        return minimum_detectable_effect(have, power=power, baseline=baseline, sd=spread, alpha=alpha)
    assert smallest is not None  # noqa: S101 - one of the two was given
    return sample_size(smallest, power=power, baseline=baseline, sd=spread, alpha=alpha)


def _show(found: Power, form: str, lang: Lang, *, in_all: int | None) -> None:
    from klantreis.cli.events.tables import spelled
    from klantreis.render.numbers import number, percent
    from klantreis.texts import text

    if form == "json":
        click.echo(json.dumps({**found.to_dict(), "in_all": in_all}, ensure_ascii=False, indent=2))
        return
    lines = [
        text(
            "measurement.plan.needed",
            lang,
            n=number(math.ceil(found.per_group), lang),
            effect=spelled(f"{found.effect:.4g}", lang),
            power=percent(found.power, lang),
        )
    ]
    if in_all is not None:
        lines.append(text("measurement.plan.in_all", lang, n=number(in_all, lang)))
    lines.append(text("measurement.plan.by_lot", lang))
    lines += [f"- {one.sentence(lang)}" for one in found.warnings]
    click.echo("\n".join(lines))
