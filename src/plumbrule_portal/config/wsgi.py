"""What a WSGI server runs: `granian --interface wsgi plumbrule_portal.config.wsgi:application`, with PLUMBRULE_NODE set."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plumbrule_portal.config.settings")
application = get_wsgi_application()
