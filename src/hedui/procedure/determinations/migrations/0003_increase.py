"""What is paid may be increased 增发, as an outcome of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("determinations", "0002_amount")]
    operations = [
        migrations.AlterField(
            "determination",
            "outcome",
            models.CharField(
                choices=[
                    ("grant", "确认给予"),
                    ("increase", "增发"),
                    ("refuse", "不予确认"),
                    ("reduce", "减发"),
                    ("stop", "停发"),
                ],
                max_length=10,
                verbose_name="审核意见",
            ),
        ),
    ]
