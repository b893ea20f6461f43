"""Which kind of export a file of answers is, from its content; and the file as a sheet."""

from __future__ import annotations

from klantreis.errors import SurveyImportError, did_you_mean
from klantreis.sources.opening import beginning
from klantreis.sources.surveys.delimited import delimited_sheet
from klantreis.sources.surveys.formbricks import formbricks_csv, formbricks_sheet, is_formbricks, is_formbricks_csv
from klantreis.sources.surveys.json_answers import responses_of
from klantreis.sources.surveys.limesurvey import is_limesurvey, limesurvey_sheet
from klantreis.sources.surveys.sheet import Sheet, SurveyFile, told
from klantreis.sources.surveys.surveyjs import surveyjs_sheet
from klantreis.sources.surveys.workbook import is_workbook, workbook_sheet

#: The kinds of export that are known, with what people call them.
SOURCES = {
    "csv": "CSV/TSV",
    "xlsx": "XLSX",
    "limesurvey": "LimeSurvey",
    "surveyjs": "SurveyJS",
    "formbricks": "Formbricks",
}


def sheet_from(file: SurveyFile, *, source: str | None = None) -> Sheet:
    """A file of answers as a sheet.

    Parameters
    ----------
    source
        One of :data:`SOURCES`; from the content when not given.

    Raises
    ------
    SurveyImportError
        When it cannot be read as that kind, holds no rows, or there is no such kind.
    """
    if source is not None and source not in SOURCES:
        raise SurveyImportError(f"There is no source {source!r}.", hint=did_you_mean(source, SOURCES, what="sources"))
    sheet = _sheet(file, source)
    if not sheet.rows:
        told_of = f" All {len(sheet.refused)} rows are refused." if sheet.refused else ""
        raise SurveyImportError(f"{file.path} holds no answers.{told_of}")
    return sheet


def _sheet(file: SurveyFile, source: str | None) -> Sheet:
    with told(file.path):
        start = beginning(file.path, file.limits)
    if source == "xlsx" or (source is None and is_workbook(start)):
        return workbook_sheet(file)
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if source == "surveyjs" or (source in (None, "formbricks") and bare[:1] in (b"{", b"[")):
        return _of_json(file, source)
    sheet = delimited_sheet(file)
    names = tuple(one.text or one.name for one in sheet.questions)
    if source == "limesurvey" or (source is None and is_limesurvey(names)):
        return limesurvey_sheet(sheet, file)
    if source == "formbricks" or (source is None and is_formbricks_csv(names)):
        return formbricks_csv(sheet)
    if file.questions is not None:
        raise SurveyImportError(
            f"{file.path} is plain CSV, so {file.questions} says nothing of it.",
            hint="Leave the questions out, or say with --source which tool exported the file.",
        )
    return sheet


def _of_json(file: SurveyFile, source: str | None) -> Sheet:
    if source is None:
        with told(file.path):
            responses, _ = responses_of(file)
        source = "formbricks" if responses and is_formbricks(responses[0][1]) else "surveyjs"
    return formbricks_sheet(file) if source == "formbricks" else surveyjs_sheet(file)
