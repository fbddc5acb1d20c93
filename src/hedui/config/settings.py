"""
Settings, read from the environment or from hedui.toml in the data directory.

`hedui check` lists every setting; without any, an embedded SQLite in the data directory is used.
"""

import os

from hedui.config.options import in_force, read_options, unknown_in

options = read_options()

DATA_DIR = options.data_dir
HEDUI_KEYS_DIR = options.keys_dir
HEDUI_KEYS_TOKEN = options.keys_token
HEDUI_PUBLIC_URL = options.public_url
HEDUI_CRYPTO_SUITE = options.crypto_suite
HEDUI_ANSWER_WITHIN = options.answer_within
HEDUI_WITHHOLD_DAYS = options.withhold_days
HEDUI_CORRECTION_DAYS = options.correction_days
HEDUI_SOURCE_ERRORS_PERCENT = options.source_errors_percent
HEDUI_SECOND_REVIEWS = options.second_reviews
HEDUI_READ_SECONDS = options.read_seconds
HEDUI_ADVERSE_A_DAY = options.adverse_a_day
HEDUI_CALLS_PER_MINUTE = options.calls_per_minute
HEDUI_CLIENT_CERTIFICATE = options.client_certificate
HEDUI_TRIAL_ENDPOINTS = options.trial_endpoints
HEDUI_SMS_URL = options.sms_url
HEDUI_SMS_TEMPLATE = options.sms_template
HEDUI_SMS_KEY = options.sms_key
# What the worker runs besides tasks, each until it is told to stop. Named here, because the worker
# stands below the faces and does not know them.
HEDUI_BESIDE_TASKS = [
    "hedui.faces.api.webhooks.run",
    "hedui.faces.api.callbacks.run",
    "hedui.faces.api.sms.run",
]
# Typesets a numbered form as it was printed. Named here likewise: who takes in the signed one
# stands below who prints.
HEDUI_FORM_AS_PRINTED = "hedui.faces.workbench.views.printing.as_printed"
HEDUI_SETTINGS_IN_FORCE = in_force(DATA_DIR)
HEDUI_UNKNOWN_VARIABLES = unknown_in(os.environ)

SECRET_KEY = options.secret_key
DEBUG = False
ALLOWED_HOSTS = options.allowed_hosts
CSRF_TRUSTED_ORIGINS = [options.public_url]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "hedui.procedure.record",
    "hedui.procedure.agencies",
    "hedui.procedure.cases",
    "hedui.procedure.authorizations",
    "hedui.procedure.commissions",
    "hedui.procedure.inquiries",
    "hedui.procedure.reports",
    "hedui.procedure.objections",
    "hedui.procedure.determinations",
    "hedui.procedure.papers",
    "hedui.procedure.rechecks",
    "hedui.procedure.oversight",
    "hedui.faces.workbench",
    "hedui.faces.public",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hedui.faces.workbench.door.DoorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hedui.config.headers.ContentSecurityMiddleware",
    "hedui.config.sealed.SealedMiddleware",
]

ROOT_URLCONF = "hedui.config.urls"
ASGI_APPLICATION = "hedui.config.asgi.application"
AUTH_USER_MODEL = "agencies.Officer"
LOGIN_URL = "workbench:login"
LOGIN_REDIRECT_URL = "workbench:home"
LOGOUT_REDIRECT_URL = "workbench:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"hedui.config.passwords.{name}"} for name in ("LongEnough", "NotCommon", "NotTheName")
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": options.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = options.public_url.startswith("https://")
CSRF_COOKIE_SAMESITE = "Strict"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": with it browsers send `Origin: null` with a form, which CSRF must refuse.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# What is uploaded never lies on the disk as it came; what is larger is not taken at all.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": options.log_level},
    "loggers": {
        # a stranger's Host header is answered with 400; it is nothing for the log
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        "django_tasks_db": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
    },
}
