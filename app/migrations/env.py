"""What Alembic runs under: a connection handed in by the caller, one transaction for all that is due."""

from typing import Any

from alembic import context

from app.models.metadata import metadata
from app.models.tables.base import Id, Json, UtcDateTime

PLAIN = {
    UtcDateTime: "sa.DateTime(timezone=True)",
    Json: "sa.JSON()",
    Id: 'sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")',
}


def render(kind: str, thing: Any, _autogenerate: Any) -> Any:
    """Migrations name the plain types, so that they stay true when our own types move."""
    return PLAIN.get(type(thing), False) if kind == "type" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
