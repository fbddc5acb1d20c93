"""A person may object themselves: the guards of objections, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("objections", "0001_initial"), ("authorizations", "0009_signin")]
    operations = [Guards("objections")]
