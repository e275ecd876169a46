"""The application for `flask --app wsgi` and for any WSGI server; `make run` starts app.serve instead."""

from app import config, create_app

app = create_app(config.load())
