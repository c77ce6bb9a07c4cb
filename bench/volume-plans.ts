import type { Stage } from './stage.ts';

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly Node[];
}

/** What one statement did, as Postgres says. */
export interface Statement {
  readonly text: string;
  readonly plan: Node;
}

export interface Verdict {
  /** The nodes that read or sort, with what they read along. */
  readonly nodes: string;
  /** The most rows that one of them touched. */
  readonly rows: number;
  readonly blocks: number;
  readonly faults: readonly string[];
}

/** For Postgres: a log that can be read line by line. */
export const LOG_FLAGS = [
  'logging_collector=on',
  'log_destination=jsonlog',
  'log_rotation_size=0',
  'log_rotation_age=0',
].flatMap((flag) => ['-c', flag]);

/** For a server under test: each statement that it sends, and each check of a foreign key, leaves its plan in the log. */
export const explainEnv = (planCacheMode: 'force_custom_plan' | 'force_generic_plan') => ({
  PGOPTIONS: [
    'session_preload_libraries=auto_explain',
    'auto_explain.log_min_duration=0',
    'auto_explain.log_analyze=on',
    'auto_explain.log_timing=off',
    'auto_explain.log_buffers=on',
    'auto_explain.log_format=json',
    'auto_explain.log_nested_statements=on',
    `plan_cache_mode=${planCacheMode}`,
  ]
    .map((option) => `-c ${option}`)
    .join(' '),
  WORKER: 'off',
});

const FILLED = new Set(['orders', 'order_lines', 'order_timeline', 'customers']);

// What runs beside the requests.
const BACKGROUND = /graphile_worker|^\s*(begin|commit|rollback|set|listen)\b/i;

/** Everything that was executed while `act` ran. */
export async function explain(stage: Stage, act: () => Promise<void>): Promise<Statement[]> {
  const query = async (text: string, values: unknown[]) =>
    (await stage.db.$client.query<{ value: string }>(text, values)).rows[0]?.value ?? '';
  const file = await query(`select pg_current_logfile('jsonlog') as value`, []);
  const from = await query(`select size::text as value from pg_stat_file($1)`, [file]);
  await act();
  const mark = `mark ${Math.random()}`;
  await stage.db.$client.query(`do $$ begin raise log '${mark}'; end $$`);
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const text = await query('select pg_read_file($1, $2, 100000000) as value', [file, from]);
    if (text.includes(mark)) return text.split('\n').flatMap(statementOf);
  }
  throw new Error('the log of Postgres does not go on');
}

function statementOf(line: string): Statement[] {
  const { message } = (line.startsWith('{') && line.endsWith('}') ? JSON.parse(line) : {}) as {
    message?: string;
  };
  const at = message?.indexOf('plan:\n') ?? -1;
  if (message === undefined || at < 0) return [];
  const { 'Query Text': text, Plan: plan } = JSON.parse(message.slice(at + 6)) as {
    'Query Text': string;
    Plan: Node;
  };
  return BACKGROUND.test(text) ? [] : [{ text, plan }];
}

/** Judges the statements of one request; none may touch more than `limit` rows or scan a large table. */
export function judge(statements: readonly Statement[], limit: number): Verdict {
  const nodes = statements.flatMap(({ plan }) => flatten(plan)).filter((node) => touched(node) !== undefined);
  const named = [...new Set(nodes.map(nameOf))];
  const large = nodes.filter((node) => (touched(node) ?? 0) > limit || isFullScan(node));
  return {
    nodes: named.join(', '),
    rows: Math.max(0, ...nodes.map((node) => touched(node) ?? 0)),
    blocks: statements.reduce(
      (sum, { plan }) => sum + (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
      0,
    ),
    faults: [...new Set(large.map((node) => `${nameOf(node)} touches ${touched(node)} rows`))],
  };
}

const flatten = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flatten)];

const nameOf = (node: Node) =>
  [node['Node Type'], node['Index Name'] ?? node['Relation Name']].filter(Boolean).join(' ');

// A limit may end it early, but what it finds first is chance.
const isFullScan = (node: Node) =>
  node['Node Type'] === 'Seq Scan' && FILLED.has(node['Relation Name'] ?? '');

/** How many rows a scan or a sort goes through, those included that it drops. */
function touched(node: Node): number | undefined {
  const type = node['Node Type'];
  if (type === 'Sort' || type === 'Incremental Sort') {
    const [input] = node.Plans ?? [];
    return input && Math.round(input['Actual Rows'] * input['Actual Loops']);
  }
  if (!type.endsWith('Scan') || /^(CTE|Function|Values|Subquery|WorkTable) /.test(type)) return undefined;
  const dropped = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return Math.round((node['Actual Rows'] + dropped) * node['Actual Loops']);
}
