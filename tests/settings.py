"""The settings of the tests: the house's own, on the database that MARKSHEET_TEST_DB names.

``MARKSHEET_TEST_DB`` is ``sqlite`` (the default) or ``postgres``. The process that starts the run brings the
PostgreSQL cluster up, once; its pytest-xdist workers inherit the address.
"""

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

TEST_DB = os.environ.setdefault("MARKSHEET_TEST_DB", "sqlite")

_until_exit = ExitStack()
atexit.register(_until_exit.close)

if "MARKSHEET_TEST_VAR" not in os.environ:
    os.environ["MARKSHEET_TEST_VAR"] = _until_exit.enter_context(
        tempfile.TemporaryDirectory(prefix="marksheet-test-", ignore_cleanup_errors=True)
    )
for name in ("DEBUG", "MARKSHEET_DEMO", "EMAIL_URL"):
    os.environ.pop(name, None)
os.environ["MARKSHEET_VAR"] = os.environ["MARKSHEET_TEST_VAR"]

if TEST_DB == "postgres":
    from tests.postgres import cluster

    if "MARKSHEET_TEST_POSTGRES" not in os.environ:
        os.environ["MARKSHEET_TEST_POSTGRES"] = _until_exit.enter_context(cluster())
    os.environ["DATABASE_URL"] = os.environ["MARKSHEET_TEST_POSTGRES"]
else:
    os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['MARKSHEET_TEST_VAR']}/unused.sqlite3"

from marksheet.config.settings import *  # noqa: E402, F403
from marksheet.config.settings import DATABASES, STORAGES  # noqa: E402

TEST_VAR = Path(os.environ["MARKSHEET_TEST_VAR"])
TEST_POSTGRES = os.environ.get("MARKSHEET_TEST_POSTGRES", "")

# A test that is rolled back is seen by one connection alone; tests/roles.py holds that one to what each role may do.
DATABASES.pop("candidate", None)
# A pool would keep connections open to databases that tests copy and drop.
DATABASES["default"]["OPTIONS"].pop("pool", None)
if TEST_DB == "sqlite":
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Plain HTTP and unhashed static files: tests talk to 127.0.0.1.
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "session", "csrf"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
MARKSHEET_LEASE_SECONDS = 1
# A second factor is set up in its own tests.
MARKSHEET_REQUIRE_MFA = False
