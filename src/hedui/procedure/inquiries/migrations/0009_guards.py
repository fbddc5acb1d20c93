"""The guards of the gate again: all that an inquiry rests on is locked by one call."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0008_undecided")]
    operations = [Guards("inquiries")]
