"""The guards of reports again: rows that come many at a time are looked at together."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_delivery"), ("inquiries", "0009_guards")]
    operations = [Guards("reports")]
