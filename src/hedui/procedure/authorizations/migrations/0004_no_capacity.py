"""Who is recorded as without capacity signs through a guardian, whoever writes the row."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0003_items_are_names")]
    operations = [Guards("authorizations")]
