"""What stands for the people who answered a survey: numbers, their ids, or pseudonyms with the key of event logs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from klantreis.errors import InvalidInputError
from klantreis.research.survey import Survey
from klantreis.sources.privacy_keys import Key, find_key
from klantreis.store.protocol import Store
from klantreis.use_cases.read_survey import SurveyProposal


def key_for(
    store: Store, proposal: SurveyProposal, before: Survey | None, *, pseudonymise: bool, key_file: Path | None
) -> Key | None:
    """The key to make pseudonyms with; None when none are made. A survey that has pseudonyms keeps its key.

    Raises
    ------
    InvalidInputError
        When ids are to be kept as well, or the key is another than the survey's, or in the workspace's folder.
    NotFoundError
        When the survey's key is not there.
    """
    if pseudonymise and proposal.keep_ids:
        raise InvalidInputError("Ids cannot be kept and become pseudonyms.", hint="Give --keep-ids or --pseudonymise.")
    has = before is not None and before.respondents == "pseudonyms" and not proposal.keep_ids
    if not any(one.role == "respondent" for one in proposal.columns) or not (pseudonymise or has):
        return None
    expect = before.key if before is not None and has else None
    return find_key(key_file, log=store.file("answers").parent, expect=expect)


def respondents_named(proposal: SurveyProposal, key: Key | None) -> Literal["numbers", "ids", "pseudonyms"] | None:
    """How the survey names who answered; None when it does not say who did."""
    if not any(one.role == "respondent" for one in proposal.columns):
        return None
    return "pseudonyms" if key is not None else "ids" if proposal.keep_ids else "numbers"
