"""Rows that come with their entry; the guards, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("record", "0008_checkpoint_names_its_size")]
    operations = [Guards("record")]
