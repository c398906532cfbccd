"""the whole launch

Revision: 0001, after 
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0001'
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_UPDATED = (
    "users",
    "launch_phases",
    "launch_incidents",
    "suppliers",
    "couples",
    "clients",
    "user_onboarding_progress",
)
_APPEND_ONLY = ("launch_events", "changes")
_FLAG_COLUMNS = (
    "flag_key, flag_name, description, enabled, rollout_percentage, target_groups, bucket_by, "
    "client_visible, salt, launch_phase_id"
)


def _create_triggers() -> None:
    op.execute("""
        CREATE FUNCTION launch_touch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.updated_at = OLD.updated_at THEN NEW.updated_at := now(); END IF;
            RETURN NEW;
        END $$
    """)
    # A direct SQL edit must move the flag's version too (S61).
    op.execute("""
        CREATE FUNCTION launch_touch_flag() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.updated_at = OLD.updated_at THEN NEW.updated_at := now(); END IF;
            IF NEW.version = OLD.version THEN NEW.version := OLD.version + 1; END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION launch_bump_flag_set() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE flag_set_version SET version = version + 1; RETURN NULL; END $$
    """)
    op.execute("""
        CREATE FUNCTION launch_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501'; END $$
    """)
    for table in _UPDATED:
        op.execute(f"""
            CREATE TRIGGER touch BEFORE UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION launch_touch()
        """)
    op.execute(f"""
        CREATE TRIGGER touch BEFORE UPDATE OF {_FLAG_COLUMNS} ON feature_flags
        FOR EACH ROW EXECUTE FUNCTION launch_touch_flag()
    """)
    op.execute(f"""
        CREATE TRIGGER bump_flag_set
        AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF {_FLAG_COLUMNS} ON feature_flags
        FOR EACH STATEMENT EXECUTE FUNCTION launch_bump_flag_set()
    """)
    for table in _APPEND_ONLY:
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION launch_append_only()
        """)


def _drop_functions() -> None:
    for name in ("launch_touch", "launch_touch_flag", "launch_bump_flag_set", "launch_append_only"):
        op.execute(f"DROP FUNCTION {name}()")


