/** What a test file came to: assertions, without the subtests around them. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const POINT = /^(not )?ok \d+(?: - (.*))?$/;
const SUBTEST = /^# Subtest: (.*)$/;
// tap's last words are the counts of its own parser.
const SUMMARY = /^# \{ total: (\d+)(?:, pass: (\d+))?(?:, fail: (\d+))?/;
const SKIPPED = /# SKIP/i;
const SILENT = /^(?:TAP version|\d+\.\.\d+|#|pragma|$)/;

/** Turns what a test file says, line by line, into each failure with its path, and what tests print. */
export function createReport(file: string, print: (line: string) => void) {
  // The subtests around the current line, each with how many failures were known when it began.
  const path: { name: string; failuresBefore: number }[] = [];
  let failures = 0;
  let counts: (Counts & { readonly total: number }) | undefined;
  let details: { end: string; shown: boolean } | undefined;
  let lastShown = false;

  function onPoint(level: number, failed: boolean, text: string): void {
    // A point that follows a subtest on its level only sums it up. It is told if nothing inside it told why.
    const closed = path.length > level ? path[level] : undefined;
    path.length = Math.min(path.length, level);
    const name = text.replace(/ # time=.*$/, '');
    lastShown = false;
    if (SKIPPED.test(name)) print(`skipped: ${[file, ...path.map((test) => test.name), name].join(' > ')}`);
    if (failed && !/# (?:TODO|SKIP)/i.test(text) && (!closed || closed.failuresBefore === failures)) {
      failures += 1;
      lastShown = true;
      print(`\nnot ok: ${[file, ...path.map((test) => test.name), name].join(' > ')}`);
    }
  }

  function onLine(line: string): void {
    if (details) {
      if (line === details.end) details = undefined;
      else if (details.shown) print(line);
      return;
    }
    const text = line.trimStart();
    const indent = line.length - text.length;
    if (text === '---') {
      details = { end: `${line.slice(0, indent)}...`, shown: lastShown };
      return;
    }
    const level = Math.floor(indent / 4);
    const point = POINT.exec(text);
    const subtest = SUBTEST.exec(text);
    const summary = level === 0 ? SUMMARY.exec(text) : null;
    if (point) onPoint(level, point[1] !== undefined, point[2] ?? '');
    else if (subtest) path[level] = { name: subtest[1] ?? '', failuresBefore: failures };
    else if (summary) counts = toCounts(summary);
    else if (!SILENT.test(text)) print(text);
  }

  /** A file that ended without its counts, or badly whatever it counted, has failed. */
  function end(exitCode: number | null): Counts {
    const { total, passed, failed } = counts ?? { total: 0, passed: 0, failed: Math.max(1, failures) };
    // One that has nothing but skipped tests is well, and has said why.
    const isWell = exitCode === 0 && total > 0;
    if (!isWell && failures === 0)
      print(`\nnot ok: ${file} > ended with ${exitCode ?? 'a signal'} and said nothing of it`);
    return { passed, failed: isWell ? failed : Math.max(1, failed) };
  }

  return { onLine, end };
}

const toCounts = ([, total, passed, failed]: RegExpExecArray) => ({
  total: Number(total),
  passed: Number(passed ?? 0),
  failed: Number(failed ?? 0),
});
