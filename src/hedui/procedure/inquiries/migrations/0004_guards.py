"""Where the guards were installed once; the last migration of the room installs them now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0003_allowlist"), ("authorizations", "0005_guards")]
    operations = []
