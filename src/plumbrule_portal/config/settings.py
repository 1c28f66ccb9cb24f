"""Django's settings, all derived from the node's folder and its `portal.toml`; nothing here is edited by an office.

PLUMBRULE_NODE names the folder. DATABASE_URL names PostgreSQL instead of the SQLite file in it.
"""

import os
import secrets
from pathlib import Path

from plumbrule_portal.config.database import databases
from plumbrule_portal.config.office import LANGUAGES as ALL_LANGUAGES
from plumbrule_portal.config.office import read_office, read_secret
from plumbrule_portal.ui.languages import OWN_NAMES, django_code

NODE = Path(os.environ.get("PLUMBRULE_NODE", "build/portal")).absolute()
OFFICE = read_office(NODE)
SECRET_KEY = read_secret(NODE) if (NODE / "keys").is_dir() else secrets.token_urlsafe(64)  # no node yet, or one without keys
DEBUG = False
ALLOWED_HOSTS = [*OFFICE.hosts, "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [OFFICE.address]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "plumbrule_portal.ui",
    "plumbrule_portal.accounts",
    "plumbrule_portal.ledger",
    "plumbrule_portal.systems",
    "plumbrule_portal.pages",
]
MIDDLEWARE = [
    "plumbrule_portal.ledger.caching.PagesFromTheLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "plumbrule_portal.ui.middleware.headers",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "plumbrule_portal.ui.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "plumbrule_portal.accounts.middleware.sessions",
    "plumbrule_portal.accounts.middleware.size",
    "plumbrule_portal.accounts.middleware.Often",
    "plumbrule_portal.accounts.middleware.Ruled",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "plumbrule_portal.config.urls"
WSGI_APPLICATION = "plumbrule_portal.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "plumbrule_portal.ui.context.office",
            ]
        },
    }
]
DATABASES = databases(NODE)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
OTP_TOTP_THROTTLE_FACTOR = 0
"""Tries are counted by `accounts.limits`, for a quarter of an hour and a day; django_otp's own lock doubles without end."""
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "plumbrule_portal.pages.views_errors.form_too_old"
LOGIN_URL = "/account/sign-in"
LOGIN_REDIRECT_URL = "/desk"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [(django_code(code), OWN_NAMES[code]) for code in ALL_LANGUAGES]
LOCALE_PATHS = [Path(__file__).parents[1] / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = NODE / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

MAX_BODIES = {"/": 3 * 2**20, "/api/v1/": 80 * 2**20, "/supply/": 33 * 2**20}
"""The longest body by the beginning of the address: forms, packs from an assessor's machine, packs from a supplier's browser."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 80
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER = OFFICE.mail_host, OFFICE.mail_port, OFFICE.mail_user
EMAIL_HOST_PASSWORD = os.environ.get("PLUMBRULE_MAIL_PASSWORD", "")
EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = OFFICE.mail_port == 587, OFFICE.mail_port == 465, 20

SECURE_SSL_REDIRECT = OFFICE.secure
SECURE_HSTS_SECONDS = 31_536_000 if OFFICE.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = OFFICE.secure
SECURE_HSTS_PRELOAD = OFFICE.secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OFFICE.secure else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OFFICE.secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"

PROJECTIONS = {
    "urn:x-plumbrule:record:1": "plumbrule_portal.systems.projection.record",
    "urn:x-plumbrule:assessment:1": "plumbrule_portal.systems.projection.assessment",
    "urn:x-plumbrule:classification:1": "plumbrule_portal.systems.projection.classification",
    "urn:x-plumbrule:supersedes:1": "plumbrule_portal.systems.submissions.projection.superseded",
    "urn:x-plumbrule:withdrawal:1": "plumbrule_portal.systems.withdrawals.withdrawn",
    "urn:x-plumbrule:trust-label:1": "plumbrule_portal.systems.labels.projection.label",
}
"""Which function writes what the public pages show of an entry, by predicate type. The others change no page."""
FIELD_LABEL = "plumbrule_portal.systems.labelled.label"
"""What the place of a change in a record is called, for whoever agrees to it."""
REFUSE_TAKEN = "plumbrule_portal.systems.labelled.refuse_taken"
"""What refuses a name that something else in the register has."""
PAGE_OF = "plumbrule_portal.systems.labelled.page"
"""The address of the page of what an entry is about."""
OWNER = "plumbrule_portal.systems.labelled.owner"
"""Which organisation answers for what an entry is about."""
INDEX = "plumbrule_portal.systems.indexing.entry"
"""What writes the words by which search finds it, after every entry."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
