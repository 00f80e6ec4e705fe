"""The settings under which the tests run: the product's own, with nothing of the machine's environment.

Every process of a test run has its own data folder, which goes when the process ends.
"""

import atexit
import os
import shutil
import tempfile

DATA_FOLDER = tempfile.mkdtemp(prefix="greenroom-tests-")
atexit.register(shutil.rmtree, DATA_FOLDER, ignore_errors=True)

ENVIRONMENT = {
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "BEHIND_PROXY": "",
    "CAILA_BASE_URL": "",
    "CALLBACKS": "",
    "CALLBACKS_KEPT_DAYS": "",
    "CALLBACKS_PER_USER": "",
    "CONNECT_MS": "",
    "CONTENT_GAP_MS": "",
    "CONVERSATIONS_PER_USER": "",
    "DATABASE_URL": "",
    "DEBUG": "",
    "DEMO_LLM_KEY": "sk-demo-only-for-the-tests",
    "ENCRYPTION_KEYS": "Zm9yIHRoZSB0ZXN0cyBvbmx5LCBub3RoaW5nIGVsc2U=",
    "FIRST_CONTENT_MS": "",
    "GREENROOM_DATA": DATA_FOLDER,
    "HOSTS": "",
    "KEY_SOCKETS_PER_USER": "",
    "LOG_LEVEL": "WARNING",
    "OPEN_TURNS_PER_KEY": "",
    "OPEN_TURNS_PER_PROCESS": "",
    "OPEN_TURNS_PER_USER": "",
    "OUTBOUND_PRIVATE_HOSTS": "",
    "PERSONAS_PER_SITE": "",
    "PORT": "",
    "REASONING_GAP_MS": "",
    "REDIS_URL": "",
    "RETENTION_DAYS": "",
    "SECRET_KEY": "for-the-tests-only-" * 3,
    "SECRET_KEY_FALLBACKS": "",
    "SESSION_SOCKETS_PER_USER": "",
    "STOPPING_MS": "",
    "SITE_URL": "http://testserver",
    "TIME_ZONE": "",
    "TURN_MS": "",
    "VERSIONS_PER_PERSONA": "",
}
for _name, _value in ENVIRONMENT.items():
    os.environ.pop(f"{_name}_FILE", None)
    os.environ[_name] = _value

from dashboard.settings import *  # after the environment that it reads
from dashboard.settings import DATABASES, MIDDLEWARE, STORAGES

SERVES_STATIC_FILES = "servestatic.middleware.ServeStaticMiddleware"
"""Reads the whole static folder for every new test client; the tests of static files put it back."""

DATABASES["default"]["TEST"] = {"NAME": f"{DATA_FOLDER}/test.sqlite3"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
MIDDLEWARE = [name for name in MIDDLEWARE if name != SERVES_STATIC_FILES]
SERVESTATIC_USE_FINDERS = True
