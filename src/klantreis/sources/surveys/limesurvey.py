"""Answers that LimeSurvey exported as CSV: headings as codes, as full text or as both; answers as codes or as words.

With the survey's structure (.lss) beside it, codes become the words that the respondents saw.
"""

from __future__ import annotations

import re
from dataclasses import replace

from klantreis.sources.surveys.limesurvey_structure import Asked, Structure, structure_of
from klantreis.sources.surveys.sheet import Known, Option, Question, Sheet, SurveyFile, plain_text, told

#: What LimeSurvey itself notes of a response, by code and by its English and Dutch heading.
_OWN: dict[str, Known] = {
    "id": "respondent",
    "response id": "respondent",
    "antwoord id": "respondent",
    "antwoord-id": "respondent",
    "submitdate": "date",
    "date submitted": "date",
    "datum ingediend": "date",
    "datum van inzending": "date",
    **dict.fromkeys(
        (
            *("lastpage", "startlanguage", "seed", "token", "startdate", "datestamp", "ipaddr", "refurl"),
            *("interviewtime", "last page", "start language", "access code", "date started", "date last action"),
            *("ip address", "referrer url", "total time", "laatste pagina", "begintaal", "toegangscode"),
            *("datum gestart", "begindatum", "datum laatste actie", "ip-adres", "verwijzings-url", "totale tijd"),
        ),
        "technical",
    ),
}
_CODE = re.compile(r"(?P<question>[A-Za-z][A-Za-z0-9]*)(?:\[(?P<part>[^\]]+)\](?:\[(?P<scale>[^\]]+)\])?)?")
_TIMING = re.compile(r"(?:groupTime\d+|.*(?:Time|time))$|(?:Group|Question) time:.*")
#: How an export says that a question was not put to somebody.
_NOT_ASKED = frozenset({"N/A", "n.v.t."})
#: Whether an answer of several was ticked, as codes and as words.
_TICKED = {"": "", "Y": "1", "Yes": "1", "Ja": "1", "N": "0", "No": "0", "Nee": "0"}
#: What LimeSurvey's letters for some kinds of question say of the answers.
_KINDS: dict[str, Known] = {
    "D": "date",
    "Y": "category",
    "G": "category",
    "I": "category",
    **dict.fromkeys(("X", "|", "*"), "technical"),
}


def is_limesurvey(names: tuple[str, ...]) -> bool:
    """Whether these are the headings of an export of LimeSurvey."""
    own = {_bare(name) for name in names[:12]}
    return bool(own & {"submitdate", "date submitted", "datum ingediend", "datum van inzending"}) and bool(
        own & {"lastpage", "startlanguage", "last page", "start language", "laatste pagina", "begintaal"}
    )


def limesurvey_sheet(sheet: Sheet, file: SurveyFile) -> Sheet:
    """The sheet with questions and answers in words, as far as the export and the structure tell them.

    Raises
    ------
    SurveyImportError
        When the structure cannot be read.
    """
    structure = Structure({})
    if file.questions is not None:
        with told(file.questions):
            structure = structure_of(file.questions, file.limits)
    questions = [_question(one, structure) for one in sheet.questions]
    columns = [_answers(sheet.column(place), one) for place, one in enumerate(questions)]
    rows = tuple(zip(*columns, strict=True)) if sheet.rows else ()
    return replace(sheet, source="limesurvey", questions=tuple(questions), rows=rows)


def _bare(name: str) -> str:
    """A heading of LimeSurvey's own as it is looked up: "id. Response ID" is ``id``."""
    code, dot, _ = name.partition(". ")
    return (code if dot and re.fullmatch(r"[a-z]+", code) else name).strip().lower()


def _question(heading: Question, structure: Structure) -> Question:
    own = _OWN.get(_bare(heading.name))
    if own is not None:
        return Question(_bare(heading.name) if own == "respondent" else heading.name, heading.text, known=own)
    name, _, words = (heading.text or heading.name).partition(". ")
    code = _CODE.fullmatch(name.strip())
    if code is None:  # a full heading: the words are all there is, with a subquestion in brackets
        known: Known | None = "technical" if _TIMING.match(heading.name) and "?" not in heading.name else None
        return Question(heading.name, plain_text(heading.text or heading.name), known=known)
    if code["question"] not in structure.questions:
        if _TIMING.match(name) and not words:
            return Question(heading.name, None, known="technical")
        return Question(name.strip(), plain_text(words) or None)
    return _known_question(name.strip(), code, structure.questions[code["question"]])


def _known_question(name: str, code: re.Match[str], asked: Asked) -> Question:
    part, text = code["part"], asked.text
    options = asked.options.get(1 if code["scale"] == "2" else 0, ())
    if part is not None:
        words = " – ".join(asked.parts[one] for one in _parts(part, asked) if one in asked.parts)
        text = f"{text} [{words or part}]"
    if part in ("other", "comment") or asked.type in "STUQ;":
        return Question(name, text, known="text")
    if asked.type in "MP":
        return Question(name, text, (Option("Y", "1", 1), Option("N", "0", 0)), known="category")
    if asked.type in "NK:":
        return Question(name, text, known="number")
    if asked.type in "AB5":
        return Question(name, text, low=1, high=10 if asked.type == "B" else 5)
    return Question(name, text, options, known=_KINDS.get(asked.type))


def _parts(part: str, asked: Asked) -> list[str]:
    """The codes of the subquestions that a heading names: one, or in a table two."""
    if part in asked.parts or "_" not in part:
        return [part]
    row, _, column = part.partition("_")
    return [row, column]


def _answers(cells: tuple[str, ...], question: Question) -> list[str]:
    labels = {"-oth-": "other", **{option.code: option.label for option in question.options}}
    answers = ["" if cell in _NOT_ASKED else labels.get(cell, cell) for cell in cells]
    if question.known == "category" and "[" in question.name and set(answers) <= _TICKED.keys() | {"0", "1"}:
        return [_TICKED.get(answer, answer) for answer in answers]
    return answers
