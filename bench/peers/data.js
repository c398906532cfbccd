// The rows that all queries of the peers read: plain SQL over the tables of the launch.
import pg from 'pg'

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })

const FLAG = `id, flag_key AS key, flag_name AS name, enabled,
  rollout_percentage::float AS "rolloutPercentage", target_groups AS "targetGroups",
  client_visible AS "clientVisible", version, updated_at AS "updatedAt"`

const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows

export const flags = (first, after) =>
  rows('flags', `SELECT ${FLAG} FROM feature_flags WHERE ($2::text IS NULL OR flag_key > $2)
    ORDER BY flag_key LIMIT $1`, [first, after ?? null])

export const phase = async (id) =>
  (await rows('phase', `SELECT id, key, phase_name AS name, status, position FROM launch_phases
    WHERE id = $1`, [id]))[0] ?? null

export const phaseFlags = (ids) =>
  rows('phase-flags', `SELECT l.phase_id AS "phaseId", l.position AS place,
    l.target_percentage::float AS "targetPercentage", f.* FROM launch_phase_flags l
    JOIN (SELECT ${FLAG} FROM feature_flags) f ON f.id = l.flag_id
    WHERE l.phase_id = ANY($1) ORDER BY l.position`, [ids])

export const suppliers = (first) =>
  rows('suppliers', `SELECT id, email, business_name AS "businessName", vendor_type AS "vendorType"
    FROM suppliers ORDER BY created_at DESC, id DESC LIMIT $1`, [first])

export const clientsOf = (ids, first) =>
  rows('clients', `SELECT c.* FROM unnest($1::uuid[]) AS s(id), LATERAL (
    SELECT id, supplier_id AS "supplierId", couple_names AS "coupleNames", email,
      wedding_date::text AS "weddingDate", status FROM clients WHERE supplier_id = s.id
    ORDER BY created_at DESC, id DESC LIMIT $2) c`, [ids, first])

export const grouped = (found, key, ids) => {
  const groups = new Map(ids.map((id) => [id, []]))
  for (const row of found) groups.get(row[key]).push(row)
  return ids.map((id) => groups.get(id))
}
