"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('papers', '0001_initial'),
        ('papers', '0002_increase'),
        ('papers', '0003_sms'),
    ]

    dependencies = [
        ('cases', '0001_squashed'),
        ('determinations', '0001_squashed'),
        ('record', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('form', models.CharField(max_length=40, verbose_name='文书种类')),
                ('number', models.CharField(max_length=44, unique=True, verbose_name='文书编号')),
                ('text', models.CharField(max_length=80)),
                ('content', models.BinaryField()),
                ('issued_by', models.CharField(max_length=64)),
                ('issued_at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='cases.case')),
                ('determination', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='determinations.determination')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '文书',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='NoticeDelivery',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('way', models.CharField(choices=[('counter', '当面领取'), ('visit', '入户送达'), ('post', '邮寄并签收'), ('message', '短信，有网关回执')], max_length=10, verbose_name='送达方式')),
                ('receipt', models.BinaryField()),
                ('delivered_on', models.DateField(verbose_name='送达日期')),
                ('recorded_by', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.member')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='papers.notice')),
            ],
            options={
                'verbose_name': '文书送达',
                'ordering': ('id',),
            },
        ),
    ]
