"""Once the guards of authorizations; they are installed by the last migration of the room."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0001_initial"), ("record", "0003_guards")]
    operations = []
