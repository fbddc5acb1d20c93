"""Where the guards were installed once; the last migration of the room installs them now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_delivery"), ("inquiries", "0009_guards")]
    operations = []
