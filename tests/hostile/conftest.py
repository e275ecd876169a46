"""The databases and districts of the integration tests, for corpora that are run against the real program."""

from tests.integration.conftest import (
    database,
    demo_postgres,
    demo_sqlite,
    demo_url,
    empty_postgres,
    empty_sqlite,
    journey,
    new_url,
    office,
    open_database,
)

__all__ = [
    "database",
    "demo_postgres",
    "demo_sqlite",
    "demo_url",
    "empty_postgres",
    "empty_sqlite",
    "journey",
    "new_url",
    "office",
    "open_database",
]
