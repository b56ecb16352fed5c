import type { DataSource } from 'typeorm';
import { type SqlView, functionsIn, sqlViewOf } from './analyst-sql.js';
import { activeTables } from './postgres-catalogue.js';
import { LOCK_NOT_AVAILABLE, type SqlClient, SCHEMA, attempt } from './postgres-connections.js';
import type { ReadModelCatalog } from './read-model-catalog.js';

/** The schema of the views for analysts, and the role that may read them. */
export interface AnalystOptions {
  /** A schema that contains only these views. */
  readonly analystSchema: string;
  /** The role that may read these views, and nothing else. */
  readonly analystRole: string;
}

/**
 * The lock timeout for the replacement of a view, in milliseconds. The replacement needs an
 * exclusive lock. While it waits for a query on the view, writers of rows and later readers wait
 * too.
 */
const LOCK_TIMEOUT_MS = 300;

/** SQLSTATE: the columns of a view cannot be changed by CREATE OR REPLACE. */
const INVALID_TABLE_DEFINITION = '42P16';
/** SQLSTATE: a process on another database of the same server created the role at the same time. */
const ALREADY_THERE = /^(?:42710|23505)$/;
/** SQLSTATE: a statement names a column or type that the active tables do not have. */
const DOES_NOT_FIT = /^42(?:703|P01|804|883)$/;

/**
 * The SQL views for analysts: one for each model and view, over the active tables. A table stores
 * their definitions, so that unchanged views need no lock.
 */
export class AnalystViews {
  constructor(private readonly options: AnalystOptions) {}

  /** Creates the schema, its functions and the role, and lets the role read the schema. */
  async prepare(db: SqlClient): Promise<void> {
    const { analystSchema: schema } = this.options;
    await db.query(
      `CREATE TABLE IF NOT EXISTS analyst_views (schema text, name text, version integer NOT NULL, definition text NOT NULL, PRIMARY KEY (schema, name))`,
    );
    await db.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    const { count: own } = await db.query(
      'SELECT FROM pg_namespace WHERE nspname = $1 AND pg_get_userbyid(nspowner) = current_user',
      [schema],
    );
    if (own === 0) throw new Error(`the schema ${schema} belongs to another user: name another one in ANALYST_SCHEMA`);
    await db.query(`COMMENT ON SCHEMA ${schema} IS 'current rows for analysts; its views are replaced by Entente'`);
    for (const definition of functionsIn(schema)) await db.query(definition);
    if (await this.roleExists(db)) await this.grant(db);
  }

  /** Lets the role read the existing and future views. */
  private async grant(db: SqlClient): Promise<void> {
    const { analystSchema: schema, analystRole: role } = this.options;
    await db.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
    await db.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT ON TABLES TO ${role}`);
    const { rows } = await db.query<{ view: string }>(
      `SELECT format('%I.%I', schema, name) AS view FROM analyst_views
        WHERE schema = $1 AND to_regclass(format('%I.%I', schema, name)) IS NOT NULL`,
      [schema],
    );
    for (const { view } of rows) await db.query(`GRANT SELECT ON ${view} TO ${role}`);
  }

  /**
   * Creates the role if it is missing and this user may create roles. Returns whether the role
   * exists.
   */
  private async roleExists(db: SqlClient): Promise<boolean> {
    const { analystRole: role } = this.options;
    const { rows } = await db.query<{ present: boolean; may: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS present, rolsuper OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user`,
      [role],
    );
    if (rows[0]?.present === true) return true;
    if (rows[0]?.may !== true) return false;
    await attempt(
      db,
      (code) => ALREADY_THERE.test(code),
      () => db.query(`CREATE ROLE ${role} NOLOGIN`),
    );
    return true;
  }

  /**
   * Moves the views to the active tables, within the transaction that changed the active tables.
   * Views of a newer version are kept. Views over retired tables are dropped. Returns false if a
   * view could not be locked.
   */
  async refresh(db: SqlClient, catalog: ReadModelCatalog, compiler: DataSource): Promise<boolean> {
    const active = (await activeTables(db)).map(({ table }) => table);
    await db.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    // After a downgrade, the views of the newer version are dropped, and then created again.
    const all =
      (await this.placeAll(db, catalog, compiler)) &&
      (await this.dropStale(db, active)) &&
      (await this.placeAll(db, catalog, compiler));
    await db.query('SET LOCAL lock_timeout TO DEFAULT');
    return all;
  }

  private async placeAll(db: SqlClient, catalog: ReadModelCatalog, compiler: DataSource): Promise<boolean> {
    for (const { name } of catalog.names()) {
      const view = sqlViewOf(compiler, this.options.analystSchema, catalog.source(name));
      if (!(await this.place(db, view))) return false;
    }
    return true;
  }

  /** Creates or replaces one view if its definition has changed. Returns false if it is locked. */
  private async place(db: SqlClient, view: SqlView): Promise<boolean> {
    const { analystSchema: schema } = this.options;
    const { name, version, select, comments } = view;
    const definition = [select, ...comments].join(';\n');
    const { rows } = await db.query<{ version: number; definition: string; present: boolean }>(
      'SELECT version, definition, to_regclass($3) IS NOT NULL AS present FROM analyst_views WHERE schema = $1 AND name = $2',
      [schema, name, `${schema}."${name}"`],
    );
    const [placed] = rows;
    if (placed?.present === true && (placed.version > version || placed.definition === definition)) return true;
    const failure = await attempt(
      db,
      (code) => code === LOCK_NOT_AVAILABLE || DOES_NOT_FIT.test(code),
      async () => {
        await createOrReplace(db, `${schema}."${name}"`, select);
        for (const comment of comments) await db.query(comment);
        await db.query(
          'INSERT INTO analyst_views VALUES ($1, $2, $3, $4) ON CONFLICT (schema, name) DO UPDATE SET version = excluded.version, definition = excluded.definition',
          [schema, name, version, definition],
        );
      },
    );
    return failure !== LOCK_NOT_AVAILABLE;
  }

  /**
   * Drops the views over tables that are no longer active, because they would show old rows.
   * Returns false if a view is locked.
   */
  private async dropStale(db: SqlClient, active: readonly string[]): Promise<boolean> {
    const { rows } = await db.query<{ view: string }>(
      `SELECT DISTINCT format('%I.%I', s.nspname, v.relname) AS view
         FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class
         JOIN pg_namespace s ON s.oid = v.relnamespace JOIN pg_class t ON t.oid = d.refobjid
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND s.nspname = $1
          AND t.relnamespace = '${SCHEMA}'::regnamespace AND t.relname ~ '_v[0-9]+_g[0-9]+$' AND t.relname <> ALL ($2)`,
      [this.options.analystSchema, active],
    );
    const failure = await attempt(
      db,
      (code) => code === LOCK_NOT_AVAILABLE,
      async () => {
        for (const { view } of rows) await db.query(`DROP VIEW ${view} CASCADE`);
      },
    );
    return failure === null;
  }
}

/**
 * Replaces a view in place if possible, so that dependent objects of users are kept. Otherwise
 * drops and creates it.
 */
async function createOrReplace(db: SqlClient, view: string, select: string): Promise<void> {
  const inPlace = await attempt(
    db,
    (code) => code === INVALID_TABLE_DEFINITION,
    () => db.query(`CREATE OR REPLACE VIEW ${view} AS ${select}`),
  );
  if (inPlace === null) return;
  await db.query(`DROP VIEW ${view} CASCADE`);
  await db.query(`CREATE VIEW ${view} AS ${select}`);
}
