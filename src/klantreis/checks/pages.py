"""The page of every rule, written from its class: ``python -m klantreis.checks.pages docs/checks``."""

from __future__ import annotations

import sys
from pathlib import Path

from klantreis.checks.rule import FAMILIES, HEADINGS, Rule, rules
from klantreis.checks.thresholds import THRESHOLDS
from klantreis.texts import text
from klantreis.values import Lang

_INTRODUCTION = """\
# Checks

Each rule asks one question of a workspace. `klantreis check WORKSPACE` lists the places that break one, and says how
much it matters: an **error** keeps the workspace from being ready, a **warning** is worth mending, a **note** is worth
knowing.

A finding that is accepted for a while gets a waiver: a document with the rule, the place, a reason, who decided and
until when. After that day the finding is open again.

The score is a summary and no more: `100 × Σ weight of places in order ÷ Σ weight of places a rule applies to`.
Waived places stand on neither side. With an open error the grade is "not ready", whatever the score.

These pages are written from the code by `python -m klantreis.checks.pages docs/checks`.
"""


def pages() -> dict[str, str]:
    """The text of every page by file name: a page for each rule, and ``index.md``."""
    written = {f"{rule_id}.md": _page(rule) for rule_id, rule in rules().items()}
    return {"index.md": _index(), **written}


def write_pages(folder: Path) -> tuple[Path, ...]:
    """Write all pages into a folder; gives the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, page in pages().items():
        (folder / name).write_text(page, encoding="utf-8")
        written.append(folder / name)
    return tuple(written)


def _index() -> str:
    parts = [_INTRODUCTION]
    for family in FAMILIES:
        held = [rule for rule in rules().values() if rule.family == family]
        rows = [
            f"| [{rule.id}]({rule.id}.md) | {rule.title.en} | {rule.title.nl} | {rule.severity.in_lang('en')} |"
            for rule in held
        ]
        table = ["| Rule | English | Nederlands | Severity |", "|---|---|---|---|", *rows]
        parts.append("\n".join([f"## {text(f'checks.family.{family}', 'en')}", "", *table, ""]))
    lines = [
        "## Thresholds",
        "",
        "Where the lines are drawn is a convention of ours. A workspace draws them elsewhere under `thresholds` in its",
        "settings.",
        "",
        "| Name | Usual | Meaning |",
        "|---|---|---|",
        *(f"| `{name}` | {line.value:g} | {line.about} |" for name, line in THRESHOLDS.items()),
        "",
    ]
    return "\n".join([*parts, "\n".join(lines)])


def _page(rule: type[Rule]) -> str:
    sections = rule.page()
    lines = [
        f"# {rule.id} {rule.title.en}",
        "",
        f"*{rule.title.nl}* – {rule.severity.in_lang('en')}",
        "",
        sections[""],
        "",
    ]
    for heading in HEADINGS:
        if heading == "Source":
            lines += [f"## {text('checks.page.mend', 'en')}", "", rule.mend("en"), ""]
        lines += [f"## {heading}", "", sections[heading], ""]
    lines += [f"## {text('checks.page.says', 'en')}", "", *_says(rule, "en")]
    if rule.thresholds:
        lines += ["", "## Thresholds", ""]
        lines += [
            f"- `{name}` (usually {THRESHOLDS[name].value:g}): {THRESHOLDS[name].about}" for name in rule.thresholds
        ]
    return "\n".join([*lines, "", *_in_dutch(rule), ""])


def _in_dutch(rule: type[Rule]) -> list[str]:
    return [
        "## In het Nederlands",
        "",
        f"**{rule.title.nl}** – {rule.severity.in_lang('nl')}",
        "",
        f"### {text('checks.page.asks', 'nl')}",
        "",
        rule.asks("nl"),
        "",
        f"### {text('checks.page.mend', 'nl')}",
        "",
        rule.mend("nl"),
        "",
        f"### {text('checks.page.says', 'nl')}",
        "",
        *_says(rule, "nl"),
    ]


def _says(rule: type[Rule], lang: Lang) -> list[str]:
    return [f"- {wording[lang]}" for wording in rule.wordings.values()]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the folder to write the pages to: python -m klantreis.checks.pages docs/checks")
    write_pages(Path(sys.argv[1]))
