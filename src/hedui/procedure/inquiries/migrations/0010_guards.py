"""The guards of the gate again: what is held tells whether anything was asked before."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0009_guards"), ("record", "0007_no_like")]
    operations = [Guards("inquiries")]