def upgrade() -> None:
    op.create_table('flag_set_version',
    sa.Column('id', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('id', name=op.f('ck_flag_set_version_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_set_version'))
    )
    op.create_table('health_check_states',
    sa.Column('check_type', sa.Enum('database', 'api', 'auth', 'email', 'realtime', name='check_type', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('state', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('check_type', name=op.f('pk_health_check_states')),
    sa.UniqueConstraint('id', name=op.f('uq_health_check_states_id'))
    )
    op.create_table('idempotency_keys',
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('operation', sa.String(), nullable=False),
    sa.Column('request_hash', sa.LargeBinary(), nullable=False),
    sa.Column('result', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('actor', 'key', name=op.f('pk_idempotency_keys'))
    )
    op.create_index(op.f('ix_idempotency_keys_created_at'), 'idempotency_keys', ['created_at'], unique=False)
    op.create_table('launch_event_counter',
    sa.Column('id', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('id', name=op.f('ck_launch_event_counter_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_launch_event_counter'))
    )
    op.create_table('launch_events',
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('actor_kind', sa.Enum('user', 'token', 'system', 'anonymous', name='actor_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('actor_label', sa.String(), nullable=False),
    sa.Column('subject_kind', sa.Enum('phase', 'flag', 'health', 'incident', 'user', 'token', name='subject', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('phase_id', sa.Uuid(), nullable=True),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_launch_events'))
    )
    op.create_index(op.f('ix_launch_events_at'), 'launch_events', ['at'], unique=False)
    op.create_index(op.f('ix_launch_events_phase_id_seq'), 'launch_events', ['phase_id', 'seq'], unique=False)
    op.create_index(op.f('ix_launch_events_subject_kind_subject_id_seq'), 'launch_events', ['subject_kind', 'subject_id', 'seq'], unique=False)
    op.create_table('launch_metric_rollups',
    sa.Column('metric_name', sa.String(), nullable=False),
    sa.Column('resolution_seconds', sa.Integer(), nullable=False),
    sa.Column('bucket_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tags_hash', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.Column('tags', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('samples', sa.Integer(), nullable=False),
    sa.Column('total', sa.Double(), nullable=False),
    sa.Column('minimum', sa.Double(), nullable=False),
    sa.Column('maximum', sa.Double(), nullable=False),
    sa.Column('last', sa.Double(), nullable=False),
    sa.Column('histogram', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.PrimaryKeyConstraint('metric_name', 'resolution_seconds', 'bucket_at', 'tags_hash', name=op.f('pk_launch_metric_rollups'))
    )
    op.create_table('launch_phases',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('phase_name', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=True),
    sa.Column('position', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('platforms', postgresql.ARRAY(sa.TEXT()), nullable=False),
    sa.Column('status', sa.Enum('planned', 'active', 'paused', 'completed', 'rolled_back', name='phase_status', native_enum=False, create_constraint=True, length=32), server_default='planned', nullable=False),
    sa.Column('planned_start_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('planned_end_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('steps', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('success_criteria', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('rollback_plan', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('current_run_id', sa.Uuid(), nullable=True),
    sa.Column('step_index', sa.Integer(), nullable=True),
    sa.Column('step_started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("key ~ '^[a-z][a-z0-9_]{1,62}$'", name=op.f('ck_launch_phases_key')),
    sa.CheckConstraint("platforms <@ ARRAY['wedsync','wedme'] AND platforms <> '{}'", name=op.f('ck_launch_phases_platforms')),
    sa.CheckConstraint('planned_end_at > planned_start_at', name=op.f('ck_launch_phases_planned')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_launch_phases')),
    sa.UniqueConstraint('key', name=op.f('uq_launch_phases_key'))
    )
    op.create_index('uq_launch_phases_active_wedme', 'launch_phases', [sa.literal_column('(true)')], unique=True, postgresql_where=sa.text("status = 'active' AND 'wedme' = ANY(platforms)"))
    op.create_index('uq_launch_phases_active_wedsync', 'launch_phases', [sa.literal_column('(true)')], unique=True, postgresql_where=sa.text("status = 'active' AND 'wedsync' = ANY(platforms)"))
    op.create_table('mails',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('last_error', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mails'))
    )
    op.create_index(op.f('ix_mails_created_at'), 'mails', ['created_at'], unique=False)
    op.create_table('signup_attempts',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_type', sa.Enum('supplier', 'couple', 'admin', name='user_type', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('succeeded', sa.Boolean(), nullable=False),
    sa.Column('failure', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signup_attempts'))
    )
    op.create_index(op.f('ix_signup_attempts_at'), 'signup_attempts', ['at'], unique=False)
    op.create_table('ticks',
    sa.Column('task', sa.String(), nullable=False),
    sa.Column('slot', sa.BigInteger(), nullable=False),
    sa.Column('worker', sa.String(), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('task', 'slot', name=op.f('pk_ticks'))
    )
    op.create_index(op.f('ix_ticks_claimed_at'), 'ticks', ['claimed_at'], unique=False)
    op.create_table('users',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('role', sa.Enum('viewer', 'operator', 'admin', 'supplier', 'couple', name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('email_verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_login_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("email = btrim(email) AND email <> ''", name=op.f('ck_users_email')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users'))
    )
    op.create_index('uq_users_email', 'users', [sa.literal_column('lower(email)')], unique=True)
    op.create_table('webhooks',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('document', sa.String(), nullable=False),
    sa.Column('secret', sa.String(), nullable=False),
    sa.Column('scopes', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('last_seq', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('failures', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhooks'))
    )
    op.create_table('api_tokens',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('prefix', sa.String(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('scopes', postgresql.ARRAY(sa.TEXT()), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_api_tokens_created_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_tokens_token_hash'))
    )
    op.create_index(op.f('ix_api_tokens_created_by'), 'api_tokens', ['created_by'], unique=False)
    op.create_table('changes',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('event_seq', sa.BigInteger(), nullable=False),
    sa.Column('actor_kind', sa.Enum('user', 'token', 'system', 'anonymous', name='actor_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('actor_label', sa.String(), nullable=False),
    sa.Column('subject_kind', sa.Enum('phase', 'flag', 'health', 'incident', 'user', 'token', name='subject', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('before', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('after', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('run_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['event_seq'], ['launch_events.seq'], name=op.f('fk_changes_event_seq')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_changes'))
    )
    op.create_index(op.f('ix_changes_event_seq'), 'changes', ['event_seq'], unique=False)
    op.create_index(op.f('ix_changes_run_id'), 'changes', ['run_id'], unique=False)
    op.create_index(op.f('ix_changes_subject_kind_subject_id_at'), 'changes', ['subject_kind', 'subject_id', 'at'], unique=False)
    op.create_table('couples',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('partner1_name', sa.String(), nullable=True),
    sa.Column('partner2_name', sa.String(), nullable=True),
    sa.Column('wedding_date', sa.Date(), nullable=True),
    sa.Column('onboarding_completed', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('setup_progress', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text('\'{"steps_completed": [], "current_step": "basic_details"}\''), nullable=False),
    sa.Column('first_connection_made', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('first_connection_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_couples_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_couples')),
    sa.UniqueConstraint('user_id', name=op.f('uq_couples_user_id'))
    )
    op.create_index(op.f('ix_couples_created_at_id'), 'couples', ['created_at', 'id'], unique=False)
    op.create_table('feature_flags',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('flag_key', sa.String(), nullable=False),
    sa.Column('flag_name', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=True),
    sa.Column('enabled', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('rollout_percentage', sa.Numeric(precision=5, scale=2, asdecimal=False), server_default=sa.text('0'), nullable=False),
    sa.Column('target_groups', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('bucket_by', sa.Enum('user', 'couple', 'supplier', 'device', name='bucket_by', native_enum=False, create_constraint=True, length=32), server_default='user', nullable=False),
    sa.Column('client_visible', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('salt', sa.String(), nullable=False),
    sa.Column('launch_phase_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('last_evaluated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("flag_key ~ '^[a-z][a-z0-9_]{1,62}$'", name=op.f('ck_feature_flags_flag_key')),
    sa.CheckConstraint("jsonb_typeof(target_groups) = 'array'", name=op.f('ck_feature_flags_target_groups')),
    sa.CheckConstraint('rollout_percentage BETWEEN 0 AND 100', name=op.f('ck_feature_flags_rollout_percentage')),
    sa.ForeignKeyConstraint(['launch_phase_id'], ['launch_phases.id'], name=op.f('fk_feature_flags_launch_phase_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feature_flags')),
    sa.UniqueConstraint('flag_key', name=op.f('uq_feature_flags_flag_key'))
    )
    op.create_index(op.f('ix_feature_flags_created_at_id'), 'feature_flags', ['created_at', 'id'], unique=False)
    op.create_index(op.f('ix_feature_flags_launch_phase_id'), 'feature_flags', ['launch_phase_id'], unique=False)
    op.create_table('launch_metrics',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('metric_name', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('counter', 'gauge', 'ratio', 'histogram', name='metric_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('metric_value', sa.Double(), nullable=False),
    sa.Column('metric_unit', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.Column('tags', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('phase_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['phase_id'], ['launch_phases.id'], name=op.f('fk_launch_metrics_phase_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_launch_metrics'))
    )
    op.create_index('ix_launch_metrics_name_at', 'launch_metrics', ['metric_name', sa.literal_column('recorded_at DESC')], unique=False)
    op.create_index(op.f('ix_launch_metrics_phase_id_recorded_at'), 'launch_metrics', ['phase_id', 'recorded_at'], unique=False)
    op.create_index(op.f('ix_launch_metrics_recorded_at'), 'launch_metrics', ['recorded_at'], unique=False)
    op.create_table('password_resets',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_password_resets_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_resets')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_password_resets_token_hash'))
    )
    op.create_index(op.f('ix_password_resets_user_id'), 'password_resets', ['user_id'], unique=False)
    op.create_table('phase_runs',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('phase_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('live', 'rehearsal', name='run_kind', native_enum=False, create_constraint=True, length=32), server_default='live', nullable=False),
    sa.Column('actor_kind', sa.Enum('user', 'token', 'system', 'anonymous', name='actor_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('actor_label', sa.String(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Enum('planned', 'active', 'paused', 'completed', 'rolled_back', name='phase_status', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('readiness', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('approvals', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.ForeignKeyConstraint(['phase_id'], ['launch_phases.id'], name=op.f('fk_phase_runs_phase_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phase_runs')),
    sa.UniqueConstraint('phase_id', 'number', name=op.f('uq_phase_runs_phase_id_number'))
    )
    op.create_table('sessions',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ip', sa.String(), nullable=True),
    sa.Column('user_agent', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sessions_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sessions_token_hash'))
    )
    op.create_index(op.f('ix_sessions_expires_at'), 'sessions', ['expires_at'], unique=False)
    op.create_index(op.f('ix_sessions_user_id'), 'sessions', ['user_id'], unique=False)
    op.create_table('suppliers',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('business_name', sa.String(), nullable=True),
    sa.Column('vendor_type', sa.Enum('photographer', 'venue', 'catering', 'florist', 'music', 'other', name='vendor_type', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('onboarding_completed', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('setup_progress', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text('\'{"steps_completed": [], "current_step": "business_info"}\''), nullable=False),
    sa.Column('first_value_achieved', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('first_value_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_connection_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_suppliers_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppliers')),
    sa.UniqueConstraint('user_id', name=op.f('uq_suppliers_user_id'))
    )
    op.create_index(op.f('ix_suppliers_created_at_id'), 'suppliers', ['created_at', 'id'], unique=False)
    op.create_index('uq_suppliers_email', 'suppliers', [sa.literal_column('lower(email)')], unique=True)
    op.create_table('system_health_checks',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('check_name', sa.String(), nullable=False),
    sa.Column('check_type', sa.Enum('database', 'api', 'auth', 'email', 'realtime', name='check_type', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('healthy', 'warning', 'critical', 'unknown', name='health_status', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('response_time_ms', sa.Integer(), nullable=True),
    sa.Column('error_message', sa.String(), nullable=True),
    sa.Column('check_details', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('phase_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['phase_id'], ['launch_phases.id'], name=op.f('fk_system_health_checks_phase_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_system_health_checks'))
    )
    op.create_index(op.f('ix_system_health_checks_checked_at'), 'system_health_checks', ['checked_at'], unique=False)
    op.create_index(op.f('ix_system_health_checks_phase_id'), 'system_health_checks', ['phase_id'], unique=False)
    op.create_index('ix_system_health_checks_type_at', 'system_health_checks', ['check_type', sa.literal_column('checked_at DESC')], unique=False)
    op.create_table('user_onboarding_progress',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('user_type', sa.Enum('supplier', 'couple', name='onboarding_side', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('current_step', sa.String(), nullable=True),
    sa.Column('completed_steps', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('step_completion_times', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('total_completion_percentage', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('stuck_at_step', sa.String(), nullable=True),
    sa.Column('assistance_needed', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('last_activity_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('nudges_sent', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('nudges_opted_out', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('total_completion_percentage BETWEEN 0 AND 100', name=op.f('ck_user_onboarding_progress_percentage')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_onboarding_progress_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_onboarding_progress')),
    sa.UniqueConstraint('user_id', name=op.f('uq_user_onboarding_progress_user_id'))
    )
    op.create_index('ix_user_onboarding_progress_unfinished', 'user_onboarding_progress', ['last_activity_at'], unique=False, postgresql_where=sa.text('completed_at IS NULL'))
    op.create_table('clients',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=True),
    sa.Column('couple_names', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('wedding_date', sa.Date(), nullable=True),
    sa.Column('status', sa.Enum('added', 'invited', 'connected', 'inactive', name='client_status', native_enum=False, create_constraint=True, length=32), server_default='added', nullable=False),
    sa.Column('notes', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['couple_id'], ['couples.id'], name=op.f('fk_clients_couple_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['supplier_id'], ['suppliers.id'], name=op.f('fk_clients_supplier_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clients'))
    )
    op.create_index(op.f('ix_clients_couple_id'), 'clients', ['couple_id'], unique=False)
    op.create_index(op.f('ix_clients_supplier_id_created_at_id'), 'clients', ['supplier_id', 'created_at', 'id'], unique=False)
    op.create_index('uq_clients_supplier_id_email', 'clients', ['supplier_id', sa.literal_column('lower(email)')], unique=True, postgresql_where=sa.text('email IS NOT NULL'))
    op.create_table('launch_incidents',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('number', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('incident_type', sa.String(), nullable=False),
    sa.Column('severity', sa.Enum('low', 'medium', 'high', 'critical', name='severity', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=True),
    sa.Column('affected_features', postgresql.ARRAY(sa.TEXT()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('user_impact', sa.String(), nullable=True),
    sa.Column('status', sa.Enum('open', 'investigating', 'resolved', 'closed', name='incident_status', native_enum=False, create_constraint=True, length=32), server_default='open', nullable=False),
    sa.Column('phase_id', sa.Uuid(), nullable=True),
    sa.Column('run_id', sa.Uuid(), nullable=True),
    sa.Column('dedup_key', sa.String(), nullable=True),
    sa.Column('occurrences', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by_kind', sa.Enum('user', 'token', 'system', 'anonymous', name='actor_kind', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('acknowledged_by_id', sa.Uuid(), nullable=True),
    sa.Column('acknowledged_by_label', sa.String(), nullable=True),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('resolution_notes', sa.String(), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(status IN ('resolved', 'closed')) = (resolved_at IS NOT NULL)", name=op.f('ck_launch_incidents_resolved_at')),
    sa.ForeignKeyConstraint(['assignee_id'], ['users.id'], name=op.f('fk_launch_incidents_assignee_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['phase_id'], ['launch_phases.id'], name=op.f('fk_launch_incidents_phase_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['run_id'], ['phase_runs.id'], name=op.f('fk_launch_incidents_run_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_launch_incidents')),
    sa.UniqueConstraint('number', name=op.f('uq_launch_incidents_number'))
    )
    op.create_index(op.f('ix_launch_incidents_assignee_id'), 'launch_incidents', ['assignee_id'], unique=False)
    op.create_index(op.f('ix_launch_incidents_phase_id'), 'launch_incidents', ['phase_id'], unique=False)
    op.create_index(op.f('ix_launch_incidents_run_id'), 'launch_incidents', ['run_id'], unique=False)
    op.create_index(op.f('ix_launch_incidents_status_created_at'), 'launch_incidents', ['status', 'created_at'], unique=False)
    op.create_index('uq_launch_incidents_dedup_key_open', 'launch_incidents', ['dedup_key'], unique=True, postgresql_where=sa.text("status IN ('open', 'investigating')"))
    op.create_table('launch_phase_flags',
    sa.Column('phase_id', sa.Uuid(), nullable=False),
    sa.Column('flag_id', sa.Uuid(), nullable=False),
    sa.Column('target_percentage', sa.Numeric(precision=5, scale=2, asdecimal=False), nullable=True),
    sa.Column('position', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('target_percentage BETWEEN 0 AND 100', name=op.f('ck_launch_phase_flags_target_percentage')),
    sa.ForeignKeyConstraint(['flag_id'], ['feature_flags.id'], name=op.f('fk_launch_phase_flags_flag_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['phase_id'], ['launch_phases.id'], name=op.f('fk_launch_phase_flags_phase_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('phase_id', 'flag_id', name=op.f('pk_launch_phase_flags'))
    )
    op.create_index(op.f('ix_launch_phase_flags_flag_id'), 'launch_phase_flags', ['flag_id'], unique=False)
    op.create_table('phase_run_snapshots',
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('flag_id', sa.Uuid(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('rollout_percentage', sa.Numeric(precision=5, scale=2, asdecimal=False), nullable=False),
    sa.Column('target_groups', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version_before', sa.Integer(), nullable=False),
    sa.Column('version_written', sa.Integer(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['flag_id'], ['feature_flags.id'], name=op.f('fk_phase_run_snapshots_flag_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['run_id'], ['phase_runs.id'], name=op.f('fk_phase_run_snapshots_run_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('run_id', 'flag_id', name=op.f('pk_phase_run_snapshots'))
    )
    op.create_index(op.f('ix_phase_run_snapshots_flag_id'), 'phase_run_snapshots', ['flag_id'], unique=False)
    op.create_table('supplier_couple_connections',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('connection_method', sa.Enum('invitation', 'direct', name='connection_method', native_enum=False, create_constraint=True, length=32), server_default='invitation', nullable=False),
    sa.Column('connected_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.ForeignKeyConstraint(['couple_id'], ['couples.id'], name=op.f('fk_supplier_couple_connections_couple_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['supplier_id'], ['suppliers.id'], name=op.f('fk_supplier_couple_connections_supplier_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_couple_connections')),
    sa.UniqueConstraint('supplier_id', 'couple_id', name=op.f('uq_supplier_couple_connections_supplier_id_couple_id'))
    )
    op.create_index(op.f('ix_supplier_couple_connections_couple_id'), 'supplier_couple_connections', ['couple_id'], unique=False)
    op.create_table('alert_deliveries',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=True),
    sa.Column('alert_key', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('first_bad_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('last_error', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['launch_incidents.id'], name=op.f('fk_alert_deliveries_incident_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_deliveries'))
    )
    op.create_index(op.f('ix_alert_deliveries_created_at'), 'alert_deliveries', ['created_at'], unique=False)
    op.create_index(op.f('ix_alert_deliveries_incident_id'), 'alert_deliveries', ['incident_id'], unique=False)
    op.create_table('invitations',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('supplier_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('invite_code', sa.LargeBinary(), nullable=False),
    sa.Column('channel', sa.Enum('email', 'link', name='invitation_channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('status', sa.Enum('sent', 'opened', 'accepted', 'expired', 'revoked', 'declined', name='invitation_status', native_enum=False, create_constraint=True, length=32), server_default='sent', nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resend_count', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(channel = 'link') OR (email IS NOT NULL)", name=op.f('ck_invitations_email')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_invitations_client_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['couple_id'], ['couples.id'], name=op.f('fk_invitations_couple_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_invitations_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['supplier_id'], ['suppliers.id'], name=op.f('fk_invitations_supplier_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
    sa.UniqueConstraint('invite_code', name=op.f('uq_invitations_invite_code'))
    )
    op.create_index(op.f('ix_invitations_client_id'), 'invitations', ['client_id'], unique=False)
    op.create_index(op.f('ix_invitations_couple_id'), 'invitations', ['couple_id'], unique=False)
    op.create_index(op.f('ix_invitations_created_by'), 'invitations', ['created_by'], unique=False)
    op.create_index('ix_invitations_expires_at_pending', 'invitations', ['expires_at'], unique=False, postgresql_where=sa.text("status IN ('sent', 'opened')"))
    op.create_index(op.f('ix_invitations_supplier_id_created_at_id'), 'invitations', ['supplier_id', 'created_at', 'id'], unique=False)
    op.create_index('uq_invitations_client_id_pending', 'invitations', ['client_id'], unique=True, postgresql_where=sa.text("status IN ('sent', 'opened')"))
    op.execute("INSERT INTO flag_set_version (id, version) VALUES (true, 1)")
    op.execute("INSERT INTO launch_event_counter (id, seq) VALUES (true, 0)")
    _create_triggers()


def downgrade() -> None:
    op.drop_index('uq_invitations_client_id_pending', table_name='invitations', postgresql_where=sa.text("status IN ('sent', 'opened')"))
    op.drop_index(op.f('ix_invitations_supplier_id_created_at_id'), table_name='invitations')
    op.drop_index('ix_invitations_expires_at_pending', table_name='invitations', postgresql_where=sa.text("status IN ('sent', 'opened')"))
    op.drop_index(op.f('ix_invitations_created_by'), table_name='invitations')
    op.drop_index(op.f('ix_invitations_couple_id'), table_name='invitations')
    op.drop_index(op.f('ix_invitations_client_id'), table_name='invitations')
    op.drop_table('invitations')
    op.drop_index(op.f('ix_alert_deliveries_incident_id'), table_name='alert_deliveries')
    op.drop_index(op.f('ix_alert_deliveries_created_at'), table_name='alert_deliveries')
    op.drop_table('alert_deliveries')
    op.drop_index(op.f('ix_supplier_couple_connections_couple_id'), table_name='supplier_couple_connections')
    op.drop_table('supplier_couple_connections')
    op.drop_index(op.f('ix_phase_run_snapshots_flag_id'), table_name='phase_run_snapshots')
    op.drop_table('phase_run_snapshots')
    op.drop_index(op.f('ix_launch_phase_flags_flag_id'), table_name='launch_phase_flags')
    op.drop_table('launch_phase_flags')
    op.drop_index('uq_launch_incidents_dedup_key_open', table_name='launch_incidents', postgresql_where=sa.text("status IN ('open', 'investigating')"))
    op.drop_index(op.f('ix_launch_incidents_status_created_at'), table_name='launch_incidents')
    op.drop_index(op.f('ix_launch_incidents_run_id'), table_name='launch_incidents')
    op.drop_index(op.f('ix_launch_incidents_phase_id'), table_name='launch_incidents')
    op.drop_index(op.f('ix_launch_incidents_assignee_id'), table_name='launch_incidents')
    op.drop_table('launch_incidents')
    op.drop_index('uq_clients_supplier_id_email', table_name='clients', postgresql_where=sa.text('email IS NOT NULL'))
    op.drop_index(op.f('ix_clients_supplier_id_created_at_id'), table_name='clients')
    op.drop_index(op.f('ix_clients_couple_id'), table_name='clients')
    op.drop_table('clients')
    op.drop_index('ix_user_onboarding_progress_unfinished', table_name='user_onboarding_progress', postgresql_where=sa.text('completed_at IS NULL'))
    op.drop_table('user_onboarding_progress')
    op.drop_index('ix_system_health_checks_type_at', table_name='system_health_checks')
    op.drop_index(op.f('ix_system_health_checks_phase_id'), table_name='system_health_checks')
    op.drop_index(op.f('ix_system_health_checks_checked_at'), table_name='system_health_checks')
    op.drop_table('system_health_checks')
    op.drop_index('uq_suppliers_email', table_name='suppliers')
    op.drop_index(op.f('ix_suppliers_created_at_id'), table_name='suppliers')
    op.drop_table('suppliers')
    op.drop_index(op.f('ix_sessions_user_id'), table_name='sessions')
    op.drop_index(op.f('ix_sessions_expires_at'), table_name='sessions')
    op.drop_table('sessions')
    op.drop_table('phase_runs')
    op.drop_index(op.f('ix_password_resets_user_id'), table_name='password_resets')
    op.drop_table('password_resets')
    op.drop_index(op.f('ix_launch_metrics_recorded_at'), table_name='launch_metrics')
    op.drop_index(op.f('ix_launch_metrics_phase_id_recorded_at'), table_name='launch_metrics')
    op.drop_index('ix_launch_metrics_name_at', table_name='launch_metrics')
    op.drop_table('launch_metrics')
    op.drop_index(op.f('ix_feature_flags_launch_phase_id'), table_name='feature_flags')
    op.drop_index(op.f('ix_feature_flags_created_at_id'), table_name='feature_flags')
    op.drop_table('feature_flags')
    op.drop_index(op.f('ix_couples_created_at_id'), table_name='couples')
    op.drop_table('couples')
    op.drop_index(op.f('ix_changes_subject_kind_subject_id_at'), table_name='changes')
    op.drop_index(op.f('ix_changes_run_id'), table_name='changes')
    op.drop_index(op.f('ix_changes_event_seq'), table_name='changes')
    op.drop_table('changes')
    op.drop_index(op.f('ix_api_tokens_created_by'), table_name='api_tokens')
    op.drop_table('api_tokens')
    op.drop_table('webhooks')
    op.drop_index('uq_users_email', table_name='users')
    op.drop_table('users')
    op.drop_index(op.f('ix_ticks_claimed_at'), table_name='ticks')
    op.drop_table('ticks')
    op.drop_index(op.f('ix_signup_attempts_at'), table_name='signup_attempts')
    op.drop_table('signup_attempts')
    op.drop_index(op.f('ix_mails_created_at'), table_name='mails')
    op.drop_table('mails')
    op.drop_index('uq_launch_phases_active_wedsync', table_name='launch_phases', postgresql_where=sa.text("status = 'active' AND 'wedsync' = ANY(platforms)"))
    op.drop_index('uq_launch_phases_active_wedme', table_name='launch_phases', postgresql_where=sa.text("status = 'active' AND 'wedme' = ANY(platforms)"))
    op.drop_table('launch_phases')
    op.drop_table('launch_metric_rollups')
    op.drop_index(op.f('ix_launch_events_subject_kind_subject_id_seq'), table_name='launch_events')
    op.drop_index(op.f('ix_launch_events_phase_id_seq'), table_name='launch_events')
    op.drop_index(op.f('ix_launch_events_at'), table_name='launch_events')
    op.drop_table('launch_events')
    op.drop_table('launch_event_counter')
    op.drop_index(op.f('ix_idempotency_keys_created_at'), table_name='idempotency_keys')
    op.drop_table('idempotency_keys')
    op.drop_table('health_check_states')
    op.drop_table('flag_set_version')
    _drop_functions()
