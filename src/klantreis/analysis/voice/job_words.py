"""Is it a job, or a product? Tells what a customer wants done from what they would buy for it.

A small set of word lists, Dutch and English, no model: it looks for words of buying and applying, for the use of a
thing that an organisation supplies, for a bare product name, and for names the caller gives (the organisation's
own). What it does not recognise it takes for a job, so it can miss a product; it seldom accuses a job.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from klantreis.analysis.options import checked_options
from klantreis.analysis.voice.tokens import as_lang, as_text, language_of
from klantreis.errors import InvalidInputError
from klantreis.values import Lang


@dataclass(frozen=True)
class JobStatement:
    """What a text is, and why: the words that make it a product; empty for a job."""

    kind: Literal["job", "product"]
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"kind": self.kind, "why": self.why}


# What is bought or taken out. Dutch writes compounds as one word: autoverzekering ends in verzekering.
_PRODUCTS: dict[Lang, str] = {
    "nl": r"\w*(?:verzekering|polis|abonnement|hypotheek|lening|krediet|creditcard|kaart|contract|lidmaatschap"
    r"|licentie|website|webshop|portaal|software|pakket|bundel|boormachine|vergunning|uitkering|toeslag|subsidie"
    r"|paspoort|rijbewijs|telefoon|machine|pane(?:el|l)|lift|keuken|warmtepomp|ketel|matras|meubel|scooter|fiets|auto"
    r"|cursus|training|opleiding)|(?:spaar|betaal|bank|beleggings)?rekening|app|boor|pas|smartphone|laptop|computer"
    r"|tablet|televisie|product|dienst|tool|ticket|hotel|vlucht",
    "en": r"insurance|policy|subscription|mortgage|loan|account|(?:credit |loyalty )?card|contract|membership"
    r"|licen[cs]e|app|website|webshop|portal|product|package|bundle|tool|software|drill|phone|smartphone|laptop"
    r"|computer|tablet|television|car|bike|permit|benefit|subsidy|passport|course|ticket|(?:washing )?machine"
    r"|dishwasher|(?:solar )?panel|stairlift|kitchen|heat pump|boiler|mattress|sofa|scooter|hotel|flight",
}
# Getting something is always about the thing got.
_GETTING: dict[Lang, str] = {
    "nl": r"kopen|koop|koopt|kocht|gekocht|aankopen|aanschaffen|bestelt?|bestellen|besteld|abonneren|downloaden"
    r"|aanvragen|leasen|huren|aankoop|aanschaf|bestelling|aanvraag|inhuren|inschakelen|lid worden van"
    r"|laten (?:plaatsen|installeren|aanleggen|monteren|bezorgen)"
    r"|overstappen (?:naar|op) (?:een )?(?:andere|nieuwe|goedkopere|betere) (?:bank|aanbieder|provider|leverancier)",
    "en": r"buy|buys|buying|bought|purchas(?:e|es|ed|ing)|(?<!in )(?<!of )order(?:s|ed|ing)?|subscrib(?:e|ing)"
    r"|download(?:ing)?|sign(?:ing)? up|apply(?:ing)? for|(?:leas|rent|hir)(?:e|ing)? (?:an?|the)|become a member of"
    r"|enrol(?:l|ling)? (?:in|for|on)|(?:have|having|get|getting)(?:\s+[\w'-]+){1,4}\s+(?:installed|fitted|delivered)"
    r"|switch(?:ing)? to (?:an?other|a (?:new|cheaper|better)) (?:bank|provider|supplier)",
}
# These are about a thing only when a product stands beside them: one can also take a rest or close a day.
_TAKING: dict[Lang, str] = {
    "nl": r"afsluiten|sluiten|sluit|afgesloten|nemen|neem|openen|verlengen|opzeggen|gebruiken|gebruik|aangaan|kiezen"
    r"|reserveren|boeken|vervangen|installeren|volgen",
    "en": r"take out|taking out|take|taking|get|getting|open|opening|renew|renewing|cancel|use|using|choos(?:e|ing)"
    r"|reserv(?:e|ing)|book(?:ing)?|replac(?:e|ing)|install(?:ing)?",
}
# What somebody wants to do without is not what they want to buy.
_WITHOUT: dict[Lang, str] = {
    "nl": r"zonder(?:(?:\s+\S+){0,5}?\s+te\s+\S+|\s+\S+)|(?:niet|geen)(?:\s+\S+){1,4}",
    "en": r"without(?:\s+\S*ing(?:\s+\S+){0,2}|\s+\S+)|(?:not|never|no)(?:\s+\S+){1,4}",
}
# Words that may stand around a product in a bare product name.
_AROUND: dict[Lang, str] = {
    "nl": r"een|de|het|mijn|zijn|haar|hun|onze|goede|goedkope|nieuwe|nieuwste|beste|mobiel|mobiele|eigen",
    "en": r"an?|the|my|his|her|their|our|good|cheap|new|newest|latest|best|mobile|own|second-hand",
}
# Who wants this wants the thing itself.
_WANTING: dict[Lang, str] = {
    "nl": r"(?:ik|we|wij) (?:wil|willen|zou|zouden)(?: graag)?(?: een| de| het)?",
    "en": r"(?:i|we) (?:want|need|would like)(?: an?| the)?",
}
# What is got back, repaired or to somewhere is had already.
_HAD = (
    r"(?!\s+(?:repaired|fixed|back|home|ready|started|running|serviced|cleaned|working|on|to|into|in|out|through|up"
    r"|over)\b)"
)
# Between a verb and what is taken stands no such word: taking the kids by car is no purchase.
_APART = r"(?:by|in|on|with|from|to|of|for|at|and|off|met|van|op|naar|voor|bij|en|uit)"


@checked_options
def job_statement(text: str, lang: Lang | None = None, *, names: Iterable[str] = ()) -> JobStatement:
    """Whether a text says what someone wants done, or names a product, a brand or a purchase.

    Parameters
    ----------
    text
        What was written down as a job.
    lang
        The language it is in; unless given it is told from the small words, and both are asked when these do not tell.
    names
        Names that make it a solution whenever they occur: the organisation's own, of its products.

    Examples
    --------
    >>> job_statement("een verzekering afsluiten", "nl")
    JobStatement(kind='product', why='verzekering afsluiten')
    >>> job_statement("ongestoord van de nieuwe auto genieten", "nl").kind
    'job'
    >>> job_statement("take out an insurance").why
    'take out an insurance'
    """
    told = language_of(as_text("text", text)) if lang is None else as_lang(lang)
    flat = " ".join(text.split()).strip(" .!?")
    if not text.strip():
        raise InvalidInputError("text is empty: nothing was written down as a job.")
    if isinstance(names, str):
        raise InvalidInputError(f"names must be a list of names, not the text {names!r}.")
    for name in (as_text("names", name) for name in names):
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", flat, re.IGNORECASE):
            return JobStatement("product", name)
    for asked in ("nl", "en") if told is None else (told,):
        kept = re.sub(rf"\b(?:{_WITHOUT[asked]})(?=\W|$)", " ", flat, flags=re.IGNORECASE)
        for pattern in _patterns(asked):
            if found := pattern.search(kept):
                return JobStatement("product", " ".join(found.group(0).split()))
    return JobStatement("job")


@cache
def _patterns(lang: Lang) -> tuple[re.Pattern[str], ...]:
    product = rf"\b(?:{_PRODUCTS[lang]})(?:en|s|n)?"
    taking, getting, around = _TAKING[lang], _GETTING[lang], _AROUND[lang]
    few = rf"(?:\s+(?!{_APART}\b)[\w'-]+){{0,3}}?\s+"
    # In Dutch the verb comes last, maybe after what the thing is for: een lening voor de verbouwing afsluiten.
    dutch = rf"{product}(?:\s+voor(?:\s+[\w'-]+){{1,3}}?)?\s+(?:{taking})\b|\bgebruik\s?maken van{few}{product}\b"
    dutch += rf"|\binschrijven voor{few}{product}\b"
    pair = dutch if lang == "nl" else rf"\b(?:{taking}){few}{product}\b{_HAD}"
    bare = rf"^(?:(?:{around})\s+)*{product}$|^(?:een|de|het|an?|the|{_WANTING[lang]}){few}{product}$"
    turned = rf"\bsluit(?:en)?{few}{product}\s+af\b"  # Dutch parts the verb: ik sluit een verzekering af
    patterns = (rf"\b(?:{getting})\b", pair, bare, *((turned,) if lang == "nl" else ()))
    return tuple(re.compile(one, re.IGNORECASE) for one in patterns)
