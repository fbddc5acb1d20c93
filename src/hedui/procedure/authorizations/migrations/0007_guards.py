"""The guards of authorizations, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0006_guards"), ("cases", "0004_guards")]
    operations = [Guards("authorizations")]
