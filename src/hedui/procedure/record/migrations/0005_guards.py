"""The guards of the record again: a head of the same size does not change."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("record", "0004_guards")]
    operations = [Guards("record")]
