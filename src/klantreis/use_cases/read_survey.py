"""What a file of answers seems to hold, for a person to confirm before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast, get_args

from klantreis.errors import InvalidInputError, NotFoundError, SurveyImportError, did_you_mean
from klantreis.ids import slugify
from klantreis.research.survey import ABOUT_SOMETHING, ONCE, Role, Survey, SurveyColumn
from klantreis.sources.limits import limits_from
from klantreis.sources.surveys.personal import Personal, personal_in
from klantreis.sources.surveys.recognising import sheet_from
from klantreis.sources.surveys.roles import Guess, guess_roles, scale_of
from klantreis.sources.surveys.sheet import Sheet, SurveyFile
from klantreis.sources.surveys.task_design import Design, design_of, in_words, with_sets
from klantreis.use_cases.bind_outcomes import Bound, bind_outcomes, bound_by_name
from klantreis.workspace import Workspace

ROLES: tuple[Role, ...] = get_args(Role)
#: Written in the place of a role: the column is not kept.
LEAVE_OUT = "-"


@dataclass(frozen=True)
class ProposedColumn:
    """One column, and what it is taken to ask.

    Parameters
    ----------
    number
        Its place in the file, from 1.
    role
        None: it is not kept.
    given
        Whether somebody said so, now or at an earlier import; otherwise it is a guess.
    left_out
        Why it is not kept.
    personal
        What was found in it that points to people.
    sample
        Some of its answers.
    """

    number: int
    name: str
    question: str | None
    role: Role | None
    about: str | None = None
    bound: Bound | None = None
    low: float | None = None
    high: float | None = None
    given: bool = False
    left_out: Literal["personal", "technical", "empty", "asked"] | None = None
    personal: Personal | None = None
    sample: tuple[str, ...] = ()

    def column(self) -> SurveyColumn:
        """As the survey describes it."""
        assert self.role is not None  # noqa: S101 - only what is kept is described
        question = self.question if self.question and self.question != self.name else None
        return SurveyColumn(
            name=self.name,
            role=self.role,
            question=question,
            about=self.about,
            job=self.bound.job if self.bound else None,
            outcome=self.bound.outcome if self.bound else None,
            low=self.low,
            high=self.high,
        )


@dataclass(frozen=True)
class SurveyProposal:
    """A file of answers as it was understood; nothing is kept yet.

    Parameters
    ----------
    survey
        The id that the survey will have.
    study
        The study that was named; None: one is made.
    replaces
        Whether the workspace has a survey with that id.
    redact
        Columns in which personal data is replaced by its kind.
    """

    sheet: Sheet
    survey: str
    title: str
    study: str | None
    columns: tuple[ProposedColumn, ...]
    replaces: bool
    keep_ids: bool = False
    redact: frozenset[str] = frozenset()

    @property
    def kept(self) -> tuple[SurveyColumn, ...]:
        """The columns that will be kept, as the survey describes them."""
        return tuple(one.column() for one in self.columns if one.role is not None)


def read_survey(
    workspace: Workspace,
    path: Path | str,
    *,
    title: str | None = None,
    study: str | None = None,
    roles: Sequence[str] = (),
    scales: Sequence[str] = (),
    keep: Collection[str] = (),
    redact: Collection[str] = (),
    keep_ids: bool = False,
    source: str | None = None,
    questions: Path | str | None = None,
    design: Path | str | None = None,
    encoding: str | None = None,
    limits: Sequence[str] = (),
) -> SurveyProposal:
    """What a file of answers seems to hold.

    Parameters
    ----------
    title
        Of the survey, from which its id is made; the file's name when not given.
    study
        Id of the study that it belongs to.
    roles
        What columns are, each as ``COLUMN=ROLE`` or ``COLUMN=ROLE:ABOUT``; COLUMN is a heading or its number, ABOUT
        is text, or ``job:…/outcome`` for an outcome of a job. ``COLUMN=-`` leaves a column out.
    scales
        Ends of scales, each as ``COLUMN=LOW..HIGH``.
    keep
        Columns that are kept although there is personal data in them.
    redact
        Columns that are kept with such data replaced by its kind: "[telefoonnummer]".
    keep_ids
        Keep the ids of respondents as they are, in place of numbers.
    source
        What the file was exported from (``klantreis.sources.surveys.recognising.SOURCES``); from its content when
        not given.
    questions
        A file of the same tool that says what was asked: .lss of LimeSurvey, JSON of SurveyJS or Formbricks.
    design
        A file that says what each task of best and worst showed (``klantreis.sources.surveys.task_design``).

    Raises
    ------
    SurveyImportError
        When the file cannot be read.
    InvalidInputError, NotFoundError
        When a role, a scale, a column, a study or an outcome does not exist or does not fit.
    """
    path = Path(path)
    asked = None if questions is None else Path(questions)
    sheet = sheet_from(SurveyFile(path, asked, encoding, limits_from(limits)), source=source)
    title = title or path.name.partition(".")[0]
    survey = f"survey:{slugify(title)}"
    before = workspace.find(survey)
    if study is not None and workspace.find(study) is None:
        known = [one for one in workspace.documents if one.startswith("study:")]
        raise NotFoundError(f"There is no {study!r} in this workspace.", hint=did_you_mean(study, known, what="study"))
    names = [one.name for one in sheet.questions]
    said = _said(roles, names)
    without = frozenset(names[_place(each, names)] for each in redact)
    kept = without | {names[_place(each, names)] for each in keep}
    earlier = {one.name: one for one in before.columns} if isinstance(before, Survey) else {}
    guesses = guess_roles(sheet)
    columns = [
        _proposed(sheet, place, guesses[place], said.get(place), earlier.get(name), keep=name in kept)
        for place, name in enumerate(names)
    ]
    if design is not None:
        sheet, columns = with_design(sheet, columns, design_of(Path(design), limits_from(limits)))
    columns = bind_all(columns, workspace)
    columns = _with_scales(columns, sheet, scales)
    _check(columns)
    return SurveyProposal(sheet, survey, title, study, tuple(columns), isinstance(before, Survey), keep_ids, without)


def bind_all(columns: Sequence[ProposedColumn], workspace: Workspace) -> list[ProposedColumn]:
    """The columns with the outcomes that they are about, where the words say so and nobody else did."""
    bound = list(columns)
    for role in ("importance", "satisfaction"):
        free = [one for one in bound if one.role == role and one.about and one.bound is None and not one.given]
        found = bind_outcomes(sorted({one.about for one in free if one.about}), workspace)
        bound = [
            replace(one, bound=found[one.about]) if one in free and one.about and one.about in found else one
            for one in bound
        ]
    return bound


def with_design(sheet: Sheet, columns: Sequence[ProposedColumn], design: Design) -> tuple[Sheet, list[ProposedColumn]]:
    """The sheet and its columns with what each task of best and worst showed; codes of items become their words.

    Raises
    ------
    InvalidInputError, SurveyImportError
        When no task was asked, the answers say already what was shown, or the design does not fit them.
    """
    tasks = list(dict.fromkeys(one.about for one in columns if one.role == "best" and one.about is not None))
    if not tasks:
        raise InvalidInputError(
            "A design was given, and no column asks for the best of what was shown.",
            hint="Say which with --role COLUMN=best:1 and --role COLUMN=worst:1, for every task.",
        )
    if any(one.role == "shown" for one in columns):
        raise InvalidInputError(
            "The answers say already what was shown, and so does the design.",
            hint="Leave --design out, or those columns: --role COLUMN=-.",
        )
    version = next((one.number - 1 for one in columns if one.role == "design_version"), None)
    chosen = [one.number - 1 for one in columns if one.role in ("best", "worst")]
    sheet, names = with_sets(in_words(sheet, design, chosen), design, tasks, version)
    added = [
        ProposedColumn(len(columns) + place, names[task], None, "shown", about=task, given=True)
        for place, task in enumerate(tasks, start=1)
    ]
    samples = {place: tuple(dict.fromkeys(cell for cell in sheet.column(place) if cell))[:3] for place in chosen}
    told = [replace(one, sample=samples.get(one.number - 1, one.sample)) for one in columns]
    return sheet, [*told, *(replace(one, sample=sheet.column(one.number - 1)[:1]) for one in added)]


def _said(roles: Sequence[str], names: Sequence[str]) -> dict[int, tuple[str, str | None]]:
    """What was said of columns: role and about by place."""
    said: dict[int, tuple[str, str | None]] = {}
    for each in roles:
        splits = [(each[: found.start()], each[found.end() :]) for found in re.finditer("=", each)]
        fitting = [(name, rest) for name, rest in splits if name in names] or splits[:1]
        if not fitting:
            raise InvalidInputError(f"{each!r} names no role.", hint="Write COLUMN=ROLE, as in q1=nps.")
        name, rest = fitting[-1]
        role, colon, about = rest.partition(":")
        if role not in (*ROLES, LEAVE_OUT):
            raise InvalidInputError(f"There is no role {role!r}.", hint=did_you_mean(role, ROLES, what="roles"))
        said[_place(name, names)] = role, (about.strip() or None) if colon else None
    return said


def _place(name: str, names: Sequence[str]) -> int:
    if name in names:
        return names.index(name)
    if name.isascii() and name.isdigit() and 1 <= int(name) <= len(names):
        return int(name) - 1
    raise NotFoundError(f"There is no column {name!r}.", hint=did_you_mean(name, names, what="columns"))


def _proposed(
    sheet: Sheet,
    place: int,
    guess: Guess,
    said: tuple[str, str | None] | None,
    earlier: SurveyColumn | None,
    *,
    keep: bool,
) -> ProposedColumn:
    question, cells = sheet.questions[place], [cell for cell in sheet.column(place) if cell]
    one = ProposedColumn(
        place + 1,
        question.name,
        question.text,
        guess.role,
        guess.about,
        low=guess.low,
        high=guess.high,
        sample=tuple(dict.fromkeys(cells))[:3],
    )
    if said is not None and said[0] == LEAVE_OUT:
        return replace(one, role=None, given=True, left_out="asked")
    if said is not None:
        role, about = cast(Role, said[0]), said[1]
        bound = bound_by_name(about) if about and role in ABOUT_SOMETHING else None
        if about is None and (role in ABOUT_SOMETHING or role == "bought"):
            about = guess.about or (question.name if role in ABOUT_SOMETHING else None)
        low, high = scale_of(question, cells, role)
        about = bound.outcome if bound else about
        one = replace(one, role=role, about=about, bound=bound, low=low, high=high, given=True)
    elif earlier is not None:
        bound = Bound(earlier.job, earlier.outcome) if earlier.job and earlier.outcome else None
        one = replace(
            one, role=earlier.role, about=earlier.about, bound=bound, low=earlier.low, high=earlier.high, given=True
        )
    if one.role is None:
        return replace(one, left_out="empty" if not cells else "technical")
    if one.role in ("respondent", "date"):
        return one
    personal = personal_in(question, cells)
    if personal is not None and not keep:
        return replace(one, role=None, left_out="personal", personal=personal)
    return replace(one, personal=personal)


def _with_scales(columns: Sequence[ProposedColumn], sheet: Sheet, scales: Sequence[str]) -> list[ProposedColumn]:
    found = list(columns)
    names = [one.name for one in sheet.questions]
    for each in scales:
        name, _, ends = each.rpartition("=")
        match = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*(?:\.\.|–|:)\s*(-?\d+(?:\.\d+)?)", ends.strip())
        if match is None or float(match[1]) >= float(match[2]):
            raise InvalidInputError(f"{each!r} is no scale.", hint="Write COLUMN=LOW..HIGH, as in q1=1..7.")
        place = _place(name, names)
        found[place] = replace(found[place], low=float(match[1]), high=float(match[2]))
    return found


def _check(columns: Sequence[ProposedColumn]) -> None:
    """Refuse what the survey could not describe, with the columns that clash."""
    for role in ONCE:
        having = [one.name for one in columns if one.role == role]
        if len(having) > 1:
            raise InvalidInputError(
                f"{len(having)} columns have the role {role!r}: {', '.join(having[:5])}.",
                hint=f"A survey has one at most. Say what the others are, as in --role {having[1]!r}=number.",
            )
    if not any(one.role for one in columns):
        raise SurveyImportError("No column is kept.", hint="Say with --role what the columns ask.")
