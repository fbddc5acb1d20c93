"""Where the guards were installed once; the last migration of the room installs them now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_ended_before"), ("authorizations", "0008_guards")]
    operations = []
