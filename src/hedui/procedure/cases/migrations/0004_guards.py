"""The guards of cases, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_erasure")]
    operations = [Guards("cases")]
