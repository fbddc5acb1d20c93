"""The entry for an ASGI server."""

import os
import warnings

from django.core.asgi import get_asgi_application

# Our own small files, sent by WhiteNoise; that they are read in a thread is as meant.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hedui.config.settings")
application = get_asgi_application()
