"""What an installation can set, and what is the same for all.

Every setting that comes from the environment is described in docs/operate/install.md.
"""

from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from marksheet.config.secret import secret_in

env = environ.Env()

PACKAGE = Path(__file__).resolve().parents[1]
ROOT = PACKAGE.parents[1]
VAR = Path(env.str("MARKSHEET_VAR", default=str(ROOT / "var")))
VAR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("MARKSHEET_DEMO", default=False)
IN_EARNEST = not DEBUG and not DEMO

SECRET_KEY = env.str("SECRET_KEY", default="") or secret_in(VAR / "secret")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

# --- apps: our templates come before those of others, so that ours are found first ---

INSTALLED_APPS = [
    "marksheet.entrypoints.shared",
    "marksheet.entrypoints.web",
    "marksheet.entrypoints.jobs",
    "marksheet.entrypoints.intake",
    "marksheet.apps.ledger",
    "marksheet.apps.people",
    "marksheet.apps.exams",
    "marksheet.apps.marking",
    "marksheet.apps.results",
    "marksheet.apps.release",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_structlog",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "marksheet.entrypoints.shared.middleware.PersonalLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "marksheet.entrypoints.shared.middleware.PrivatePages",
    "marksheet.entrypoints.shared.middleware.SecondFactor",
    "marksheet.entrypoints.shared.middleware.RightsReadOnce",
    "marksheet.entrypoints.shared.middleware.Refusals",
]

ROOT_URLCONF = "marksheet.config.urls"
WSGI_APPLICATION = "marksheet.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marksheet.entrypoints.shared.context.navigation",
            ],
        },
    }
]

# --- database ---

_SQLITE = {
    # IMMEDIATE takes the write lock at the start: a transaction never fails half-way for the want of it.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA busy_timeout=20000; PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
    ),
}
_POSTGRES = {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 10}}


def _database(url: str) -> dict[str, Any]:
    database: dict[str, Any] = env.db_url_config(url)
    sqlite = database["ENGINE"].endswith("sqlite3")
    return {
        **database,
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
        # To open a file of SQLite anew for every page takes longer than to read one; PostgreSQL has its pool.
        "CONN_MAX_AGE": 60 if sqlite else 0,
        "OPTIONS": {**(_SQLITE if sqlite else _POSTGRES), **database.get("OPTIONS", {})},
    }


_OWNER = env.str("DATABASE_OWNER_URL", default="")
_CANDIDATE = env.str("DATABASE_CANDIDATE_URL", default="")
_OWN_FILE = f"sqlite:///{VAR / ('demo' if DEMO else 'marksheet')}.sqlite3"
DATABASES = {"default": _database(env.str("DATABASE_URL", default="") or _OWNER or _OWN_FILE)}
for _name, _url in (("DATABASE_OWNER_URL", _OWNER), ("DATABASE_CANDIDATE_URL", _CANDIDATE)):
    # A role of another database would migrate, or be read, beside the one that everybody works on.
    if _url and {_database(_url)["ENGINE"], DATABASES["default"]["ENGINE"]} != {
        "django.db.backends.postgresql"
    }:
        raise ImproperlyConfigured(
            f"{_name} is a role of PostgreSQL, and only of use beside a DATABASE_URL of PostgreSQL. SQLite has no"
            f" roles: unset {_name}, or set DATABASE_URL to postgresql://... (see docs/operate/install.md)."
        )
# Who makes the tables, and through what the pages of candidates are read: see apps/ledger/roles.py.
DATABASE_OWNER = _database(_OWNER) if _OWNER else None
if _CANDIDATE:
    DATABASES["candidate"] = _database(_CANDIDATE)
    # Thousands ask the same statement, which joins nine tables: planned anew each time it takes five times as long.
    DATABASES["candidate"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 0}
elif DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["candidate"] = {**DATABASES["default"]}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people and sign-in ---

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["marksheet.config.hashers.HouseArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_DISPLAY = str
ACCOUNT_ADAPTER = "marksheet.entrypoints.shared.sign_in.AccountAdapter"
# Only a proved address signs in or resets a password: those stand in allauth's own table.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_RATE_LIMITS = {"invitation": "20/m/ip"}
# An unknown address gets the same answer as a known one.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
MARKSHEET_REQUIRE_MFA = env.bool("MARKSHEET_REQUIRE_MFA", default=IN_EARNEST)
MFA_ADAPTER = "marksheet.entrypoints.shared.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Marksheet"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IN_EARNEST
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IN_EARNEST
# The __Host- prefix has the browser refuse the cookie from a neighbouring host or over plain HTTP.
SESSION_COOKIE_NAME = "__Host-session" if IN_EARNEST else "marksheet-session"
CSRF_COOKIE_NAME = "__Host-csrf" if IN_EARNEST else "marksheet-csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "marksheet.entrypoints.shared.errors.csrf_failure"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- headers ---

SECURE_SSL_REDIRECT = IN_EARNEST
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IN_EARNEST else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", default=False):
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- what comes in ---

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
# A marks grid of 100 candidates and 60 items is one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_PERMISSIONS = 0o600

# --- work ---

# For how long a worker that has gone silent keeps what it took.
MARKSHEET_LEASE_SECONDS = env.float("MARKSHEET_LEASE_SECONDS", default=60)

# --- cache ---

# Only the limits of sign-in are kept here: in files, so that all web processes of a machine count together.
CACHES = {
    "default": env.cache_url_config(
        env.str("CACHE_URL", default="") or f"filecache://{VAR / 'cache'}?max_entries=100000"
    )
}

# --- files ---

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IN_EARNEST
MEDIA_ROOT = VAR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "marksheet.config.static.HashedStatic"
        if IN_EARNEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- mail ---

vars().update(env.email_url_config(env.str("EMAIL_URL", default="") or "smtp://localhost:25"))
EMAIL_TIMEOUT = 20
# A first wave of a few, a pause to look at what came of it, then so many messages a second.
MARKSHEET_MAIL_FIRST_WAVE = env.int("MARKSHEET_MAIL_FIRST_WAVE", default=10)
MARKSHEET_MAIL_PAUSE = env.int("MARKSHEET_MAIL_PAUSE", default=60)
MARKSHEET_MAIL_PER_SECOND = env.float("MARKSHEET_MAIL_PER_SECOND", default=20.0)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Marksheet <marksheet@localhost>")
if DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"

# --- language and time ---

LANGUAGE_CODE = "en"
# Each has its catalogue: half a language is worse than none.
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- log ---

_SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED_PROCESSORS,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer()
            if IN_EARNEST
            else structlog.dev.ConsoleRenderer(colors=False),
            "foreign_pre_chain": _SHARED_PROCESSORS,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {
        "handlers": ["stderr"],
        "level": env.str("LOG_LEVEL", default="INFO" if IN_EARNEST else "WARNING"),
    },
}
