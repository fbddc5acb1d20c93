"""The guards of record, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("record", "0002_signed_checkpoints")]
    operations = [Guards("record")]
