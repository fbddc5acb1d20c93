"""The guards of authorizations, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0007_outsider")]
    operations = [Guards("authorizations")]
