"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('determinations', '0001_initial'),
        ('determinations', '0002_amount'),
        ('determinations', '0003_increase'),
        ('determinations', '0004_guards'),
        ('determinations', '0005_heard'),
        ('determinations', '0006_course'),
    ]

    dependencies = [
        ('record', '0001_squashed'),
        ('reports', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Determination',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('outcome', models.CharField(choices=[('grant', '确认给予'), ('increase', '增发'), ('refuse', '不予确认'), ('reduce', '减发'), ('stop', '停发')], max_length=10, verbose_name='审核意见')),
                ('findings', models.JSONField()),
                ('apart', models.CharField(blank=True, choices=[('visit', '入户调查'), ('statement', '家庭书面说明'), ('paper', '家庭提交的材料'), ('source', '另一来源的书面答复')], default='', max_length=10, verbose_name='另行核实方式')),
                ('basis', models.CharField(blank=True, choices=[('finding', '核对发现的不一致'), ('declaration', '家庭自己的申报')], default='', max_length=12, verbose_name='不利意见的依据')),
                ('first_month', models.DateField(null=True, verbose_name='起始月份')),
                ('publishes', models.BooleanField(default=False, verbose_name='须公示')),
                ('content', models.BinaryField()),
                ('proposed_by', models.CharField(max_length=64)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_by', models.CharField(blank=True, default='', max_length=64)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='determinations', to='reports.report')),
            ],
            options={
                'verbose_name': '审核确认',
                'ordering': ('id',),
            },
        ),
    ]
