"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('record', '0001_initial'),
        ('record', '0002_signed_checkpoints'),
        ('record', '0003_guards'),
        ('record', '0004_guards'),
        ('record', '0005_guards'),
        ('record', '0006_seeing'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('note', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ('size',),
            },
        ),
        migrations.CreateModel(
            name='Node',
            fields=[
                ('place', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('index', models.BigIntegerField(unique=True)),
                ('act', models.CharField(db_index=True, max_length=64)),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(db_index=True, max_length=64)),
                ('case', models.UUIDField(db_index=True, null=True)),
                ('content', models.TextField()),
                ('leaf', models.BinaryField(max_length=32)),
            ],
            options={
                'ordering': ('index',),
                'indexes': [models.Index(condition=models.Q(('act__in', ('authorizations.consult', 'authorizations.consult_proof', 'authorizations.print_form', 'cases.look', 'commissions.break_glass', 'objections.consult_exhibit', 'papers.open_notice', 'papers.print_form', 'reports.consult'))), fields=['actor', 'at'], name='record_seen_by')],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField(default=0)),
                ('roots', models.TextField(blank=True, default='')),
                ('last', models.CharField(blank=True, default='', max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='record_head_is_one')],
            },
        ),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('witness', models.CharField(max_length=120)),
                ('line', models.TextField()),
                ('at', models.DateTimeField()),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='record.checkpoint')),
            ],
            options={
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(fields=('checkpoint', 'witness'), name='record_cosigned_once_by_each')],
            },
        ),
    ]
