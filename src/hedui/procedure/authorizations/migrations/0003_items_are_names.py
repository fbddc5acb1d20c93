"""An item is a name, and a null among those authorized covers nothing: the guards anew."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0002_with_its_entry"), ("oversight", "0002_guards")]
    operations = [Guards("authorizations")]
