"""The guards of authorizations, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0003_life"),
        ("agencies", "0002_intake"),
        ("record", "0003_guards"),
    ]
    operations = [Guards("authorizations")]
