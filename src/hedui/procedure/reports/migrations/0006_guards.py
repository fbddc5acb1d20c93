"""The guards of reports, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_ended_before"), ("authorizations", "0008_guards")]
    operations = [Guards("reports")]
