"""The guards of inquiries, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0003_allowlist"), ("authorizations", "0005_guards")]
    operations = [Guards("inquiries")]
