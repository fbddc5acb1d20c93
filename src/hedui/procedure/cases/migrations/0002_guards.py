"""The guards of cases, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("record", "0003_guards")]
    operations = [Guards("cases")]
