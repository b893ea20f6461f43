"""The first tables."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    """Workspaces, documents, changes and links."""

    initial = True

    dependencies: tuple[tuple[str, str], ...] = ()

    operations: tuple[Any, ...] = (
        migrations.CreateModel(
            name="WorkspaceRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=120, unique=True)),
                ("files", models.TextField(blank=True)),
                ("revision", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "klantreis_workspace",
            },
        ),
        migrations.CreateModel(
            name="LinkRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=120)),
                ("target", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=200)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="klantreis.workspacerow"
                    ),
                ),
            ],
            options={
                "db_table": "klantreis_link",
                "indexes": [models.Index(fields=["workspace", "target"], name="klantreis_link_target")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "source", "target", "kind"), name="klantreis_link_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=64)),
                ("body", models.TextField()),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="klantreis.workspacerow",
                    ),
                ),
            ],
            options={
                "db_table": "klantreis_document",
                "indexes": [models.Index(fields=["workspace", "kind"], name="klantreis_document_kind")],
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "document"), name="klantreis_document_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.CharField(max_length=120)),
                ("seq", models.PositiveIntegerField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("change", models.TextField()),
                ("undo", models.TextField()),
                ("before", models.CharField(max_length=64, null=True)),
                ("after", models.CharField(max_length=64, null=True)),
                ("undoes", models.PositiveIntegerField(null=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="klantreis.workspacerow"
                    ),
                ),
            ],
            options={
                "db_table": "klantreis_change",
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "document", "seq"), name="klantreis_change_once")
                ],
            },
        ),
    )
