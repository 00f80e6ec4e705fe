"""Greenroom's settings: one module, every setting a typed environment variable (the README's table)."""

import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from dashboard import environment, keys, postgres
from dashboard.run_marker import USUAL_DATA_FOLDER
from playground.engine.limits import DEFAULT_LIMITS, Limits
from playground.engine.persona import Provider
from playground.engine.platforms.registry import provider_base_url
from playground.engine.turn_limits import DEFAULT_OPEN_TURNS, OpenTurnLimits

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

_env = environment.Environment()

# The data folder, and the site's address

DEBUG = _env.read("DEBUG", environment.boolean, False)
GREENROOM_DATA = _env.read("GREENROOM_DATA", environment.folder, USUAL_DATA_FOLDER)
DATA_DIR = GREENROOM_DATA / "data"
KEYS_DIR = GREENROOM_DATA / "keys"
PORT = _env.read("PORT", environment.port, 8765)
SITE_URL = _env.read("SITE_URL", environment.origin, f"http://127.0.0.1:{PORT}")
ALLOWED_HOSTS = _env.read("ALLOWED_HOSTS", environment.allowed_hosts, LOOPBACK_HOSTS if DEBUG else [])
FURTHER_HOSTS: list[str] = _env.read("HOSTS", environment.host_names, [])
"""Names by which this site is reached beside those of its own addresses, as through a tunnel that ends TLS."""
ALLOWED_HOSTS = [*ALLOWED_HOSTS, *FURTHER_HOSTS]
BEHIND_PROXY = _env.read("BEHIND_PROXY", environment.boolean, False)
"""Whether a reverse proxy sets X-Forwarded-Proto on every request, and the app can't be reached without it."""

# The database. SQLite: readers never wait for the writer, and writers wait for each other instead of failing

DATABASE_TIMEOUT_S = 20
"""How long a page waits for a SQLite file that is held, and how long a statement of a kept connection may take."""
DATABASE_LOCK_S = 3
"""How long a statement waits for a row that is held, and a command or a turn for a SQLite file."""
_database = _env.read("DATABASE_URL", environment.database_url, dj_database_url.DBConfig())
if not _database:
    _database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "greenroom.sqlite3")}
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "timeout": DATABASE_TIMEOUT_S,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;",
    }
else:
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = postgres.connection_options(_database.get("OPTIONS", {}), lock_s=DATABASE_LOCK_S)
DATABASES = {"default": _database}

