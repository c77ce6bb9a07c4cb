// Lints OpenAPI documents with Redocly and Spectral. A warning fails like an error, so that nothing has to be
// weighed by the reader of a log. Usage: node lint.js [document…]; without one the committed documents are linted.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const severityNames = ['error', 'warning', 'information', 'hint'];

// Neither linter may call home: a build machine has no network, and a linter has nothing to report from it.
const env = {
  ...process.env,
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_NOTIFICATIONS: 'true',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  DO_NOT_TRACK: '1',
  SCARF_ANALYTICS: 'false',
};

/** Path of the command that a package installs, taken from its own manifest. */
function commandOf(packageName, command) {
  const manifest = require.resolve(`${packageName}/package.json`);
  return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin[command]);
}

/** Runs a linter that prints JSON and returns what it printed; its own failure to run is an error, not a finding. */
function runLinter(packageName, command, args) {
  const run = spawnSync(process.execPath, [commandOf(packageName, command), ...args], {
    cwd: here,
    env,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  try {
    return JSON.parse(run.stdout.slice(run.stdout.search(/[[{]/)));
  } catch {
    throw new Error(`${command} gave no report (exit ${run.status}):\n${run.stdout}\n${run.stderr}`);
  }
}

/** Findings of Redocly as plain lines. */
function lintWithRedocly(document) {
  const options = ['--config', 'redocly.yaml', '--format', 'json', '--max-problems', '10000'];
  const report = runLinter('@redocly/cli', 'redocly', ['lint', document, ...options]);
  const lines = report.problems.map(
    (problem) =>
      `redocly ${problem.severity} ${problem.ruleId} ${problem.location[0]?.pointer ?? ''}: ${problem.message}`,
  );
  const { errors, warnings, ignored } = report.totals;
  // An ignore file would hide findings from the list, so the totals must agree that there is nothing.
  if (lines.length === 0 && errors + warnings + ignored > 0)
    lines.push(`redocly: ${JSON.stringify(report.totals)}`);
  return lines;
}

/** Findings of Spectral as plain lines. */
function lintWithSpectral(document) {
  const options = ['--ruleset', '.spectral.yaml', '--format', 'json', '--quiet', '--fail-on-unmatched-globs'];
  const report = runLinter('@stoplight/spectral-cli', 'spectral', ['lint', document, ...options]);
  return report.map(
    (finding) =>
      `spectral ${severityNames[finding.severity]} ${finding.code} /${finding.path.join('/')}: ${finding.message}`,
  );
}

const given = process.argv.slice(2).map((path) => resolve(path));
const committed = ['openapi.json', 'openapi-3.0.json'].map((name) => resolve(here, '../../openapi', name));
const documents = given.length > 0 ? given : committed;
let total = 0;
for (const document of documents) {
  const { openapi, paths } = JSON.parse(readFileSync(document, 'utf8'));
  if (!openapi || Object.keys(paths ?? {}).length === 0) {
    throw new Error(`${document} has no paths, so a clean report would mean nothing`);
  }
  const lines = [...lintWithRedocly(document), ...lintWithSpectral(document)];
  for (const line of lines) console.log(line);
  console.log(`${relative(process.cwd(), document)}: ${lines.length} findings`);
  total += lines.length;
}
process.exitCode = total === 0 ? 0 : 1;
