"""Answers collected with Formbricks: its responses as JSON, with the survey's questions beside them, or its CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from klantreis.errors import SurveyImportError
from klantreis.sources.surveys.json_answers import numbered, responses_of, sheet_of, title_of, whole_object
from klantreis.sources.surveys.sheet import Known, Question, Refused, Sheet, SurveyFile, told

#: Headings of its CSV that are of the tool itself, in small letters.
_OWN: dict[str, Known] = {
    "response id": "respondent",
    "timestamp": "date",
    **dict.fromkeys(
        (
            *("no.", "finished", "survey id", "formbricks id (internal)", "user id", "notes", "tags", "country"),
            *("url", "source", "action", "device", "os", "browser", "useragent", "language", "variables"),
        ),
        "technical",
    ),
}
_KNOWN: dict[str, Known] = {
    "openText": "text",
    "multipleChoiceSingle": "category",
    "consent": "category",
    "date": "date",
    **dict.fromkeys(("fileUpload", "cta", "cal", "address", "contactInfo"), "technical"),
}
_SCALES = {"nps": (0.0, 10.0), "ces": (1.0, 7.0)}
#: What a respondent who passed a question by leaves in its place.
_PASSED = ("skipped", "dismissed")


def is_formbricks(response: Mapping[str, Any]) -> bool:
    """Whether an object is a response of Formbricks."""
    return isinstance(response.get("data"), dict) and bool({"surveyId", "finished", "ttc", "meta"} & response.keys())


def is_formbricks_csv(names: tuple[str, ...]) -> bool:
    """Whether these are the headings of its CSV."""
    return {"response id", "survey id", "timestamp"} <= {name.lower() for name in names}


def formbricks_csv(sheet: Sheet) -> Sheet:
    """Its CSV: the tool's own columns known as such, the number taken off each question."""
    questions = []
    for one in sheet.questions:
        known = _OWN.get(one.name.lower())
        text = re.sub(r"^\d+\.\s+", "", one.text or one.name)
        questions.append(replace(one, known=known) if known else replace(one, text=text))
    return replace(sheet, source="formbricks", questions=tuple(questions))


def formbricks_sheet(file: SurveyFile) -> Sheet:
    """Its responses in JSON as a sheet.

    Raises
    ------
    SurveyImportError
        When the responses or the questions cannot be read.
    """
    with told(file.path):
        found, refused = responses_of(file)
    asked = {
        "response": Question("response", known="respondent"),
        "date": Question("date", known="date"),
        "finished": Question("finished", known="technical"),
    }
    if file.questions is not None:
        with told(file.questions):
            own = {one.name: one for one in _questions(whole_object(file.questions, file.limits))}
        if not own:
            raise SurveyImportError(
                f"{file.questions} holds no questions of Formbricks.", hint='A survey has "questions" or "blocks".'
            )
        asked |= own
    responses: list[tuple[int, dict[str, Any]]] = []
    for line, one in found:
        if is_formbricks(one):
            responses.append((line, _response(one)))
        else:
            refused.append(Refused(line, "no-response", {"(row)": str(one)[:2000]}))
    return sheet_of(file, "formbricks", responses, refused, asked)


def _response(one: Mapping[str, Any]) -> dict[str, Any]:
    answers = {name: value for name, value in one["data"].items() if value not in _PASSED}
    return {
        "response": one.get("id"),
        "date": one.get("createdAt"),
        "finished": one.get("finished"),
        **{name: value for name, value in answers.items() if name not in ("response", "date", "finished")},
    }


def _questions(survey: Mapping[str, Any]) -> Iterator[Question]:
    if isinstance(survey.get("data"), dict):
        survey = survey["data"]
    listed = list(survey.get("questions") or ()) if isinstance(survey.get("questions"), list) else []
    for block in survey.get("blocks") or () if isinstance(survey.get("blocks"), list) else ():
        if isinstance(block, dict) and isinstance(block.get("elements"), list):
            listed += block["elements"]
    for one in listed:
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            yield from _asked(one)


def _asked(one: Mapping[str, Any]) -> Iterator[Question]:
    name, kind = one["id"], str(one.get("type"))
    text = title_of(one.get("headline"), name)
    if kind == "matrix":
        options = numbered([(label, label) for label in _labels(one.get("columns"))])
        yield Question(name, text, options)
        for row in _labels(one.get("rows")):
            yield Question(f"{name}[{row}]", f"{text} [{row}]", options)
        return
    low, high = _SCALES.get(kind, (None, None))
    if kind == "rating":
        top = one.get("range")
        low, high = (1.0, float(top)) if isinstance(top, int) and top > 1 else (1.0, 5.0)
    labels = [(label, label) for label in _labels(one.get("choices"))]
    yield Question(name, text, numbered(labels), low, high, _KNOWN.get(kind))


def _labels(listed: Any) -> list[str]:
    found = []
    for each in listed if isinstance(listed, list) else ():
        label = title_of(each.get("label", each) if isinstance(each, dict) else each, "")
        if label:
            found.append(label)
    return found
