"""Where the guards were installed once; the last migration of the room installs them now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial"), ("determinations", "0003_increase")]
    operations = []
