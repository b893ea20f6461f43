"""The page of results, made from the JSON alone: true figures, goals met and missed, and who agrees with whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.catalogue import ENGINES
from benchmarks.generate import SIZES
from benchmarks.goals import OURS, Answers, goals
from benchmarks.questions import QUESTIONS

#: What is no question about the events, and so has no answer to agree on.
NOT_ASKED = ("sort", "read")

INTRODUCTION = """# How fast it is

This page is written by `python -m benchmarks` from what it measured (`benchmarks/results.json`). On your own machine:

    python3 run.py lint                                   # once: the environment of this project
    .venv/bin/python -m benchmarks run --size 1M          # every engine; 10M and 100M take longer
    .venv/bin/python -m benchmarks run --size 10M --engines klantreis_local,duckdb_raw --timeout 300
    .venv/bin/python -m benchmarks startup                # the first compilation, and the process after it
    .venv/bin/python -m benchmarks report                 # this page, from what is there

`--questions` chooses some of them. A later run replaces the figures of the same size, engine and question. Each other
engine runs in an environment of its own, made from a hash-pinned lock in `benchmarks/requirements/`, under
`~/.cache/klantreis-benchmarks`.

**How.** The events are made up (`benchmarks/generate.py`): journeys of lognormal length (median 6, mean 10.5), 120
touchpoints by Zipf's law, 12 channels, in order of arrival. Each engine and question has a process of its own. It asks
once, then up to three times more; the figure is the median of the later ones, or the first when it took long. Loading
compiled code is therefore not in it: that is under the goals. Python's bytecode is kept for every engine. What an
engine keeps between processes (our log, DuckDB's sorted table) is opened; the others read the file within the question
(DuckDB, Polars) or before it (PM4Py, Retentioneering, r4pm: see `load`). Memory is the most that the process held,
files mapped into it included, loading included where it cannot be kept.
"""

MIND = """## Mind

- Other work ran on the machine at the same time: see the load average, which would be 0 to 2 on a machine of one's own.
  Wall times are too long by a factor that changes from minute to minute; ratios of less than two say nothing. The
  seconds of a core are less touched by it, and are summed over both.
- A goal that is missed at a high load may be met at a low one; this page does not claim that it is. Measure again.
- The import does more than the sort it is held to: it reads ids as text, checks every row, codes the texts, keeps the
  cleaned rows beside the log (so that more can be added) and writes a digest of all columns. It runs once. One run of
  each stands in the table; five runs of each on a quiet machine took 3.8 to 4.2 s against 2.5 to 2.6 s.
- `open_funnel` is where thirty times is far away: Retentioneering has its table in memory by then (see `load`) and
  takes five touchpoints out of it, which is little work; ours walks all customers in the columns on disk.
- At ten million events the medians of PM4Py and Retentioneering, and Polars from `visits` on, ran at a load of 2 to 6,
  all else at 0.7 to 2.5: those ratios flatter us. The others were asked a few hours before ours was asked last.
- One made-up log. Long traces, thousands of touchpoints or many attributes cost more.
- Klantreis answers more than is asked here: customers per transition, quartiles, intervals. The others count only what
  is compared.
- PM4Py is under the AGPL: nothing of this project imports it, it runs here in a process and an environment of its own.
"""


_READING = """Load average while measuring: {:g} to {:g}. Behind each time: how many times ours it is; in ours, how many
times the mere reading of its columns. † answers a different question, – has no answer.
"""


def page(results: Mapping[str, Any]) -> str:
    """The whole page."""
    machine = results["machine"]
    told = (
        f"{machine.get('processor', 'unknown processor')}, {machine['cores']} cores, {machine.get('memory_gb', '?')} GB"
    )
    parts = [
        INTRODUCTION,
        f"**On.** {told}; {machine['system']}; Python {machine['python']}. {_versions(results['sizes'])}\n",
    ]
    parts.append(_goals(results))
    sizes = [size for size in SIZES if size in results["sizes"]]
    parts += [_size(size, results["sizes"][size]) for size in reversed(sizes)]
    parts += ["## The questions\n", "\n".join(f"- `{name}`: {asked}" for name, asked in QUESTIONS.items()) + "\n"]
    remarks = "".join(f"- {remark}\n" for remark in results.get("remarks", ()))
    parts += [_notes(), MIND + remarks]
    return "\n".join(parts)


def disagreements(answers: Answers) -> list[str]:
    """The engines whose answers differ from ours (or, where we have none, from the first), in sentences."""
    found = []
    for question in QUESTIONS:
        said = _said(answers, question)
        if question in NOT_ASKED or not said:
            continue
        right = said.get(OURS) or next(iter(said.values()))
        for engine, answer in said.items():
            if answer["digest"] != right["digest"]:
                found.append(f"{question}: {ENGINES[engine].name} says {_shown(answer)}, not {_shown(right)}")
    return found


def _said(answers: Answers, question: str) -> dict[str, Mapping[str, Any]]:
    """The answers of the engines that answer this very question."""
    return {
        engine: answers[engine][question]["answer"]
        for engine in ENGINES
        if "answer" in answers.get(engine, {}).get(question, {}) and question not in ENGINES[engine].differs
    }


def _goals(results: Mapping[str, Any]) -> str:
    rows = [
        (goal.what, goal.goal, goal.found, {True: "met", False: "**missed**", None: "open"}[goal.met])
        for goal in goals(results)
    ]
    told = [row[3] for row in rows]
    missed = told.count("**missed**")
    summary = f"{told.count('met')} met, {missed} missed, {told.count('open')} not measured here."
    return f"## Goals\n\n{summary}\n\n{_table(('', 'goal', 'found', ''), rows)}"


def _size(size: str, answers: Answers) -> str:
    engines = [engine for engine in ENGINES if engine in answers]
    heads = ("", *(ENGINES[engine].name for engine in engines))
    asked = [question for question in QUESTIONS if any(question in answers[engine] for engine in engines)]
    times = [(f"`{name}`", *(_time(answers, engine, name) for engine in engines)) for name in asked]
    memory = [(f"`{name}`", *(_memory(answers, engine, name) for engine in engines)) for name in asked]
    loads = [cell["load_average"] for engine in engines for cell in answers[engine].values()]
    parts = [
        f"## {SIZES[size]:,} events\n",
        _READING.format(min(loads), max(loads)),
        _table(heads, times),
        "Peak memory in MB:\n",
        _table(heads, memory),
        _agreement(answers),
    ]
    return "\n".join(parts)


def _agreement(answers: Answers) -> str:
    wrong = disagreements(answers)
    rows = []
    for question in QUESTIONS:
        said = _said(answers, question)
        if question not in NOT_ASKED and said:
            names = ", ".join(ENGINES[engine].name for engine in said)
            rows.append((f"`{question}`", _shown(next(iter(said.values()))), names))
    counts = _table(("", "the first engine counts", "asked"), rows)
    if wrong:
        return "**These disagree.** " + "; ".join(wrong) + ".\n\n" + counts
    return "Every answer of the engines named is equal, down to each count behind these totals:\n\n" + counts


def _time(answers: Answers, engine: str, question: str) -> str:
    cell = answers[engine].get(question)
    if cell is None:
        return "–" if question in ENGINES[engine].lacks else ""
    if "failed" in cell:
        return str(cell["failed"])
    shown = _seconds(cell["wall_s"]) + ("†" if question in ENGINES[engine].differs else "")
    if engine == OURS:
        reading = answers[engine].get("read", {}).get("wall_s")
        return f"{shown} (×{cell['wall_s'] / reading:.2g})" if reading and question not in ("load", "read") else shown
    ours = answers.get(OURS, {}).get(question, {}).get("wall_s")
    factor = cell["wall_s"] / ours if ours else 0
    return f"{shown} (×{factor:.2g})" if factor and question != "read" and cell["wall_s"] > 1e-3 else shown


def _memory(answers: Answers, engine: str, question: str) -> str:
    cell = answers[engine].get(question, {})
    return f"{cell['peak_mb']:.0f}" if "peak_mb" in cell else ""


def _notes() -> str:
    lines = []
    for engine in ENGINES.values():
        lines += [f"- {engine.name}, `{question}` †: {how}." for question, how in engine.differs.items()]
        lines += [
            f"- {engine.name}, `{question}`: its answer also has {what}." for question, what in engine.more.items()
        ]
    return "## Who answers what\n\n" + "\n".join(lines) + "\n"


def _versions(sizes: Mapping[str, Answers]) -> str:
    found: dict[str, str] = {}
    for answers in sizes.values():
        for cells in answers.values():
            for cell in cells.values():
                found |= cell.get("versions", {})
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items())) + "."


def _shown(answer: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {value:,}" if isinstance(value, (int, float)) else f"{name} {value}"
        for name, value in answer.items()
        if name != "digest"
    )


def _seconds(value: float) -> str:
    return f"{1000 * value:.3g} ms" if value < 0.9995 else f"{value:.3g} s"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"
