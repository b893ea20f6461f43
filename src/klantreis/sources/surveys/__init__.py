"""Bring the answers to a questionnaire in, from files of any survey tool that is known here."""
