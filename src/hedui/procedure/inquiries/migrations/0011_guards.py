"""The guards of the gate again: all facts of a statement are looked at together."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0010_guards")]
    operations = [Guards("inquiries")]