_redis_url = _env.read("REDIS_URL", environment.redis_url, "")
_redis_layer = {
    "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "CONFIG": {"hosts": [_redis_url], "prefix": "greenroom"},
}
CHANNEL_LAYERS = {
    "default": _redis_layer if _redis_url else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

# Keys. A development server creates its own; any other needs them set

SECRET_KEY = _env.read("SECRET_KEY", environment.secret_key, "")
SECRET_KEY_FALLBACKS: list[str] = _env.read("SECRET_KEY_FALLBACKS", environment.secret_keys, [])
ENCRYPTION_KEYS: list[str] = _env.read("ENCRYPTION_KEYS", environment.fernet_keys, [])
DEMO_LLM_KEY = _env.read("DEMO_LLM_KEY", environment.demo_key, "")

# Outgoing requests: the private hosts that are open, and where Caila is

OUTBOUND_PRIVATE_HOSTS: list[str] = _env.read("OUTBOUND_PRIVATE_HOSTS", environment.private_hosts, [])
CAILA_BASE_URL = _env.read("CAILA_BASE_URL", environment.base_url, provider_base_url(Provider.CAILA_OPEN_AI))
CALLBACKS = _env.read("CALLBACKS", environment.boolean, False)
"""Whether conversations that start now tell their callback_url what happens."""
CALLBACKS_PER_USER = _env.read("CALLBACKS_PER_USER", environment.count(1, 100_000), 1_000)
RETENTION_DAYS = _env.read("RETENTION_DAYS", environment.count(1, 3_650), 0)
"""After how many days without a change what isn't kept is deleted; 0: never."""
CALLBACKS_KEPT_DAYS = _env.read("CALLBACKS_KEPT_DAYS", environment.count(1, 3_650), 30)
LIMITS = Limits(
    connect_ms=_env.read("CONNECT_MS", environment.milliseconds(100, 60_000), DEFAULT_LIMITS.connect_ms),
    first_content_ms=_env.read(
        "FIRST_CONTENT_MS", environment.milliseconds(1_000, 600_000), DEFAULT_LIMITS.first_content_ms
    ),
    content_gap_ms=_env.read(
        "CONTENT_GAP_MS", environment.milliseconds(1_000, 600_000), DEFAULT_LIMITS.content_gap_ms
    ),
    reasoning_gap_ms=_env.read(
        "REASONING_GAP_MS", environment.milliseconds(1_000, 3_600_000), DEFAULT_LIMITS.reasoning_gap_ms
    ),
    turn_ms=_env.read("TURN_MS", environment.milliseconds(1_000, 3_600_000), DEFAULT_LIMITS.turn_ms),
)
STOPPING_MS = _env.read("STOPPING_MS", environment.milliseconds(0, 300_000), 0 if DEBUG else 5_000)
"""How long open turns may go on once the server is to stop; then they are interrupted."""
SESSION_SOCKETS_PER_USER = _env.read("SESSION_SOCKETS_PER_USER", environment.count(1, 10_000), 20)
KEY_SOCKETS_PER_USER = _env.read("KEY_SOCKETS_PER_USER", environment.count(1, 100_000), 1_000)
CONVERSATIONS_PER_USER = _env.read("CONVERSATIONS_PER_USER", environment.count(1, 10_000_000), 100_000)
PERSONAS_PER_SITE = _env.read("PERSONAS_PER_SITE", environment.count(1, 1_000_000), 10_000)
VERSIONS_PER_PERSONA = _env.read("VERSIONS_PER_PERSONA", environment.count(1, 1_000_000), 1_000)
OPEN_TURNS = OpenTurnLimits(
    of_process=_env.read(
        "OPEN_TURNS_PER_PROCESS", environment.count(1, 1_000), DEFAULT_OPEN_TURNS.of_process
    ),
    of_user=_env.read("OPEN_TURNS_PER_USER", environment.count(1, 1_000), DEFAULT_OPEN_TURNS.of_user),
    of_key=_env.read("OPEN_TURNS_PER_KEY", environment.count(1, 1_000), DEFAULT_OPEN_TURNS.of_key),
)
TIME_ZONE = _env.read("TIME_ZONE", environment.time_zone, "UTC")
LOG_LEVEL = _env.read("LOG_LEVEL", environment.log_level, "INFO")

SETTINGS = tuple(_env.names)
"""All environment variables read here."""

_site = urlsplit(SITE_URL)
if not DEBUG:
    for _name, _value in (
        ("SECRET_KEY", SECRET_KEY),
        ("ENCRYPTION_KEYS", ENCRYPTION_KEYS),
        ("DEMO_LLM_KEY", DEMO_LLM_KEY),
        ("ALLOWED_HOSTS", ALLOWED_HOSTS),
    ):
        if not _value:
            _env.require(_name)
if ALLOWED_HOSTS and not environment.host_matches(_site.netloc, ALLOWED_HOSTS):
    _env.note("SITE_URL", "expected one of the ALLOWED_HOSTS as its host")
_env.refuse_if_wrong()
if DEBUG:
    SECRET_KEY = SECRET_KEY or keys.secret_key(KEYS_DIR)
    ENCRYPTION_KEYS = ENCRYPTION_KEYS or keys.encryption_keys(KEYS_DIR, dict(_database))
    DEMO_LLM_KEY = DEMO_LLM_KEY or keys.demo_llm_key(KEYS_DIR)
DATA_DIR.mkdir(parents=True, exist_ok=True)

# The application

INSTALLED_APPS = [
    "servestatic",
    "dashboard.apps.GreenroomAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "dashboard.apps.CollectedFilesConfig",
    "django.forms",
    "django_htmx",
    "axes",
    "ninja",
    "channels",
    "dashboard.apps.DashboardConfig",
    "playground",
    "personas",
]
MIDDLEWARE = [
    "dashboard.middleware.ResponseHeadersMiddleware",
    "dashboard.loop_middleware.Security",
    "servestatic.middleware.ServeStaticMiddleware",
    "dashboard.loop_middleware.Session",
    "dashboard.loop_middleware.Common",
    "dashboard.loop_middleware.Csrf",
    "dashboard.loop_middleware.Authentication",
    "dashboard.loop_middleware.LoginRequired",
    "dashboard.loop_middleware.Messages",
    "dashboard.loop_middleware.XFrameOptions",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "dashboard.middleware.NulInFormMiddleware",
    "dashboard.middleware.TooManyRowsMiddleware",
    "dashboard.middleware.nul_in_address_middleware",
]
ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context_processors.section",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
USE_I18N = False

# Static files: from the source folders in development, else under hashed names, cacheable for ever

STATIC_URL = "/static/"
STATIC_ROOT = GREENROOM_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_static_storage = (
    "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "dashboard.storage.StaticStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}

# People

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
CSRF_FAILURE_VIEW = "dashboard.views.errors.csrf_failure"
SIGN_IN_BACKEND = "django.contrib.auth.backends.ModelBackend"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", SIGN_IN_BACKEND]
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600  # s; an invitation's lifetime
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Sign-in is throttled after failures; `dashboard.sign_in_throttle` decides how they count

AXES_HANDLER = "dashboard.sign_in_throttle.SignInThrottle"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "dashboard.sign_in_throttle.client_address"
AXES_LOCKOUT_CALLABLE = "dashboard.views.sign_in.slowed_down"
AXES_VERBOSE = False

# Security: TLS settings follow from the scheme of SITE_URL

_tls = _site.scheme == "https"
_on_loopback = _site.hostname in ("127.0.0.1", "localhost", "::1")
_at_port = f":{_site.port}" if _site.port else ""
SITE_ORIGINS = [SITE_URL, *(f"{_site.scheme}://{host}{_at_port}" for host in LOOPBACK_HOSTS if _on_loopback)]
SITE_ORIGINS += [f"https://{host}" for host in FURTHER_HOSTS]
SITE_ORIGINS += [f"http://{host}{_at_port}" for host in FURTHER_HOSTS if not _tls]
"""The origins of this site's own pages, which alone may post forms and open sockets."""
CSRF_TRUSTED_ORIGINS = SITE_ORIGINS

_cookie_prefix = "__Host-greenroom" if _tls else f"greenroom-{_site.port or 80}"  # cookies ignore ports
SESSION_COOKIE_NAME = f"{_cookie_prefix}-session"
SESSION_COOKIE_SECURE = _tls
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_cookie_prefix}-csrf"
CSRF_COOKIE_SECURE = _tls
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _tls
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _tls else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
"""For a form's fields; `dashboard.body_limits` limits whole bodies, by path."""
SILENCED_SYSTEM_CHECKS = [
    # They look for Django's middleware by name and find no subclass of it.
    "security.W001",
    "security.W002",
    "security.W003",
    # HSTS must not cover other subdomains of the site's domain.
    "security.W005",
    "security.W021",
]
DEFAULT_EXCEPTION_REPORTER_FILTER = "dashboard.reports.ReportFilter"

# Logs: one event a line, with the request's id. HTTP clients log addresses and headers below WARNING

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "dashboard.logs.SafeFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        },
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.db.backends": {"level": "INFO"},
        "axes": {"level": "ERROR"},
        "daphne": {"level": "WARNING"},
        "uvicorn": {"level": "WARNING"},
        **{name: {"level": "WARNING"} for name in ("aiohttp", "asyncio", "httpcore", "httpx", "urllib3")},
    },
}
