"""The guards of authorizations, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0004_life"), ("agencies", "0002_intake")]
    operations = [Guards("authorizations")]
