"""Rows with all possible columns, for query plans."""

from sqlalchemy import text

from db.session import Database

FILL = """
INSERT INTO users (email, role) SELECT 's' || n || '@plans.test', 'supplier'
  FROM generate_series(1, 9) n;
INSERT INTO users (email, role) SELECT 'c' || n || '@plans.test', 'couple'
  FROM generate_series(1, 5) n;
INSERT INTO suppliers (user_id, email, business_name, vendor_type, first_value_at, created_at)
  SELECT id, email,
    (ARRAY['Anna''s "Flowers" \\ & anna@example.com', NULL, '', 'Zoë 🎉'])[1 + n % 4],
    (ARRAY['venue', NULL, 'florist'])[1 + n % 3],
    CASE WHEN n % 2 = 0 THEN '2026-11-01T10:00:00.000001Z'::timestamptz END,
    '2026-10-01'::timestamptz + (n / 2) * interval '1 second'
  FROM (SELECT *, row_number() OVER (ORDER BY email)::int n FROM users WHERE role = 'supplier') u;
INSERT INTO couples (user_id, partner1_name, partner2_name, wedding_date, first_connection_at)
  SELECT id, (ARRAY['Emma', NULL, 'mail me: em@ma.org'])[1 + n % 3], 'James',
    (ARRAY['2027-05-01', NULL, '0099-12-31', '9999-12-31'])[1 + n % 4]::date, now()
  FROM (SELECT *, row_number() OVER (ORDER BY email)::int n FROM users WHERE role = 'couple') u;
INSERT INTO clients (supplier_id, couple_names, email, wedding_date, status, notes, couple_id,
    created_at)
  SELECT s.id, 'Couple ' || n, CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN '' || n || '@x.test' END,
    CASE WHEN n % 2 = 0 THEN '2027-05-01'::date END,
    (ARRAY['added', 'invited', 'connected'])[1 + n % 3],
    CASE WHEN n % 4 = 0 THEN 'call kim@x.test' END,
    CASE WHEN n % 3 = 2 THEN (SELECT id FROM couples ORDER BY id LIMIT 1 OFFSET n % 5) END,
    '2026-10-01'::timestamptz + (n / 2) * interval '1 second'
  FROM (SELECT *, row_number() OVER (ORDER BY email) i FROM suppliers) s,
    generate_series(1, 7) n WHERE i % 4 > 0;
UPDATE clients SET email = '' WHERE couple_names = 'Couple 5'
  AND supplier_id IN (SELECT id FROM suppliers WHERE email = 's1@plans.test');
INSERT INTO invitations (supplier_id, client_id, couple_id, invite_code, channel, email, status,
    expires_at, created_at, opened_at)
  SELECT supplier_id, id, couple_id, sha256((id::text || n)::bytea), (ARRAY['email', 'link'])[n],
    'to@x.test', (ARRAY['revoked', 'sent'])[n],
    CASE WHEN status = 'added' THEN '2020-01-01Z'::timestamptz ELSE '2120-01-01Z' END,
    '2026-10-01'::timestamptz + n * interval '1 second', CASE n WHEN 1 THEN now() END
  FROM clients, generate_series(1, 2) n WHERE status <> 'connected';
INSERT INTO launch_phases (key, phase_name, description, position, platforms, status, cohort_salt,
    planned_start_at, started_at)
  SELECT 'phase_' || n, 'Phase ' || n, CASE n WHEN 1 THEN 'ask bob@x.test' END, n / 2,
    (ARRAY['{wedsync}', '{wedsync,wedme}', '{wedme}'])[1 + n % 3]::text[],
    (ARRAY['planned', 'completed', 'rolled_back', 'planned'])[n],
    CASE n WHEN 2 THEN 'salt' END, CASE n WHEN 1 THEN '2027-01-01T00:00:00.5Z'::timestamptz END,
    CASE n WHEN 2 THEN now() END
  FROM generate_series(1, 4) n;
INSERT INTO phase_runs (phase_id, number, actor_kind, actor_label, started_at, outcome)
  SELECT id, 1, 'system', 'test', now(), 'completed' FROM launch_phases WHERE position < 2;
UPDATE launch_phases p SET current_run_id = r.id FROM phase_runs r WHERE r.phase_id = p.id
  AND p.key <> 'phase_1';
INSERT INTO feature_flags (flag_key, flag_name, description, enabled, rollout_percentage,
    target_groups, bucket_by, client_visible, salt, cohort_salt, launch_phase_id, zero_chosen,
    run_id, run_switch, run_target, run_step, run_ceiling, run_ceiling_by, created_at)
  SELECT 'flag_' || n, 'Flag ' || n, CASE WHEN n % 3 = 0 THEN 'owner: o@x.test' END, n % 2 = 0,
    (ARRAY[0, 33.33, 100, 12.5, 0])[1 + n % 5],
    (ARRAY['[]', '["supplier"]', '["user:1", "a@x.test", 7, null]'])[1 + n % 3]::jsonb,
    (ARRAY['user', 'supplier', 'couple'])[1 + n % 3], n % 4 > 0, 'flag_' || n,
    CASE WHEN n % 5 = 1 THEN 'salt' END,
    CASE WHEN n % 3 = 1 THEN (SELECT id FROM launch_phases WHERE key = 'phase_1') END, n % 10 = 0,
    r.id, CASE WHEN r.id IS NOT NULL AND n % 2 = 1 THEN true END,
    CASE WHEN r.id IS NOT NULL AND n % 3 > 0 THEN 50.25 END,
    CASE WHEN r.id IS NOT NULL AND n % 4 = 1 THEN 5 END,
    CASE WHEN r.id IS NOT NULL AND n % 5 = 3 THEN 1.5 END,
    CASE WHEN r.id IS NOT NULL AND n % 5 = 3 THEN 'me@x.test' END,
    '2026-10-01'::timestamptz + (n / 3) * interval '1 millisecond'
  FROM generate_series(1, 14) n LEFT JOIN LATERAL (SELECT id FROM phase_runs
    ORDER BY id LIMIT CASE WHEN n % 2 = 1 THEN 1 ELSE 0 END OFFSET n % 3) r ON true;
INSERT INTO launch_phase_flags (phase_id, flag_id, target_percentage, position)
  SELECT p.id, f.id, CASE WHEN length(f.flag_key) = 6 THEN 66.67 END, length(f.flag_name)
  FROM launch_phases p, feature_flags f WHERE p.key <> 'phase_4'
    AND (p.key = 'phase_2' OR f.flag_key > 'flag_3');
"""


async def fill_tables(db: Database) -> None:
    """Insert rows into all tables."""
    async with db.write() as uow:
        for statement in FILL.split(";\n"):
            if statement.strip():
                await uow.session.execute(
                    text(statement.replace(":", "\\:").replace("\\:\\:", "::"))
                )
