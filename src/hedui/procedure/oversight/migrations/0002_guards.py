"""The guards of every room, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import ROOMS, Guards


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0002_with_their_entry"),
        ("authorizations", "0002_with_its_entry"),
        ("inquiries", "0002_long_serials"),
        ("objections", "0001_squashed"),
        ("oversight", "0001_squashed"),
        ("papers", "0001_squashed"),
        ("rechecks", "0001_squashed"),
        ("record", "0007_no_like"),
        ("reports", "0002_long_serials"),
    ]
    operations = [Guards(room) for room in ROOMS]
