"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('reports', '0001_initial'),
        ('reports', '0002_guards'),
        ('reports', '0003_own_view'),
        ('reports', '0004_guards'),
        ('reports', '0005_ended_before'),
        ('reports', '0006_guards'),
        ('reports', '0007_suspension'),
        ('reports', '0008_delivery'),
        ('reports', '0009_guards'),
        ('reports', '0010_sms'),
    ]

    dependencies = [
        ('agencies', '0001_squashed'),
        ('cases', '0001_squashed'),
        ('commissions', '0001_squashed'),
        ('inquiries', '0001_squashed'),
        ('record', '0001_squashed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('subject', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '尝试',
                'indexes': [models.Index(fields=['subject', 'at'], name='reports_attempt_by_subject')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('source', models.CharField(max_length=40)),
                ('item', models.CharField(max_length=80)),
                ('status', models.CharField(db_index=True, max_length=24)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.member')),
            ],
            options={
                'verbose_name': '比对结果',
                'ordering': ('position',),
            },
        ),
        migrations.CreateModel(
            name='Acceptance',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('cause', models.CharField(choices=[('identity', '身份未对上'), ('time', '时间不同'), ('valuation', '估值不同'), ('ownership', '权属不同'), ('exempt', '按规定不计入'), ('source_error', '来源记录有误'), ('undeclared', '应申报未申报')], max_length=20, verbose_name='差异原因')),
                ('excluded', models.JSONField()),
                ('content', models.BinaryField()),
                ('accepted_by', models.CharField(max_length=64)),
                ('accepted_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to='reports.finding')),
            ],
            options={
                'verbose_name': '认定',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='OwnCode',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=64, unique=True)),
                ('given_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='own_codes', to='cases.member')),
            ],
            options={
                'verbose_name': '本人查询码',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Phone',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('agrees', models.BooleanField(verbose_name='同意短信联系')),
                ('content', models.BinaryField()),
                ('recorded_by', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phones', to='cases.member')),
            ],
            options={
                'verbose_name': '短信联系',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=48, unique=True, verbose_name='报告编号')),
                ('version', models.PositiveSmallIntegerField()),
                ('status', models.CharField(choices=[('draft', '待经办核定'), ('submitted', '待签发'), ('issued', '已签发')], default='draft', max_length=10)),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='核验码')),
                ('body', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('signature', models.TextField()),
                ('drafted_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('issued_at', models.DateTimeField(null=True)),
                ('valid_until', models.DateField(null=True)),
                ('commission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='commissions.commission')),
                ('countersigned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('prepared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '核对报告',
                'ordering': ('version',),
            },
        ),
        migrations.AddField(
            model_name='finding',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='reports.report'),
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('way', models.CharField(choices=[('counter', '当面领取'), ('visit', '入户送达'), ('post', '邮寄并签收'), ('message', '短信，有网关回执')], max_length=10, verbose_name='送达方式')),
                ('receipt', models.BinaryField()),
                ('delivered_on', models.DateField(verbose_name='送达日期')),
                ('objections_until', models.DateField(verbose_name='异议期至')),
                ('ground', models.CharField(blank=True, default='', max_length=200, verbose_name='异议期依据')),
                ('recorded_by', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.member')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='reports.report')),
            ],
            options={
                'verbose_name': '送达',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Sms',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('about', models.UUIDField(db_index=True)),
                ('requested_by', models.CharField(max_length=64)),
                ('requested_at', models.DateTimeField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(blank=True, default='', max_length=60)),
                ('taken_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('delivered', '已到达手机'), ('failed', '没有到达')], default='', max_length=10, verbose_name='回执')),
                ('told_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('phone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='reports.phone')),
            ],
            options={
                'verbose_name': '短信',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='SourceReview',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('is_wrong', models.BooleanField(verbose_name='来源有误')),
                ('fault', models.CharField(blank=True, choices=[('value', '数值、状态有误'), ('person', '不是本人的记录'), ('outdated', '信息已过时'), ('missing', '缺少应有的信息')], max_length=10, verbose_name='错误类别')),
                ('reviewed_by', models.CharField(max_length=60)),
                ('reviewed_at', models.DateTimeField()),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='agencies.department')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('finding', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='reports.finding')),
            ],
            options={
                'verbose_name': '来源核实',
                'ordering': ('reviewed_at',),
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=48, unique=True, verbose_name='编号')),
                ('message', models.UUIDField()),
                ('serial', models.CharField(blank=True, max_length=80)),
                ('items', models.JSONField()),
                ('requested_at', models.DateTimeField()),
                ('answer_until', models.DateField(verbose_name='答复期限')),
                ('outcome', models.CharField(blank=True, choices=[('corrected', '已更正'), ('upheld', '核实无误,维持'), ('not_ours', '不属本部门')], max_length=10, verbose_name='答复')),
                ('document', models.CharField(blank=True, max_length=80, verbose_name='复函文号')),
                ('answered_by', models.CharField(blank=True, max_length=60)),
                ('answered_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inquiries.inquiry')),
                ('review', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='reports.sourcereview')),
            ],
            options={
                'verbose_name': '数据更正请求',
                'ordering': ('requested_at',),
            },
        ),
        migrations.CreateModel(
            name='Withholding',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('entries', models.JSONField()),
                ('reason', models.CharField(choices=[('investigation', '公安、监察、检察机关依法调查'), ('violence', '告知可能危及他人人身安全（如家庭暴力）')], max_length=20, verbose_name='理由')),
                ('basis', models.CharField(choices=[('pipl_18', '个人信息保护法 第18条第一款：法律、行政法规规定应当保密'), ('pipl_35', '个人信息保护法 第35条：告知将妨碍国家机关履行法定职责')], max_length=20, verbose_name='依据')),
                ('document', models.CharField(max_length=80, verbose_name='来函文号')),
                ('until', models.DateTimeField()),
                ('proposed_by', models.CharField(max_length=64)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_by', models.CharField(blank=True, default='', max_length=64)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('end_proposed_by', models.CharField(blank=True, default='', max_length=64)),
                ('end_proposed_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, default='', max_length=64)),
                ('ended_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withholdings', to='cases.member')),
            ],
            options={
                'verbose_name': '暂不展示',
                'ordering': ('id',),
            },
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('commission', 'version'), name='reports_version_once'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('prepared_by', models.F('countersigned_by')), _negated=True), name='reports_second_person_signs'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'issued'), _negated=True), models.Q(('countersigned_by__isnull', False), ('issued_at__isnull', False), ('prepared_by__isnull', False), ('valid_until__isnull', False)), _connector='OR'), name='reports_issued_is_signed_twice'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.UniqueConstraint(fields=('report', 'position'), name='reports_finding_once'),
        ),
        migrations.AddIndex(
            model_name='sms',
            index=models.Index(condition=models.Q(('outcome', '')), fields=['next_at'], name='reports_sms_waiting'),
        ),
    ]
