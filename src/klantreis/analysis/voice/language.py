"""What do people's own words hold: feeling, themes, terms, personal data, and a job or a product?

Everything is counted from word lists and checks in the package; nothing is downloaded and no text leaves the machine.
"""

from __future__ import annotations

from klantreis.analysis.voice.job_words import JobStatement, job_statement
from klantreis.analysis.voice.personal import PersonalData, personal_data, redacted
from klantreis.analysis.voice.sentiment import Sentiments, TextSentiment, sentiment
from klantreis.analysis.voice.terms import CompanyTerm, CustomerTerms, Term, customer_terms
from klantreis.analysis.voice.themes import Theme, Themes, themes

__all__ = [
    "CompanyTerm",
    "CustomerTerms",
    "JobStatement",
    "PersonalData",
    "Sentiments",
    "Term",
    "TextSentiment",
    "Theme",
    "Themes",
    "customer_terms",
    "job_statement",
    "personal_data",
    "redacted",
    "sentiment",
    "themes",
]
