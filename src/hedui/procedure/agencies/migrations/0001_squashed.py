"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import hedui.procedure.record.actor
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('agencies', '0001_initial'),
        ('agencies', '0002_intake'),
        ('agencies', '0003_agreement'),
        ('agencies', '0004_channels'),
        ('agencies', '0005_breaker'),
        ('agencies', '0006_client'),
        ('agencies', '0007_endpoint'),
        ('agencies', '0008_suspension'),
        ('agencies', '0009_partner'),
        ('agencies', '0010_without_a_service'),
        ('agencies', '0011_keys_certificates_and_calls'),
        ('agencies', '0012_addresses_by_two'),
        ('agencies', '0013_decides_elsewhere'),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('record', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='名称')),
                ('kind', models.CharField(choices=[('street', '街道(乡镇)'), ('civil_affairs', '县级民政部门'), ('verification_body', '核对机构')], max_length=20, verbose_name='类别')),
                ('division', models.CharField(db_index=True, max_length=6, verbose_name='行政区划代码')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='联系电话')),
                ('second_person', models.BooleanField(default=False, verbose_name='授权登记须第二人复核')),
                ('numbered_only', models.BooleanField(default=False, verbose_name='只收编号授权书')),
                ('authorization_days', models.PositiveSmallIntegerField(default=365, verbose_name='授权有效天数')),
            ],
            options={
                'verbose_name': '机构',
                'ordering': ('division', 'kind', 'name'),
            },
        ),
        migrations.CreateModel(
            name='CallCount',
            fields=[
                ('caller', models.UUIDField(primary_key=True, serialize=False)),
                ('minute', models.BigIntegerField()),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': '调用次数',
            },
        ),
        migrations.CreateModel(
            name='Officer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(max_length=60, verbose_name='姓名')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '工作人员',
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('roles', models.JSONField(verbose_name='岗位')),
                ('decides', models.BooleanField(default=False, verbose_name='在该系统内审核确认')),
                ('contact', models.CharField(max_length=120, verbose_name='系统负责人')),
                ('last_day', models.DateField(verbose_name='接入止')),
                ('proposed_by', models.CharField(max_length=60)),
                ('proposed_at', models.DateTimeField()),
                ('approved_by', models.CharField(blank=True, max_length=60)),
                ('approved_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=60)),
                ('ended_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clients', to='agencies.agency')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('officer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='client', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '接入系统',
                'ordering': ('-proposed_at',),
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(db_index=True, max_length=40, verbose_name='数据来源')),
                ('division', models.CharField(max_length=6, verbose_name='行政区划代码')),
                ('name', models.CharField(max_length=120, verbose_name='部门名称')),
                ('base_url', models.URLField(blank=True, max_length=300, verbose_name='服务地址')),
                ('receiver_id', models.CharField(max_length=80, verbose_name='接收方标识')),
                ('public_key', models.TextField(blank=True, verbose_name='验签公钥(PEM)')),
                ('answer_within', models.PositiveIntegerField(default=20, verbose_name='答复时限(秒)')),
                ('first_day', models.DateField(verbose_name='登记起')),
                ('last_day', models.DateField(blank=True, null=True, verbose_name='登记止')),
                ('faults', models.PositiveIntegerField(editable=False, null=True, verbose_name='连续失败次数')),
                ('rests_until', models.DateTimeField(editable=False, null=True, verbose_name='暂停查询至')),
            ],
            options={
                'verbose_name': '协作部门',
                'ordering': ('division', 'source'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('last_day__isnull', True)), fields=('source', 'division'), name='agencies_one_open_agreement')],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('items', models.JSONField(verbose_name='查询项')),
                ('channel', models.CharField(max_length=20, verbose_name='交换方式')),
                ('opens', models.TimeField(blank=True, null=True, verbose_name='服务时间起')),
                ('closes', models.TimeField(blank=True, null=True, verbose_name='服务时间止')),
                ('per_minute', models.PositiveIntegerField(blank=True, null=True, verbose_name='每分钟最多查询')),
                ('max_age_days', models.PositiveSmallIntegerField(verbose_name='数据有效天数')),
                ('contact', models.CharField(max_length=120, verbose_name='部门联系人')),
                ('legal_basis', models.CharField(max_length=200, verbose_name='依据')),
                ('first_day', models.DateField(verbose_name='协议起')),
                ('last_day', models.DateField(verbose_name='协议止')),
                ('proposed_by', models.CharField(max_length=60)),
                ('proposed_at', models.DateTimeField()),
                ('approved_by', models.CharField(blank=True, max_length=60)),
                ('approved_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=60)),
                ('ended_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='agencies.department')),
            ],
            options={
                'verbose_name': '信息共享协议',
                'ordering': ('-proposed_at',),
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sender_id', models.CharField(max_length=80, unique=True, verbose_name='系统标识')),
                ('name', models.CharField(max_length=120, verbose_name='单位名称')),
                ('division', models.CharField(max_length=6, verbose_name='行政区划代码')),
                ('programmes', models.JSONField(verbose_name='救助项目')),
                ('legal_basis', models.CharField(max_length=200, verbose_name='依据')),
                ('contact', models.CharField(max_length=120, verbose_name='联系人')),
                ('callback_url', models.URLField(max_length=300, verbose_name='回调地址')),
                ('public_key', models.TextField(verbose_name='验签公钥(PEM)')),
                ('certificate_name', models.CharField(blank=True, max_length=200, verbose_name='客户端证书的名称')),
                ('last_day', models.DateField(verbose_name='协议止')),
                ('cursor', models.BigIntegerField(default=-1)),
                ('proposed_by', models.CharField(max_length=60)),
                ('proposed_at', models.DateTimeField()),
                ('approved_by', models.CharField(blank=True, max_length=60)),
                ('approved_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=60)),
                ('ended_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '合作方',
                'ordering': ('-proposed_at',),
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=99, unique=True)),
                ('person', models.CharField(db_index=True, max_length=64)),
                ('programme', models.CharField(max_length=40, verbose_name='救助项目')),
                ('reference_id', models.CharField(max_length=99)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='agencies.partner')),
            ],
            options={
                'verbose_name': '订阅',
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('given_by', models.CharField(max_length=60)),
                ('given_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='agencies.client')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '令牌',
                'ordering': ('-given_at',),
            },
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('url', models.URLField(max_length=300, verbose_name='推送地址')),
                ('cursor', models.BigIntegerField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(blank=True, max_length=60)),
                ('failing_since', models.DateTimeField(null=True)),
                ('registered_by', models.CharField(max_length=60)),
                ('registered_at', models.DateTimeField()),
                ('ended_by', models.CharField(blank=True, max_length=60)),
                ('ended_at', models.DateTimeField(null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endpoints', to='agencies.client')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '推送地址',
                'ordering': ('-registered_at',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('client',), name='agencies_one_endpoint_in_force')],
            },
        ),
        migrations.CreateModel(
            name='FirstAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=64)),
                ('asked', models.CharField(max_length=64)),
                ('content', models.JSONField()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='first_answers', to='agencies.client')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '首次答复',
                'constraints': [models.UniqueConstraint(fields=('client', 'key'), name='agencies_answered_once')],
            },
        ),
        migrations.CreateModel(
            name='KeyChange',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('before', models.TextField(blank=True, verbose_name='原验签公钥(PEM)')),
                ('public_key', models.TextField(blank=True, verbose_name='验签公钥(PEM)')),
                ('address_before', models.CharField(blank=True, max_length=300, verbose_name='原服务地址')),
                ('base_url', models.CharField(blank=True, max_length=300, verbose_name='服务地址')),
                ('proposed_by', models.CharField(max_length=60)),
                ('proposed_at', models.DateTimeField()),
                ('approved_by', models.CharField(blank=True, max_length=60)),
                ('approved_at', models.DateTimeField(null=True)),
                ('dropped_by', models.CharField(blank=True, max_length=60)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='key_changes', to='agencies.department')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='key_changes', to='agencies.partner')),
            ],
            options={
                'verbose_name': '换钥',
                'ordering': ('-proposed_at',),
                'constraints': [models.CheckConstraint(condition=models.Q(('department__isnull', True), ('partner__isnull', True), _connector='XOR'), name='agencies_key_change_of_one')],
            },
        ),
        migrations.CreateModel(
            name='PartnerMessage',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('message_id', models.CharField(max_length=99)),
                ('transaction_id', models.CharField(max_length=99)),
                ('action', models.CharField(max_length=20)),
                ('asked', models.CharField(max_length=64)),
                ('answer', models.JSONField()),
                ('callback', models.URLField(blank=True, max_length=300)),
                ('at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(blank=True, max_length=60)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='agencies.partner')),
            ],
            options={
                'verbose_name': '往来报文',
                'ordering': ('at',),
                'constraints': [models.UniqueConstraint(fields=('partner', 'message_id'), name='agencies_partner_message_once')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[(hedui.procedure.record.actor.Role['INTAKE'], '受理岗'), (hedui.procedure.record.actor.Role['COMMISSION'], '委托岗'), (hedui.procedure.record.actor.Role['VERIFY'], '核对经办岗'), (hedui.procedure.record.actor.Role['COUNTERSIGN'], '复核签发岗'), (hedui.procedure.record.actor.Role['SYSTEM_ADMIN'], '系统管理员'), (hedui.procedure.record.actor.Role['SECURITY_ADMIN'], '安全管理员'), (hedui.procedure.record.actor.Role['AUDIT_ADMIN'], '审计管理员')], max_length=20, verbose_name='岗位')),
                ('first_day', models.DateField(verbose_name='任职起')),
                ('last_day', models.DateField(blank=True, null=True, verbose_name='任职止')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='agencies.agency')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '岗位',
                'constraints': [models.UniqueConstraint(fields=('officer', 'agency', 'role', 'first_day'), name='agencies_post_once')],
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reviewed', models.PositiveIntegerField(verbose_name='核实次数')),
                ('overturned', models.PositiveIntegerField(verbose_name='来源有误次数')),
                ('low', models.PositiveIntegerField(verbose_name='错误率下限(万分之一)')),
                ('began_at', models.DateTimeField()),
                ('lift_reason', models.CharField(blank=True, max_length=200, verbose_name='恢复理由')),
                ('lift_proposed_by', models.CharField(blank=True, max_length=60)),
                ('lift_proposed_at', models.DateTimeField(null=True)),
                ('lifted_by', models.CharField(blank=True, max_length=60)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='agencies.department')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '来源停用',
                'ordering': ('-began_at',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('department',), name='agencies_suspended_once')],
            },
        ),
    ]
