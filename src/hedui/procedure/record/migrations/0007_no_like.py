"""
No entry is looked up by the beginning of its act or actor: PostgreSQL keeps no index for it.

Django makes one (`…_like`) beside each index of a text column, and every entry pays for it.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NEEDLESS = r"""
SELECT indexname FROM pg_indexes
WHERE schemaname = current_schema() AND tablename = 'record_entry' AND indexname LIKE '%\_like'"""


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them where there are any."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(NEEDLESS)
        for (name,) in cursor.fetchall():
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [("record", "0001_squashed")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
