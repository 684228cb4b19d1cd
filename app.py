"""The application for ``flask --app app`` and WSGI servers."""

from iurc_events import create_app

app = create_app()
