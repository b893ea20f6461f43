"""Is it a job, or a product? The words that tell stand with what people say; jobs ask it under this name."""

from __future__ import annotations

from klantreis.analysis.voice.job_words import JobStatement, job_statement

__all__ = ["JobStatement", "job_statement"]
