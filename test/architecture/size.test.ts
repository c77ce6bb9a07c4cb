import t from 'tap';
import { type Finding, parseSource, readSources, report, type Source } from './source.ts';

const MAX_FILE_LINES = 400;
const MAX_MEDIAN_LINES = 140;
const MAX_FUNCTION_LINES = 60;

const inSrc = readSources('src');
const all = [...inSrc, ...readSources('test')];

function findLongFiles({ lineCount }: Source): Finding[] {
  if (lineCount <= MAX_FILE_LINES) return [];
  return [{ line: lineCount, message: `has ${lineCount} lines, ${MAX_FILE_LINES} are allowed` }];
}

// From the line where a function begins to the line of its closing brace, the functions inside it included: what
// has to be held in mind at once.
function findLongFunctions(source: Source): Finding[] {
  const findings: Finding[] = [];
  const measure = ({ start, end }: { start: number; end: number }) => {
    const line = source.lineAt(start);
    const lines = source.lineAt(end) - line + 1;
    if (lines <= MAX_FUNCTION_LINES) return;
    findings.push({ line, message: `function of ${lines} lines, ${MAX_FUNCTION_LINES} are allowed` });
  };
  source.visit({
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  });
  return findings;
}

function median(sources: readonly Source[]): number {
  const counts = sources.map(({ lineCount }) => lineCount).toSorted((a, b) => a - b);
  return counts[Math.floor(counts.length / 2)] ?? 0;
}

t.test('the files are really read', async (t) => {
  t.ok(inSrc.length > 20, `${inSrc.length} files in src`);
  t.ok(all.some(({ path }) => path === 'test/architecture/size.test.ts'));
});

t.test('no file is too long', async (t) => {
  const lines = (count: number) => parseSource('src/a.ts', 'f();\n'.repeat(count));
  t.same(report([lines(MAX_FILE_LINES)], findLongFiles), []);
  t.equal(report([lines(MAX_FILE_LINES + 1)], findLongFiles).length, 1);
  t.same(report(all, findLongFiles), []);
});

t.test('a file of src is short as a rule', async (t) => {
  const lines = (count: number) => parseSource('src/a.ts', 'f();\n'.repeat(count));
  t.equal(median([lines(300), lines(10), lines(150)]), 150);
  t.ok(
    median(inSrc) <= MAX_MEDIAN_LINES,
    `the median is ${median(inSrc)} lines, ${MAX_MEDIAN_LINES} are allowed`,
  );
});

t.test('no function is too long', async (t) => {
  const body = (lines: number) => `{\n${'  f("}", `}`, /}/); // }\n'.repeat(lines - 2)}}`;
  const forms = (lines: number) => [
    `function a() ${body(lines)}`,
    `const a = async () => ${body(lines)};`,
    `const a = { b() ${body(lines)} };`,
    `const a = function* () ${body(lines)};`,
    `class A extends Error { b() ${body(lines)} }`,
    `g(() => {\n(() => ${body(lines - 2)})();\n});`,
  ];
  for (const code of forms(MAX_FUNCTION_LINES)) {
    t.same(report([parseSource('src/a.ts', code)], findLongFunctions), [], code.slice(0, 30));
  }
  for (const code of forms(MAX_FUNCTION_LINES + 1)) {
    t.equal(report([parseSource('src/a.ts', code)], findLongFunctions).length, 1, code.slice(0, 30));
  }
  t.same(report(all, findLongFunctions), []);
});
