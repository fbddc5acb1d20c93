"""A checkpoint names its size: see 0009."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("record", "0007_no_like")]
    operations: list[migrations.operations.base.Operation] = []
