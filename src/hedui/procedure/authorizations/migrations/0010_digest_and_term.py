"""An authorization rests on something that has a digest, for five years at most: see 0011."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0009_signin")]
    operations: list[migrations.operations.base.Operation] = []
