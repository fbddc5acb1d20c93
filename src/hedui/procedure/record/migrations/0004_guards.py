"""The guards of the record again: the head is held against the newest entry in another way."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("record", "0003_guards")]
    operations = [Guards("record")]
