"""Alembic's entry. The store calls it with a connection; a person adding a migration names a database:

alembic -x url=sqlite:///var/newsquote.db revision --autogenerate -m "What changes"
"""

from alembic import context
from sqlalchemy import Connection, create_engine

from bot.store.tables import metadata


def migrate(connection: Connection) -> None:
    """Run the migrations that the command at hand asks for, within the transaction of the connection."""
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as connection:
        migrate(connection)
