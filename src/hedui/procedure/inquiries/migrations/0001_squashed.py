"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('inquiries', '0001_initial'),
        ('inquiries', '0002_guards'),
        ('inquiries', '0003_allowlist'),
        ('inquiries', '0004_guards'),
        ('inquiries', '0005_agreement'),
        ('inquiries', '0006_files'),
        ('inquiries', '0007_reverification'),
        ('inquiries', '0008_undecided'),
        ('inquiries', '0009_guards'),
        ('inquiries', '0010_guards'),
        ('inquiries', '0011_guards'),
    ]

    dependencies = [
        ('agencies', '0001_squashed'),
        ('authorizations', '0001_squashed'),
        ('cases', '0001_squashed'),
        ('commissions', '0001_squashed'),
        ('record', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Inquiry',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=40)),
                ('purpose', models.CharField(max_length=40)),
                ('items', models.JSONField()),
                ('round', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('agreement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inquiries', to='agencies.agreement')),
                ('authorization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inquiries', to='authorizations.authorization')),
                ('commission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inquiries', to='commissions.commission')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inquiries', to='agencies.department')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inquiries', to='cases.member')),
            ],
            options={
                'verbose_name': '查询',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('outcome', models.CharField(max_length=20)),
                ('conclusive', models.BooleanField()),
                ('code', models.CharField(blank=True, max_length=80)),
                ('match', models.CharField(blank=True, max_length=20)),
                ('as_of', models.DateField(null=True)),
                ('serial', models.CharField(blank=True, max_length=80)),
                ('unit', models.CharField(blank=True, max_length=120)),
                ('excess', models.JSONField(blank=True, default=list)),
                ('received_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='inquiries.inquiry')),
            ],
            options={
                'verbose_name': '反馈',
                'ordering': ('received_at',),
            },
        ),
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('content', models.BinaryField()),
                ('reply', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='inquiries.reply')),
            ],
            options={
                'verbose_name': '核到信息',
                'ordering': ('position',),
            },
        ),
        migrations.CreateModel(
            name='RequestFile',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField()),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('manifest', models.TextField(blank=True)),
                ('made_at', models.DateTimeField()),
                ('ready_at', models.DateTimeField(null=True)),
                ('left_at', models.DateTimeField(null=True)),
                ('found_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='request_files', to='agencies.agreement')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '请求文件',
                'ordering': ('-made_at',),
            },
        ),
        migrations.CreateModel(
            name='AnswerFile',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sha256', models.CharField(max_length=64)),
                ('signed_by', models.CharField(blank=True, max_length=80)),
                ('came_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('counts', models.JSONField(blank=True, default=dict)),
                ('faults', models.JSONField(blank=True, default=list)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answer_files', to='agencies.department')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='inquiries.requestfile')),
            ],
            options={
                'verbose_name': '反馈文件',
                'ordering': ('-came_at',),
            },
        ),
        migrations.CreateModel(
            name='Reverification',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=40)),
                ('round', models.PositiveSmallIntegerField()),
                ('reason', models.CharField(choices=[('objection', '家庭对该来源的结果有异议'), ('correction', '来源部门已更正数据'), ('silence', '该来源此前未反馈'), ('undecided', '已答复的区间或者有无还不够判断')], max_length=20, verbose_name='理由')),
                ('ordered_by', models.CharField(max_length=64)),
                ('ordered_at', models.DateTimeField()),
                ('commission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reverifications', to='commissions.commission')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.member')),
            ],
            options={
                'verbose_name': '复核查询',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('attempt', models.PositiveSmallIntegerField()),
                ('message', models.UUIDField(db_index=True)),
                ('minted_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='inquiries.inquiry')),
            ],
            options={
                'verbose_name': '通行凭证',
                'ordering': ('attempt',),
            },
        ),
        migrations.AddField(
            model_name='reply',
            name='ticket',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reply', to='inquiries.ticket'),
        ),
        migrations.CreateModel(
            name='AllowList',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('programme', models.CharField(max_length=40)),
                ('items', models.JSONField()),
                ('digest', models.CharField(max_length=80)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '查询项清单',
                'ordering': ('began_at',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('programme',), name='inquiries_one_allowlist_in_force')],
            },
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.UniqueConstraint(fields=('commission', 'member', 'source', 'round'), name='inquiries_asked_once'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.UniqueConstraint(fields=('reply', 'position'), name='inquiries_fact_once'),
        ),
        migrations.AddConstraint(
            model_name='answerfile',
            constraint=models.UniqueConstraint(fields=('department', 'sha256'), name='inquiries_answer_file_once'),
        ),
        migrations.AddConstraint(
            model_name='reverification',
            constraint=models.UniqueConstraint(fields=('commission', 'member', 'source', 'round'), name='inquiries_reverified_once_a_round'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(fields=('inquiry', 'attempt'), name='inquiries_ticket_once'),
        ),
        migrations.AddConstraint(
            model_name='reply',
            constraint=models.UniqueConstraint(condition=models.Q(('conclusive', True)), fields=('inquiry',), name='inquiries_one_conclusive_reply'),
        ),
    ]
