"""The tables: workspaces, their documents, the changes made to them, and the links between them.

A document's row and its history change together in one transaction. Links are derived, for look-ups only.
"""

from __future__ import annotations

from django.db import models


class WorkspaceRow(models.Model):  # type: ignore[misc]
    """One workspace; ``revision`` goes up with every write, ``files`` is the folder of its event logs."""

    slug = models.CharField(max_length=120, unique=True)
    files = models.TextField(blank=True)
    revision = models.BigIntegerField(default=0)

    class Meta:
        db_table = "klantreis_workspace"


class DocumentRow(models.Model):  # type: ignore[misc]
    """One document. ``body`` is its canonical JSON as text, so that it comes back to the letter."""

    workspace = models.ForeignKey(WorkspaceRow, models.CASCADE, related_name="documents")
    document = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    version = models.CharField(max_length=64)
    body = models.TextField()

    class Meta:
        db_table = "klantreis_document"
        constraints = (models.UniqueConstraint(fields=("workspace", "document"), name="klantreis_document_once"),)
        indexes = (models.Index(fields=("workspace", "kind"), name="klantreis_document_kind"),)


class ChangeRow(models.Model):  # type: ignore[misc]
    """One entry of a document's history; it outlives the document."""

    workspace = models.ForeignKey(WorkspaceRow, models.CASCADE, related_name="changes")
    document = models.CharField(max_length=120)
    seq = models.PositiveIntegerField()
    by = models.TextField()
    at = models.DateTimeField()
    change = models.TextField()
    undo = models.TextField()
    before = models.CharField(max_length=64, null=True)
    after = models.CharField(max_length=64, null=True)
    undoes = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "klantreis_change"
        constraints = (models.UniqueConstraint(fields=("workspace", "document", "seq"), name="klantreis_change_once"),)


class LinkRow(models.Model):  # type: ignore[misc]
    """One document refers to another; ``kind`` is the field in which it does."""

    workspace = models.ForeignKey(WorkspaceRow, models.CASCADE, related_name="links")
    source = models.CharField(max_length=120)
    target = models.CharField(max_length=120)
    kind = models.CharField(max_length=200)

    class Meta:
        db_table = "klantreis_link"
        constraints = (
            models.UniqueConstraint(fields=("workspace", "source", "target", "kind"), name="klantreis_link_once"),
        )
        indexes = (models.Index(fields=("workspace", "target"), name="klantreis_link_target"),)
