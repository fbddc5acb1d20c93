"""An item is a name, and a null among those authorized covers nothing: the guards anew."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0002_long_serials"), ("oversight", "0002_guards")]
    operations = [Guards("inquiries")]
