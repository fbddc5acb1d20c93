"""Where the guards were installed once; the last migration of the room installs them now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("determinations", "0003_increase"), ("reports", "0010_sms")]
    operations = []
