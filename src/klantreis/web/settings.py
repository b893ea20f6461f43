"""The settings of the web application: local, for one person, with nothing that is not used."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from klantreis.web.options import LOCAL_HOSTS

HERE = Path(__file__).parent
#: Folders with templates: the frame's, those of the map pages, and the marks that all media share.
TEMPLATE_FOLDERS = (HERE / "templates", HERE / "maps" / "templates", HERE.parent / "render" / "templates")


def settings_values() -> dict[str, Any]:
    """All settings that differ from Django's own; the secret is new at each start.

    What is served is not among them: see :func:`klantreis.web.workspaces.serve_these`.
    """
    return {
        "DEBUG": False,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": list(LOCAL_HOSTS),
        "ROOT_URLCONF": "klantreis.web.urls",
        "INSTALLED_APPS": ["klantreis.store.database"],
        "DATABASES": {},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "MIDDLEWARE": [
            "klantreis.web.headers.security_headers",
            "klantreis.web.static_files.package_files",
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.common.CommonMiddleware",
            "klantreis.web.headers.same_origin_only",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "klantreis.web.language.choose_language",
            "klantreis.web.failures.calm_errors",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [str(folder) for folder in TEMPLATE_FOLDERS],
                "APP_DIRS": False,
                "OPTIONS": {
                    "environment": "klantreis.web.templating.environment",
                    "context_processors": ["klantreis.web.templating.page_words"],
                },
            }
        ],
        "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
        "CSRF_FAILURE_VIEW": "klantreis.web.failures.csrf_refused",
        "CSRF_COOKIE_NAME": "klantreis_csrf",
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_HTTPONLY": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "APPEND_SLASH": True,
        "USE_I18N": False,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LOGGING_CONFIG": None,
    }


def configure() -> None:
    """Give Django these settings and load it; a second call changes nothing.

    When something else has configured Django in this process (the database store used as a library), what the
    web needs is set beside it.
    """
    import django  # loading it takes a while, and only serving needs it
    from django.conf import settings

    if not settings.configured:
        settings.configure(**settings_values())
        django.setup()
    elif getattr(settings, "ROOT_URLCONF", None) != "klantreis.web.urls":
        for name, value in settings_values().items():
            if name not in {"INSTALLED_APPS", "DATABASES"}:
                setattr(settings, name, value)
